package soopt.sweep.cost;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Partition;
import soopt.data.fetch.Store;
import soopt.experiment.Devices;
import soopt.experiment.file.Every;
import soopt.experiment.file.Experiment;
import soopt.experiment.file.Training;
import soopt.host.Host;
import soopt.model.Network;
import soopt.model.SummaryCost;
import soopt.spec.SpecWriter;

/**
 * Estimates runs by the multiply-adds of their gradients, curvature summaries and evaluations (curvature.md §4), and by
 * a short measurement: of a gradient of each network, and of steps where they are short. Runs that differ in numbers of
 * their optimizer alone are measured once.
 */
public final class Estimator implements AutoCloseable {
    private static final double FORWARD = 1.0 / 3;
    /** Of a matrix of H̄ in curvature.jsonl or matrices/, a number takes so many characters. */
    private static final int DIGITS = 22;

    private static final int RECORDED_MATRICES = 4;
    private static final int MOST_TOLD_GROUPS = 500;
    private static final long SMALL_FILES = 64 << 10;

    /** Of a gradient that is measured: some seconds on a core. */
    private static final double MOST_MULTIPLY_ADDS = 1e11;

    private static final double VECTORS = 4;
    private static final double ACTIVATIONS = 4;
    private static final double MEMORY_SHARE = 3;

    private final int threads;
    private final DataSizes sizes;
    private final Map<List<Object>, Backend> backends = new HashMap<>();
    private final Map<List<Object>, Trial.Measured> measured = new HashMap<>();
    private final Map<List<Object>, Double> gradients = new HashMap<>();
    private final Map<List<Object>, Costs> costs = new HashMap<>();

    /**
     * @param threads that a run computes with
     * @param store of the data sets; one that fetches nothing
     */
    public Estimator(int threads, Store store) {
        this.threads = threads;
        this.sizes = new DataSizes(store);
    }

    /** @param summary what one along these groups costs */
    private record Costs(Network network, int groups, SummaryCost summary) {
        double third() {
            return summary.thirdInGradients();
        }
    }

    /** What a run does in all, in gradients of one example. */
    private record Work(long steps, double perStep, double other, long refreshes, long moments) {
        double gradients() {
            return steps * perStep + other;
        }
    }

    /** @throws soopt.experiment.DeviceException if there is no device to measure on */
    public Estimate of(Experiment experiment) {
        return sizes.of(experiment.dataset()).map(size -> of(experiment, size)).orElse(Estimate.UNKNOWN);
    }

    /** Its multiply-adds, for which nothing is measured; NaN if its data are not there. */
    public double multiplyAdds(Experiment experiment) {
        return sizes.of(experiment.dataset())
                .map(size -> {
                    Costs cost = cost(experiment, size);
                    return work(experiment, size, cost).gradients()
                            * cost.summary().gradient();
                })
                .orElse(Double.NaN);
    }

    private Costs cost(Experiment experiment, DataSizes.Sizes size) {
        return costs.computeIfAbsent(
                List.of(experiment.dataset(), experiment.model(), groups(experiment)), key -> costs(experiment, size));
    }

    private Estimate of(Experiment experiment, DataSizes.Sizes size) {
        Costs cost = cost(experiment, size);
        Work work = work(experiment, size, cost);
        Trial.Measured time = measured(experiment, size, cost, work);
        int batch = Math.max(1, Math.min(experiment.training().batchSize(), size.train()));
        double gradient = time.gradient() / batch;
        double step = Double.isNaN(time.step()) ? work.perStep() * gradient : stepSeconds(experiment, time, size);
        return new Estimate(
                cost.network().layout().size(),
                cost.groups(),
                work.steps(),
                work.gradients() * cost.summary().gradient(),
                work.steps() * step + work.other() * gradient,
                Double.isNaN(time.step()) && experiment.optimizer().grouping().isEmpty(),
                bytes(experiment, cost, work, time.stateBytes()));
    }

    /** A step of the whole set was tried on one batch. */
    private static double stepSeconds(Experiment experiment, Trial.Measured time, DataSizes.Sizes size) {
        double batches =
                (double) size.train() / Math.max(1, experiment.training().batchSize());
        return experiment.training().fullBatch() ? time.step() * Math.max(1, batches) : time.step();
    }

    private static Object groups(Experiment experiment) {
        return experiment
                .optimizer()
                .grouping()
                .<Object>map(it -> it.partition())
                .orElse("");
    }

    private static Costs costs(Experiment experiment, DataSizes.Sizes size) {
        Network network =
                experiment.model().network(size.shape(), size.targets().outputs());
        Partition partition = experiment.partition(network.layout());
        return new Costs(network, partition.size(), SummaryCost.of(network, partition));
    }

    // ---- what a run does ----

    private static Work work(Experiment experiment, DataSizes.Sizes size, Costs cost) {
        Training training = experiment.training();
        int train = Math.max(1, size.train());
        int batch = training.fullBatch() ? train : Math.min(training.batchSize(), train);
        int curvature = training.fullBatch() ? train : Math.min(training.curvatureBatchSize(), train);
        long perEpoch = (train - 1) / batch + 1;
        long steps = perEpoch * training.epochs();
        boolean grouped = experiment.optimizer().grouping().isPresent();
        long period = grouped ? period(experiment) : Long.MAX_VALUE;
        double summaries = grouped ? (double) curvature / period * cost.third() : 0;
        Every recorded = experiment.record().curvature().every();
        long moments = times(recorded, steps, training.epochs()) + (recorded.isNever() ? 0 : 1);
        double record = experiment.record().curvature().fullBatch()
                ? train * (1 + cost.third())
                : grouped ? 0 : curvature * cost.third();
        long evaluations = 1 + Math.max(1, times(experiment.evaluate().every(), steps, training.epochs()));
        double evaluated = experiment.evaluate().of(size.validation())
                + experiment.evaluate().of(size.test());
        double other = moments * record + evaluations * evaluated * FORWARD + train * FORWARD;
        return new Work(steps, (double) train / perEpoch + summaries, other, grouped ? steps / period : 0, moments);
    }

    private static long period(Experiment experiment) {
        return Math.max(
                1,
                SpecWriter.toJson(experiment).path("optimizer").path("period").asLong(1));
    }

    /** How often something is done that counts epochs or steps. */
    private static long times(Every every, long steps, int epochs) {
        return switch (every.unit()) {
            case EPOCH -> epochs / every.amount();
            case STEP -> steps / every.amount();
            default -> 0;
        };
    }

    // ---- what it takes ----

    private Trial.Measured measured(Experiment experiment, DataSizes.Sizes size, Costs cost, Work work) {
        List<Object> alike = List.of(
                experiment.dataset(),
                experiment.model(),
                experiment.device(),
                experiment.precision(),
                experiment.training().batchSize(),
                withoutFractions(SpecWriter.toJson(experiment).path("optimizer")));
        Optional<Trial.Measured> known = Optional.ofNullable(measured.get(alike));
        if (known.isPresent()) {
            return known.get();
        }
        if (isTooLarge(experiment, size, cost)) {
            return new Trial.Measured(Double.NaN, Double.NaN, -1);
        }
        Backend backend = backends.computeIfAbsent(
                List.of(experiment.device(), experiment.precision()),
                key -> Devices.open(experiment.device(), experiment.precision(), threads));
        List<Object> network = alike.subList(0, alike.size() - 1);
        try (Trial trial = new Trial(experiment, cost.network(), size, backend)) {
            int batch = Math.max(1, Math.min(experiment.training().batchSize(), size.train()));
            double gradient = gradients.computeIfAbsent(network, key -> trial.gradientSeconds());
            Trial.Measured now = trial.measure(experiment.optimizer(), gradient, Math.max(1, work.perStep() / batch));
            measured.put(alike, now);
            return now;
        }
    }

    /** A list must not take longer to look at than to read, nor memory that runs need. */
    private static boolean isTooLarge(Experiment experiment, DataSizes.Sizes size, Costs cost) {
        double batch = Math.max(1, Math.min(experiment.training().batchSize(), size.train()));
        double widest = LongStream.of(cost.network().widths()).sum() + Tensor.sizeOf(size.shape());
        double numbers = VECTORS * (double) cost.network().layout().size() + ACTIVATIONS * batch * widest;
        return batch * cost.summary().gradient() > MOST_MULTIPLY_ADDS
                || numbers * experiment.precision().bytes() > Host.memoryBytes() / MEMORY_SHARE;
    }

    /** Step sizes and dampings cost nothing. */
    private static JsonNode withoutFractions(JsonNode node) {
        if (!node.isObject()) {
            return node;
        }
        ObjectNode kept = ((ObjectNode) node).objectNode();
        node.properties().forEach(field -> {
            if (!field.getValue().isFloatingPointNumber()) {
                kept.set(field.getKey(), withoutFractions(field.getValue()));
            }
        });
        return kept;
    }

    /** Two generations of checkpoints, the weights, and matrices as text and as numbers. */
    private static double bytes(Experiment experiment, Costs cost, Work work, long stateBytes) {
        double weights =
                (double) cost.network().layout().size() * experiment.precision().bytes();
        double state = stateBytes < 0 ? 2 * weights : stateBytes;
        double matrix = (double) cost.groups() * cost.groups();
        double told = cost.groups() <= MOST_TOLD_GROUPS ? matrix : cost.groups();
        return 2 * (weights + state)
                + weights
                + work.moments() * RECORDED_MATRICES * matrix * (2 * DIGITS + Double.BYTES)
                + work.refreshes() * (2 * told + 10.0 * cost.groups()) * DIGITS
                + SMALL_FILES;
    }

    @Override
    public void close() {
        new ArrayList<>(backends.values()).forEach(Backend::close);
    }
}
