package soopt.cli.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.model.Network;
import soopt.optimizer.Optimizer;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.random.RandomStreams;
import soopt.spec.Binder;
import soopt.spec.Choices;
import soopt.spec.SpecSource;

/**
 * A network with random parameters on two random batches, one to train on and one for curvature, and what can be done
 * with it.
 */
final class BenchProblem implements AutoCloseable {
    private static final long SEED = 571677914;
    private static final int PERIOD = 10;

    /**
     * How an optimizer is measured.
     *
     * @param keys of the optimizer, after its type
     * @param before steps that fill its memory
     * @param steps whose mean is taken: a whole period
     */
    private record Setting(String keys, int before, int steps) {}

    /** As scripts/bench/peers.py measures them. */
    private static final Map<String, Setting> SETTINGS = Map.of(
            "k-fac", new Setting("step-size: 1.0e-8, statistics-period: 10, inverse-period: 100", 0, 100),
            "ekfac", new Setting("step-size: 1.0e-8, statistics-period: 10, inverse-period: 100", 0, 100),
            "shampoo", new Setting("step-size: 1.0e-8, period: 20, block-size: 1024", 0, 20),
            // the steps are so long that differences of gradients are no noise
            "l-bfgs", new Setting("step-size: 0.01, line-search: none, pairs: successive, least-curvature: 0", 11, 1));

    private record Subject(Optimizer optimizer) {}

    private final Backend backend;
    private final Network network;
    private final Objective training;
    private final Objective curvature;
    private final Tensor theta;
    private final Tensor u;
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Optimizer.Iteration> iterations = new ArrayList<>();
    private int streams;

    BenchProblem(Backend backend, BenchModel model, int batch) {
        this.backend = backend;
        network = model.network();
        theta = keep(model.model().init().parameters(network.layout(), backend, SEED));
        int features = (int) Tensor.sizeOf(model.inputShape());
        training = network.objective(backend, inputs(batch, features), labels(batch));
        curvature = network.objective(backend, inputs(batch, features), labels(batch));
        u = vector();
        training.gradient(theta, u);
    }

    Network network() {
        return network;
    }

    /** ∇L [P] and L. */
    Work gradient() {
        Tensor out = vector();
        return new Work("gradient", () -> training.gradient(theta, out), 1, bytes(out));
    }

    /** ḡ, H̄ and perhaps D̄³ along the gradient. */
    Work summary(String name, Partition partition, Order order) {
        return new Work(name, () -> curvature.summary(theta, u, partition, order), 1, 0);
    }

    /** ∇²L u [P]. */
    Work hessianVector() {
        Tensor out = vector();
        return new Work("hessian-vector product", () -> curvature.hessianVector(theta, u, out), 1, bytes(out));
    }

    /** Jᵀ ∇²ℓ J u [P]. */
    Work gaussNewtonVector() {
        Tensor out = vector();
        return new Work("gauss-newton product", () -> curvature.gaussNewtonVector(theta, u, out), 1, bytes(out));
    }

    /**
     * A training step; the mean over a period if the optimizer has one. The step size is so small that all rounds do
     * the same work.
     *
     * @param partition as in an experiment, for optimizers that have one
     */
    Work step(Choices.Choice kind, String partition) {
        Setting setting = SETTINGS.getOrDefault(kind.name(), usual(kind, partition));
        String yaml = "optimizer: {type: " + kind.name() + ", " + setting.keys + "}";
        Optimizer optimizer =
                Binder.bind(SpecSource.parse("bench", yaml), Subject.class).optimizer();
        optimizer.requireFit(network.layout());
        long before = backend.memory().liveBytes();
        Optimizer.Iteration iteration = optimizer.start(new Problem(
                backend,
                network.layout(),
                Batches.always(curvature),
                SEED,
                Long.MAX_VALUE,
                network.gradientWork() * training.examples()));
        iterations.add(iteration);
        Tensor at = vector();
        backend.copy(theta, at);
        Runnable run = () -> {
            for (int i = 0; i < setting.steps; i++) {
                iteration.step(at, training).update().ifPresent(update -> backend.axpyInPlace(1, update, at));
            }
        };
        for (int i = 0; i < setting.before; i++) {
            run.run();
        }
        return new Work(
                kind.name() + " step", run, setting.steps, backend.memory().liveBytes() - before - bytes(at));
    }

    private static Setting usual(Choices.Choice kind, String partition) {
        boolean periodic = has(kind, "period");
        String keys = (has(kind, "step-size") ? "step-size: 1.0e-8, " : "")
                + (has(kind, "partition") ? "partition: " + partition + ", " : "")
                + (periodic ? "period: " + PERIOD + ", " : "")
                + (has(kind, "fisher") && searches(kind) ? "fisher: exact, " : "");
        return new Setting(keys, 0, periodic ? PERIOD : 1);
    }

    /** Whether a step of it solves a system or searches a line: what that takes depends on the problem. */
    static boolean searches(Choices.Choice kind) {
        return !SETTINGS.containsKey(kind.name()) && (has(kind, "solver") || has(kind, "line-search"));
    }

    private static boolean has(Choices.Choice kind, String key) {
        return kind.keys().stream().anyMatch(k -> k.name().equals(key));
    }

    private Tensor inputs(int batch, int features) {
        RandomGenerator random = RandomStreams.of(SEED, "bench", streams++);
        double[] values = new double[batch * features];
        Arrays.setAll(values, i -> random.nextGaussian());
        Tensor tensor = keep(backend.allocate(batch, features));
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private Tensor labels(int batch) {
        RandomGenerator random = RandomStreams.of(SEED, "bench", streams++);
        double[] values =
                random.ints(batch, 0, BenchModel.CLASSES).asDoubleStream().toArray();
        Tensor tensor = keep(backend.allocate(batch));
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private Tensor vector() {
        return keep(backend.allocate(network.layout().size()));
    }

    private long bytes(Tensor tensor) {
        return tensor.size() * backend.precision().bytes();
    }

    private Tensor keep(Tensor tensor) {
        tensors.add(tensor);
        return tensor;
    }

    @Override
    public void close() {
        iterations.forEach(Optimizer.Iteration::close);
        tensors.forEach(Tensor::close);
    }
}
