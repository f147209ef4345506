package soopt.experiment;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.FullBatch;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.data.examples.BatchSampler;
import soopt.data.examples.Batches;
import soopt.data.examples.Data;
import soopt.data.examples.Examples;
import soopt.data.examples.Split;
import soopt.experiment.file.Experiment;
import soopt.experiment.file.Training;
import soopt.experiment.loop.Counts;
import soopt.experiment.loop.Workload;
import soopt.model.Network;
import soopt.optimizer.State;

/**
 * A network on a data set. Where the data set has an augmentation, batches for training and for curvature are of its augmented views;
 * evaluations, and the loss of the training set that is recorded, are of the set as it is.
 */
final class NetworkWorkload implements Workload, AutoCloseable {
    private final Network network;
    private final Backend backend;
    private final Experiment experiment;
    private final long seed;
    private final Counts counts;
    private final Map<Part, Examples> parts = new EnumMap<>(Part.class);
    private final Map<Part, BatchLoader> evaluation = new EnumMap<>(Part.class);
    private final BatchLoader training;
    private final BatchLoader curvature;
    private final BatchLoader recorded;
    private final Batches batches;
    private final BatchSampler curvatureSampler;
    private final BatchSampler recordedSampler;
    private final int[] everything;
    private int[] order;
    private Examples seen;
    private int seenIn = -1;

    NetworkWorkload(Experiment experiment, long seed, Data loaded, Backend backend, Counts counts) {
        Data data = experiment.fitting(loaded);
        this.experiment = experiment;
        this.seed = seed;
        this.backend = backend;
        this.counts = counts;
        this.network = experiment.network(data, experiment.precision());
        Split split = Split.of(data.train(), experiment.dataset().validation(), seed);
        parts.put(Part.TRAIN, split.train());
        parts.put(Part.VALIDATION, split.validation());
        parts.put(Part.TEST, data.test());
        Training settings = experiment.training();
        Examples train = split.train();
        parts.forEach((part, examples) ->
                evaluation.put(part, new BatchLoader(backend, examples, settings.evaluationBatchSize())));
        int curvatureSize = Math.min(settings.curvatureBatchSize(), train.size());
        this.training = new BatchLoader(backend, train, settings.batchSize());
        this.curvature = new BatchLoader(backend, train, curvatureSize);
        this.recorded = new BatchLoader(backend, train, Math.max(curvatureSize, settings.batchSize()));
        this.batches = new Batches(train, settings.batchSize(), seed, !settings.fullBatch());
        this.curvatureSampler = BatchSampler.curvature(train, curvatureSize, seed);
        this.recordedSampler =
                new BatchSampler(new Batches(train.size(), curvatureSize, seed, "recorded-batches", true, false));
        this.everything = BatchLoader.all(train.size());
        this.seen = train;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public ParameterLayout layout() {
        return network.layout();
    }

    @Override
    public Tensor initialParameters() {
        return experiment.start(network.layout(), backend, seed);
    }

    @Override
    public int trainingExamples() {
        return everything.length;
    }

    @Override
    public int stepsPerEpoch() {
        return experiment.training().fullBatch() ? 1 : batches.count();
    }

    private Objective load(BatchLoader loader, Examples examples, int[] indices, int from, int count) {
        loader.load(examples, indices, from, count);
        return network.objective(backend, loader.inputs(count), loader.targets(count));
    }

    private Objective counted(Objective objective) {
        return new CountedObjective(objective, counts.steps());
    }

    private Objective recorded(Objective objective) {
        return new CountedObjective(objective, counts.records());
    }

    /** The examples as the batch drawn last sees them. */
    private Examples view(BatchSampler sampler) {
        return sampler.augmented(parts.get(Part.TRAIN));
    }

    /** The order of an epoch and the examples as it sees them. */
    private void enter(int epoch) {
        if (seenIn != epoch) {
            order = batches.epoch(epoch);
            seen = batches.augmented(parts.get(Part.TRAIN), epoch);
            seenIn = epoch;
        }
    }

    @Override
    public Batch batch(int epoch, int k) {
        enter(epoch);
        if (experiment.training().fullBatch()) {
            FullBatch.Progress silent = (done, of) -> {};
            return new Batch(
                    fullBatch(training, seen, this::counted, silent),
                    fullBatch(training, seen, this::recorded, silent),
                    everything);
        }
        int from = batches.from(k);
        Objective plain = load(training, seen, order, from, batches.size(k));
        return new Batch(counted(plain), recorded(plain), Arrays.copyOfRange(order, from, from + batches.size(k)));
    }

    @Override
    public Supplier<Objective> curvatureBatches() {
        if (experiment.training().fullBatch()) {
            return () -> fullBatch(curvature, seen, this::counted, (done, of) -> {});
        }
        return () -> {
            int[] indices = curvatureSampler.next();
            return counted(load(curvature, view(curvatureSampler), indices, 0, indices.length));
        };
    }

    @Override
    public Objective recordedBatch() {
        int[] indices = recordedSampler.next();
        return recorded(load(recorded, view(recordedSampler), indices, 0, indices.length));
    }

    @Override
    public Objective trainingSet(FullBatch.Progress progress) {
        return fullBatch(recorded, parts.get(Part.TRAIN), this::recorded, progress);
    }

    private FullBatch fullBatch(
            BatchLoader loader, Examples examples, UnaryOperator<Objective> wrapper, FullBatch.Progress progress) {
        int size = loader.capacity();
        FullBatch.Parts all = new FullBatch.Parts() {
            @Override
            public int count() {
                return (everything.length - 1) / size + 1;
            }

            @Override
            public int examples() {
                return everything.length;
            }

            @Override
            public Objective part(int index) {
                int from = index * size;
                return wrapper.apply(
                        load(loader, examples, everything, from, Math.min(size, everything.length - from)));
            }
        };
        return new FullBatch(network.layout(), backend, all, progress);
    }

    @Override
    public Evaluation evaluate(Part part, Tensor theta, FullBatch.Progress progress) {
        int size = parts.get(part).size();
        if (size == 0) {
            return Evaluation.NONE;
        }
        BatchLoader loader = evaluation.get(part);
        int[] indices = BatchLoader.all(size);
        double loss = 0;
        double correct = 0;
        int pieces = (size - 1) / loader.capacity() + 1;
        for (int i = 0; i < pieces; i++) {
            int from = i * loader.capacity();
            int count = Math.min(loader.capacity(), size - from);
            loader.load(parts.get(part), indices, from, count);
            Network.Score score = network.score(backend, theta, loader.inputs(count), loader.targets(count));
            loss += score.lossSum();
            correct += score.correct();
            progress.done(i + 1, pieces);
        }
        return new Evaluation(loss / size, correct / size);
    }

    @Override
    public void save(State state) {
        state.putNumbers("samplers", curvatureSampler.position(), recordedSampler.position());
    }

    @Override
    public void restore(State state) {
        double[] positions = state.getNumbers("samplers");
        curvatureSampler.seek((long) positions[0]);
        recordedSampler.seek((long) positions[1]);
    }

    @Override
    public void close() {
        evaluation.values().forEach(BatchLoader::close);
        training.close();
        curvature.close();
        recorded.close();
    }
}
