package soopt.experiment;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
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
import soopt.data.fetch.DatasetException;
import soopt.experiment.file.Experiment;
import soopt.experiment.file.Training;
import soopt.experiment.loop.Counts;
import soopt.experiment.loop.Workload;
import soopt.model.Network;
import soopt.optimizer.step.State;

/**
 * A network on a data set. Where the data set has an augmentation, batches for training and for curvature are of its
 * augmented views; evaluations, and the loss of the training set that is recorded, are of the set as it is.
 */
final class NetworkWorkload implements Workload, AutoCloseable {
    private static final String DATA = "data";
    /** Examples of each part that a checksum is of: all of a large set would take longer than a step. */
    private static final int LOOKED_AT = 64;

    private final Network network;
    private final Backend backend;
    private final Experiment experiment;
    private final long seed;
    private final Counts counts;
    private final SummaryCosts costs;
    private final KeptExamples kept;
    private final Map<Part, BatchSource> parts = new EnumMap<>(Part.class);
    private final BatchSource training;
    private final Stream curvature;
    /** Of the examples of {@link #recorded}, which is at rest during a step. */
    private final Stream trial;

    private final Stream recorded;
    /** Of the same examples; only of runs that ask for it, so that others have the checkpoints that they had. */
    private final Optional<Stream> heldOut;

    private final Batches batches;
    private final int[] everything;
    private int[] order;
    private Examples seen;
    private int seenIn = -1;
    /** What {@link #data} says, once it was asked for. */
    private double[] known = {};

    private FullBatch.Progress stepProgress = (done, of) -> {};
    private Optional<Objective> lastCurvature = Optional.empty();

    NetworkWorkload(Experiment experiment, long seed, Data loaded, Backend backend, Counts counts) {
        loaded.requireFinite(backend.precision());
        Data data = experiment.fitting(loaded);
        this.experiment = experiment;
        this.seed = seed;
        this.backend = backend;
        this.counts = counts;
        this.network = experiment.network(data, experiment.precision());
        this.costs = new SummaryCosts(network);
        this.kept = new KeptExamples(backend);
        Split split = data.split(experiment.dataset().heldOut(), seed);
        Training settings = experiment.training();
        Examples train = split.train();
        parts.put(Part.TRAIN, source(train, settings.evaluationBatchSize()));
        parts.put(Part.VALIDATION, source(split.validation(), settings.evaluationBatchSize()));
        parts.put(Part.TEST, source(data.test(), settings.evaluationBatchSize()));
        int curvatureSize = Math.min(settings.curvatureBatchSize(), train.size());
        this.training = source(train, settings.batchSize());
        this.batches = new Batches(train, settings.batchSize(), seed, !settings.fullBatch());
        this.curvature = new Stream(
                "curvature", source(train, curvatureSize), BatchSampler.curvature(train, curvatureSize, seed));
        this.recorded = new Stream(
                "recorded",
                source(train, Math.max(curvatureSize, settings.batchSize())),
                new BatchSampler(new Batches(train.size(), curvatureSize, seed, "recorded-batches", true, false)));
        this.trial = new Stream(
                "trial",
                recorded.source(),
                new BatchSampler(new Batches(train.size(), curvatureSize, seed, "trial-batches", true, false)));
        this.heldOut = experiment
                .record()
                .fidelity()
                .map(asked -> new Stream(
                        "held-out",
                        recorded.source(),
                        new BatchSampler(
                                new Batches(train.size(), curvatureSize, seed, "held-out-batches", true, false))));
        this.everything = BatchLoader.all(train.size());
        this.seen = train;
    }

    private BatchSource source(Examples examples, int capacity) {
        return new BatchSource(network, backend, kept, examples, capacity);
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

    /** Multiplications of the gradient of a step. */
    double gradientWork() {
        Training settings = experiment.training();
        return network.gradientWork() * (settings.fullBatch() ? everything.length : settings.batchSize());
    }

    private Objective forSteps(Objective objective) {
        return new CountedObjective(objective, counts.steps(), costs);
    }

    private Objective forRecords(Objective objective) {
        return new CountedObjective(objective, counts.records(), costs);
    }

    /** The order of an epoch and the examples as it sees them. */
    private void enter(int epoch) {
        if (seenIn != epoch) {
            order = batches.epoch(epoch);
            seen = batches.augmented(training.examples(), epoch);
            seenIn = epoch;
        }
    }

    @Override
    public Batch batch(int epoch, int k, FullBatch.Progress progress) {
        enter(epoch);
        if (experiment.training().fullBatch()) {
            stepProgress = progress;
            return new Batch(
                    training.pass(seen, everything.length, this::forSteps, progress),
                    training.pass(seen, everything.length, this::forRecords, progress),
                    everything);
        }
        int from = batches.from(k);
        int size = batches.size(k);
        Objective plain = training.batch(seen, order, from, size);
        if (k + 1 < batches.count()) {
            training.prepare(seen, order, batches.from(k + 1), batches.size(k + 1));
        }
        return new Batch(forSteps(plain), forRecords(plain), Arrays.copyOfRange(order, from, from + size));
    }

    @Override
    public Objective curvature() {
        if (experiment.training().fullBatch()) {
            return next(curvature);
        }
        Objective drawn = curvature.next();
        lastCurvature = Optional.of(drawn);
        return forSteps(drawn);
    }

    @Override
    public Objective curvatureAgain() {
        return lastCurvature
                .map(this::forRecords)
                .orElseGet(() -> curvature.source().pass(seen, everything.length, this::forRecords, stepProgress));
    }

    @Override
    public Objective heldOutBatch() {
        return forRecords(heldOut.orElseThrow().next());
    }

    @Override
    public Objective trial() {
        return next(trial);
    }

    @Override
    public boolean areTheSame() {
        return experiment.training().fullBatch() && batches.augmented(training.examples(), 0) == training.examples();
    }

    private Objective next(Stream stream) {
        return experiment.training().fullBatch()
                ? stream.source().pass(seen, everything.length, this::forSteps, stepProgress)
                : forSteps(stream.next());
    }

    @Override
    public Objective recordedBatch() {
        return forRecords(recorded.next());
    }

    @Override
    public Objective trainingSet(FullBatch.Progress progress) {
        BatchSource source = recorded.source();
        return source.pass(source.examples(), everything.length, this::forRecords, progress);
    }

    @Override
    public Evaluation evaluate(Part part, Tensor theta, FullBatch.Progress progress) {
        BatchSource source = parts.get(part);
        return source.evaluate(theta, experiment.evaluate().of(source.examples().size()), progress);
    }

    @Override
    public void save(State state) {
        state.putNumbers(DATA, known());
        curvature.save(state);
        trial.save(state);
        recorded.save(state);
        heldOut.ifPresent(stream -> stream.save(state));
    }

    /** @throws DatasetException if the data are not those of the checkpoint */
    @Override
    public void restore(State state) {
        if (!Arrays.equals(state.getNumbers(DATA), known())) {
            throw new DatasetException("the data set holds other examples than when the run began: get those back, or"
                    + " begin anew with run --restart");
        }
        curvature.restore(state);
        trial.restore(state);
        recorded.restore(state);
        heldOut.ifPresent(stream -> stream.restore(state));
    }

    /** They do not change: looked at once, however many checkpoints are written. */
    private double[] known() {
        if (known.length == 0) {
            known = data();
        }
        return known;
    }

    /** Sizes and checksums of the parts of the data: what a run id does not tell of data that have a name. */
    private double[] data() {
        return parts.values().stream()
                .map(BatchSource::examples)
                .flatMapToDouble(examples -> DoubleStream.of(examples.size(), checksum(examples)))
                .toArray();
    }

    /** CRC-32C of {@value #LOOKED_AT} examples at most, spread evenly. */
    private static long checksum(Examples examples) {
        int count = Math.min(LOOKED_AT, examples.size());
        int[] indices = IntStream.range(0, count)
                .map(k -> (int) ((long) k * examples.size() / count))
                .toArray();
        double[] numbers = new double[Math.max(examples.features(), examples.targets())];
        CRC32C checksum = new CRC32C();
        for (int k = 0; k < count; k++) {
            examples.inputs(indices, k, 1, numbers);
            checksum.update(bytes(numbers, examples.features()));
            examples.targets(indices, k, 1, numbers);
            checksum.update(bytes(numbers, examples.targets()));
        }
        return checksum.getValue();
    }

    private static ByteBuffer bytes(double[] numbers, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Double.BYTES);
        bytes.asDoubleBuffer().put(numbers, 0, count);
        return bytes;
    }

    @Override
    public void close() {
        parts.values().forEach(BatchSource::close);
        training.close();
        curvature.close();
        recorded.close();
        kept.close();
    }
}
