package soopt.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.curvature.FullBatch;
import soopt.curvature.Objective;
import soopt.data.examples.Batches;
import soopt.data.examples.Data;
import soopt.data.examples.Examples;
import soopt.experiment.file.Experiment;
import soopt.model.Network;
import soopt.model.weights.WeightsFile;

/** An experiment opened for a look: its network on one backend, parameters, and batches of its data. */
public final class Workbench implements AutoCloseable {
    private final Experiment experiment;
    private final Backend backend;
    private final Network network;
    private final Examples train;
    private final Examples test;
    private final List<Tensor> owned = new ArrayList<>();
    private final KeptExamples kept;
    private final List<BatchSource> sources = new ArrayList<>();

    /** @param loaded what the experiment's data set loads to */
    public Workbench(Experiment experiment, Data loaded, Precision precision) {
        loaded.requireFinite(precision);
        Data data = experiment.fitting(loaded);
        this.experiment = experiment;
        this.network = experiment.network(data, precision);
        this.train = data.split(experiment.dataset().heldOut(), seed()).train();
        this.test = data.test();
        this.backend = Devices.open(experiment.device(), precision, experiment.threads());
        this.kept = new KeptExamples(backend);
    }

    private long seed() {
        return experiment.seeds().get(0);
    }

    public Backend backend() {
        return backend;
    }

    public Network network() {
        return network;
    }

    public Examples train() {
        return train;
    }

    public Examples test() {
        return test;
    }

    /** [P], kept until close. */
    public Tensor vector() {
        return keep(backend.allocate(network.layout().size()));
    }

    /** θ [P] as a run with the first seed starts. */
    public Tensor initial() {
        return keep(experiment.start(network.layout(), backend, seed()));
    }

    /** θ [P] from a file. */
    public Tensor weights(Path file) {
        return keep(WeightsFile.read(file, network.layout(), backend));
    }

    /** The same numbers as a vector of another backend, in this backend's precision. */
    public Tensor copyOf(Tensor vector, Backend from) {
        double[] values = new double[(int) vector.size()];
        from.toHost(vector, values, 0);
        Tensor copy = vector();
        backend.fromHost(values, 0, copy);
        return copy;
    }

    /** The loss of the first batch of this size that a run trains on. */
    public Objective firstBatch(int size) {
        Batches batches = new Batches(train, size, seed(), true);
        return source(train, size).batch(train, batches.epoch(0), 0, batches.size(0));
    }

    /**
     * The mean loss of the first examples of a part, in pieces of one batch.
     *
     * @param limit number of examples; 0 for all
     */
    public Objective whole(Examples part, int limit, int batchSize, FullBatch.Progress progress) {
        int examples = limit > 0 ? Math.min(limit, part.size()) : part.size();
        return source(part, batchSize).pass(part, examples, UnaryOperator.identity(), progress);
    }

    private BatchSource source(Examples part, int batchSize) {
        BatchSource source = new BatchSource(network, backend, kept, part, batchSize);
        sources.add(source);
        return source;
    }

    private Tensor keep(Tensor tensor) {
        owned.add(tensor);
        return tensor;
    }

    @Override
    public void close() {
        sources.forEach(BatchSource::close);
        kept.close();
        owned.forEach(Tensor::close);
        backend.close();
    }
}
