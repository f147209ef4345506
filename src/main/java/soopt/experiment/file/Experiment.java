package soopt.experiment.file;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.curvature.Grouping;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.data.Dataset;
import soopt.data.examples.Data;
import soopt.data.fetch.DatasetException;
import soopt.file.NamedFile;
import soopt.model.Model;
import soopt.model.Network;
import soopt.optimizer.Optimizer;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Form;
import soopt.spec.Range;
import soopt.spec.SpecWriter;
import soopt.spec.yaml.SpecException;

/** An experiment file: everything that determines the numbers of a run, and what is written down of it. */
public record Experiment(
        @Form(
                pattern = "[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}",
                words = "1 to 100 letters, digits, '_', '.' and '-', not beginning with '.'")
        @Doc("name of the experiment and of its results folder: letters, digits, '_', '.', '-'")
        String experiment,

        @Default("[0]") @Form(least = 1, distinct = true) @Doc("one run per seed")
        List<Long> seeds,

        @Default("float32") @Doc("type of all tensors; tf32: float32 with products of matrices in TF32, on a GPU")
        Precision precision,

        @Default("auto") @Doc("where the arithmetic runs") Device device,

        @Default("0") @Range(min = 0, max = 1024) @Doc("CPU threads; 0 for one per physical core")
        int threads,

        @Doc("what is learned") Dataset dataset,

        @Doc("the network and how its parameters start") Model model,

        @Doc("the training method") Optimizer optimizer,

        @Doc("how long and on which batches") Training training,

        @Default("{}") @Doc("when losses and accuracies are measured")
        EvaluationSettings evaluate,

        @Default("{}") @Doc("what is written down and how often")
        RecordSettings record,

        @Default("{}") @Doc("how derivatives beyond the gradient are computed")
        CurvatureSettings curvature,

        @Doc("the runs that soopt sweep makes of this file") Optional<Sweep> sweep) {
    public Experiment {
        Constraints.check(
                Experiment.class,
                experiment,
                seeds,
                precision,
                device,
                threads,
                dataset,
                model,
                optimizer,
                training,
                evaluate,
                record,
                curvature,
                sweep);
        seeds = List.copyOf(seeds);
    }

    /**
     * The data as the model's loss takes them: one-hot rows are classes to a loss of classes.
     *
     * @throws SpecException at model.loss if it does not take such targets; at a metric of the budget that they do not
     *     have
     */
    public Data fitting(Data data) {
        Data fitting = Fit.targets(model, data);
        training.budget().ifPresent(budget -> budget.requireMeasured(fitting, dataset.heldOut()));
        return fitting;
    }

    /**
     * The network of the model for this data; its curvature passes stay within the memory that the file gives.
     *
     * @param numbers type of the tensors, which need not be the one of the file
     * @throws SpecException at model, model.loss or a batch size if they do not fit the data or the machine
     */
    public Network network(Data data, Precision numbers) {
        Fit.require(model, data.targets(), data.train().targetWords());
        Network network = Fit.network(model, data.featureShape(), data.outputs());
        Fit.parameters(network, numbers);
        Fit.batches(network, numbers, training, data);
        OptionalLong memory = curvature.memory().bytes();
        return memory.isPresent() ? network.withCurvatureMemory(memory.getAsLong()) : network;
    }

    /**
     * Holds model, loss and partition against the data as far as these are known without reading them.
     *
     * @throws SpecException at what does not fit
     */
    public void requireFit() {
        dataset.form().ifPresent(form -> {
            Fit.require(model, form.targets(), form.targetWords());
            Network network =
                    Fit.network(model, form.featureShape(), form.targets().outputs());
            Fit.parameters(network, precision);
            partition(network.layout());
            requireFit(network.layout());
        });
    }

    /**
     * Holds the optimizer against the number of parameters.
     *
     * @throws SpecException at optimizer, or at a key of it, if it cannot train so many
     */
    public void requireFit(ParameterLayout layout) {
        try {
            optimizer.requireFit(layout);
        } catch (SpecException e) {
            throw e.under("optimizer");
        }
    }

    /**
     * The groups of the optimizer, one per tensor if it has none.
     *
     * @throws SpecException at optimizer.partition if they do not fit the network
     */
    public Partition partition(ParameterLayout layout) {
        try {
            return optimizer
                    .grouping()
                    .<Partition.Rule>map(Grouping::partition)
                    .orElseGet(Partitioning.Canonical::new)
                    .of(layout);
        } catch (SpecException e) {
            throw e.under("optimizer.partition");
        }
    }

    /**
     * θ [P] as the run of a seed starts; the caller closes it.
     *
     * @throws SpecException at model.init.from if that file cannot be read or does not fit the network
     */
    public Tensor start(ParameterLayout layout, Backend backend, long seed) {
        try {
            return model.init().parameters(layout, backend, seed);
        } catch (SpecException e) {
            throw e.under("model.init.from");
        }
    }

    /** The experiment of one run: this one with one seed and without the sweep. */
    public Experiment run(long seed) {
        return run(seed, threads, training);
    }

    /** The same for so many epochs. */
    public Experiment run(long seed, int epochs) {
        return run(seed, threads, training.lasting(epochs));
    }

    /** The same without the sweep, and with so many threads; 0 for those that it has. */
    public Experiment with(int number) {
        return run(seeds, number == 0 ? threads : number, training);
    }

    /** The same on a device. */
    public Experiment on(Device where) {
        return run(seeds, where, threads, training);
    }

    private Experiment run(long seed, int count, Training lasting) {
        return run(List.of(seed), count, lasting);
    }

    private Experiment run(List<Long> some, int count, Training lasting) {
        return run(some, device, count, lasting);
    }

    private Experiment run(List<Long> some, Device where, int count, Training lasting) {
        return new Experiment(
                experiment,
                some,
                precision,
                where,
                count,
                dataset,
                model,
                optimizer,
                lasting,
                evaluate,
                record,
                curvature,
                Optional.empty());
    }

    /**
     * The name of that run's folder: the first 12 hex digits of the hash of what it says and of what the files that it
     * names hold. Where it is computed, and by how many threads, does not matter: a run goes on elsewhere.
     */
    public String runId(long seed) {
        return runId(seed, UnaryOperator.identity());
    }

    /**
     * The same.
     *
     * @param known gives a file that is equal to one of these and may have been read before
     */
    public String runId(long seed, UnaryOperator<NamedFile> known) {
        return SpecWriter.hash(run(List.of(seed), Device.AUTO, 0, training), known);
    }

    /** The files that it names, by their keys. */
    public Map<String, NamedFile> files() {
        return SpecWriter.files(this);
    }

    /**
     * Whether they are there to be read.
     *
     * @throws SpecException at a key of the model
     * @throws DatasetException for a file of the data set
     */
    public void requireFiles() {
        files().forEach((key, file) -> file.problem().ifPresent(problem -> {
            if (key.startsWith("dataset.")) {
                throw new DatasetException(key + ": " + problem);
            }
            throw SpecException.of(key, List.of(problem));
        }));
    }
}
