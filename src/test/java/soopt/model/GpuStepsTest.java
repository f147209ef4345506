package soopt.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.cuda.Standin;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.Value;
import soopt.model.loss.Loss;
import soopt.optimizer.MemoryState;
import soopt.optimizer.Methods;
import soopt.optimizer.Optimizer;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Intervention;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;

/**
 * Steps of every method on a GPU, which the stand-in is: with graphs they have the same bits as without and as a run
 * that goes on, and what is launched one by one and waited for is bounded. Its main prints the table of both.
 */
class GpuStepsTest {
    private static final String GRAPHS = "soopt.cuda.graphs";
    private static final int STEPS = 11;
    private static final int[] SIZES = {5, 5, 3};
    private static final int INPUTS = 36;

    /** By name, so that the table can be read. */
    private static final Map<String, String> METHODS = Map.ofEntries(
            Map.entry("k-fac", "{type: k-fac, step-size: 0.02, statistics-period: 4, inverse-period: 8}"),
            Map.entry(
                    "k-fac exact",
                    "{type: k-fac, step-size: 0.02, fisher: exact, kl-clip: 0, statistics-period: 1,"
                            + " inverse-period: 8}"),
            Map.entry("ekfac", "{type: ekfac, step-size: 0.02, statistics-period: 4, inverse-period: 8}"),
            Map.entry("shampoo", "{type: shampoo, step-size: 0.05, period: 6}"),
            Map.entry("shampoo grafted", "{type: shampoo, step-size: 0.01, period: 6, grafting: adam, block-size: 4}"),
            Map.entry("soap", "{type: soap, step-size: 0.01, period: 6, weight-decay: 0.01}"),
            Map.entry("soap held", "{type: soap, step-size: 0.01, period: 6, hold: 3}"),
            Map.entry("muon", "{type: muon, step-size: 0.02}"),
            Map.entry("muon held", "{type: muon, step-size: 0.02, hold: 3, block-size: 4, weight-decay: 0.01}"),
            Map.entry("adahessian", "{type: adahessian, step-size: 0.02}"),
            Map.entry("adahessian 3", "{type: adahessian, step-size: 0.02, period: 3, weight-decay: 0.01}"),
            Map.entry("newton-summary", "{type: newton-summary, period: 6}"),
            Map.entry("newton-summary guarded", "{type: newton-summary, period: 6, safeguard: 3}"),
            Map.entry("budget", "{type: newton-summary, rates: {type: budget, calibrate: 0.6}}"),
            Map.entry("budget adam", "{type: newton-summary, direction: {type: adam}, rates: {type: budget}}"),
            Map.entry("budget muon", "{type: newton-summary, direction: {type: muon}, rates: {type: budget}}"),
            Map.entry("hessian-free", "{type: hessian-free, solver: {iterations: 5}}"),
            Map.entry("gauss-newton", "{type: gauss-newton, solver: {type: cg, iterations: 4}}"),
            Map.entry("levenberg-marquardt", "{type: levenberg-marquardt, solver: {type: cg, iterations: 4}}"),
            Map.entry("natural-gradient", "{type: natural-gradient, solver: {type: cg, iterations: 4}, fisher: mc}"),
            Map.entry("cubic-newton", "{type: cubic-newton, solver: {type: lanczos, steps: 4}}"),
            Map.entry("l-bfgs", "{type: l-bfgs, history: 4}"));

    /** Courses with graphs that were run already. */
    private static final Map<String, Course> REPLAYED = new HashMap<>();

    private Standin gpu;

    @BeforeEach
    void begin() {
        gpu = Standin.use();
    }

    @AfterEach
    void end() {
        System.clearProperty(GRAPHS);
        if (gpu != null) {
            gpu.close();
        }
    }

    /** What a step did: operations launched one by one, graphs, waits. */
    private record Cost(long singly, long graphs, long waits) {}

    /** A course of steps. */
    private record Course(List<Step> steps, List<Cost> costs, double[] theta) {
        double[] losses() {
            return steps.stream().mapToDouble(Step::loss).toArray();
        }

        List<Optional<Intervention.Kind>> kinds() {
            return steps.stream()
                    .map(step -> step.intervention().map(Intervention::kind))
                    .toList();
        }
    }

    private static Network network() {
        return new LayerList(new int[] {1, 6, 6})
                .convolution("conv", 3, 3, 1, 1, false)
                .activation(Activation.TANH)
                .maxPool(2, 2)
                .flatten()
                .dense("hidden", 7, false)
                .activation(Activation.TANH)
                .dense("out", 4, false)
                .network(Loss.SOFTMAX_CROSS_ENTROPY);
    }

    private static double[] numbers(int count, Random random) {
        return random.doubles(count, -1, 1).toArray();
    }

    /** One batch after the other in the same memory, as training has them. */
    private final class Run implements AutoCloseable {
        private final Backend backend;
        private final Network network = network();
        private final Tensor inputs;
        private final Tensor targets;
        private final Tensor theta;
        private Optimizer.Iteration iteration;
        private final String method;
        private Optional<Objective> now = Optional.empty();

        Run(String method, Backend backend) {
            this.method = method;
            this.backend = backend;
            this.inputs = backend.allocate(SIZES[0], INPUTS);
            this.targets = backend.allocate(SIZES[0]);
            this.theta = backend.allocate(network.layout().size());
            backend.fromHost(numbers((int) theta.size(), new Random(3)), 0, theta);
            backend.scaleInPlace(0.5, theta);
            iteration = start();
        }

        private Optimizer.Iteration start() {
            Batches batches = new Batches() {
                @Override
                public Objective curvature() {
                    return now.orElseThrow();
                }

                @Override
                public Objective trial() {
                    return now.orElseThrow();
                }
            };
            return Methods.optimizer(method).start(new Problem(backend, network.layout(), batches, 5, STEPS));
        }

        /** Goes on from a checkpoint, as another process would. */
        void resume() {
            MemoryState state = new MemoryState(backend);
            iteration.save(state);
            iteration.close();
            iteration = start();
            iteration.restore(state);
        }

        private Objective batch(int step) {
            int size = SIZES[step % SIZES.length];
            Random random = new Random(step % SIZES.length);
            backend.fromHost(numbers(size * INPUTS, random), 0, inputs.rows(0, size));
            backend.fromHost(random.ints(size, 0, 4).asDoubleStream().toArray(), 0, targets.slice(0, size));
            return network.objective(backend, inputs.rows(0, size), targets.slice(0, size));
        }

        Course steps(int resumeAt) {
            return steps(resumeAt, batch -> batch);
        }

        /** @param seen what a step is given of its batch */
        Course steps(int resumeAt, UnaryOperator<Objective> seen) {
            List<Step> steps = new ArrayList<>();
            List<Cost> costs = new ArrayList<>();
            for (int i = 0; i < STEPS; i++) {
                if (i == resumeAt) {
                    resume();
                }
                Objective batch = batch(i);
                now = Optional.of(batch);
                long singly = gpu.count("launches") + gpu.count("products");
                long graphs = gpu.count("graphs");
                long waits = gpu.count("synchronizations");
                Step step = iteration.step(theta, seen.apply(batch));
                if (step.updateNorm().isEmpty() && step.update().isPresent()) {
                    // the trainer's look
                    backend.dot(step.update().get(), step.update().get());
                }
                step.update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
                costs.add(new Cost(
                        gpu.count("launches") + gpu.count("products") - singly,
                        gpu.count("graphs") - graphs,
                        gpu.count("synchronizations") - waits));
                steps.add(step);
            }
            double[] end = new double[(int) theta.size()];
            backend.toHost(theta, end, 0);
            return new Course(steps, costs, end);
        }

        @Override
        public void close() {
            iteration.close();
            theta.close();
            targets.close();
            inputs.close();
            backend.close();
        }
    }

    private Course course(String method, int resumeAt) {
        try (Run run = new Run(method, CudaBackend.open(Precision.FLOAT32, 0))) {
            return run.steps(resumeAt);
        }
    }

    private Course replayed(String name) {
        return REPLAYED.computeIfAbsent(name, same -> course(METHODS.get(same), -1));
    }

    private Course plain(String method) {
        System.setProperty(GRAPHS, "off");
        try {
            return course(method, -1);
        } finally {
            System.clearProperty(GRAPHS);
        }
    }

    static List<String> methods() {
        return METHODS.keySet().stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void steps_haveTheSameBits_withGraphsAndWithout_andWhenTheyGoOn(String name) {
        String method = METHODS.get(name);
        Course plain = plain(method);
        Course replayed = replayed(name);
        Course resumed = course(method, 7);
        assertTrue(plain.costs().stream().allMatch(cost -> cost.graphs() == 0));
        assertTrue(replayed.costs().get(STEPS - 1).graphs() > 0);
        assertArrayEquals(plain.losses(), replayed.losses());
        assertArrayEquals(plain.theta(), replayed.theta());
        assertArrayEquals(plain.losses(), resumed.losses());
        assertArrayEquals(plain.theta(), resumed.theta());
        assertEquals("", gpu.fault());
    }

    /** A batch whose loss or gradient is told as another one. */
    private static final class Spoiled implements Objective {
        private final Objective batch;
        private final double factor;
        private final boolean infinite;

        /**
         * @param factor of the loss that is told
         * @param infinite whether an entry of the gradient is
         */
        Spoiled(Objective batch, double factor, boolean infinite) {
            this.batch = batch;
            this.factor = factor;
            this.infinite = infinite;
        }

        @Override
        public ParameterLayout layout() {
            return batch.layout();
        }

        @Override
        public Backend backend() {
            return batch.backend();
        }

        @Override
        public int examples() {
            return batch.examples();
        }

        @Override
        public double loss(Tensor theta) {
            return factor * batch.loss(theta);
        }

        @Override
        public void asOne(Object key, Runnable work) {
            batch.asOne(key, work);
        }

        @Override
        public Value gradient(Tensor theta, Tensor gradient) {
            AtomicReference<Value> value = new AtomicReference<>();
            gradient(theta, gradient, value::set);
            backend().await();
            return value.get();
        }

        @Override
        public void gradient(Tensor theta, Tensor gradient, Consumer<Value> use) {
            batch.gradient(theta, gradient, value -> use.accept(new Value(factor * value.loss(), value.correct())));
            if (infinite) {
                backend().fill(gradient.slice(2, 1), Double.POSITIVE_INFINITY);
            }
        }

        @Override
        public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
            return batch.summary(theta, u, partition, order);
        }

        @Override
        public Linearization at(Tensor theta, Linearization.Use use) {
            return batch.at(theta, use);
        }
    }

    /** Steps 5 and 6 have high losses, step 9 has a gradient that is not finite. */
    private Course guarded(String method, Backend backend) {
        int[] step = {0};
        try (Run run = new Run(method, backend)) {
            return run.steps(-1, batch -> {
                int now = step[0]++;
                return new Spoiled(batch, now == 5 || now == 6 ? 1e4 : 1, now == 9);
            });
        }
    }

    /** The processor's engine asks the safeguard before the direction sees the gradient. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: newton-summary, rates: {type: budget, calibrate: 0.3}}",
                "{type: newton-summary, direction: {type: sgd, momentum: 0.9, nesterov: true, weight-decay: 0.01},"
                        + " rates: {type: budget, calibrate: 1}}",
                "{type: newton-summary, direction: {type: adam}, rates: {type: budget, calibrate: 0.3}}",
                "{type: newton-summary, direction: {type: adamw}, safeguard: 3, period: 4, step-size: 0.001}",
                "{type: newton-summary, direction: {type: muon}, rates: {type: budget}}"
            })
    void safeguard_doesTheSame_whereTheDeviceWorksAhead(String method) {
        Course ofDevice = guarded(method, CudaBackend.open(Precision.FLOAT64, 0));
        Course ofHost = guarded(method, Backends.cpu(Precision.FLOAT64, 1));
        assertEquals(Intervention.Kind.HALVED, kind(ofHost, 6));
        assertEquals(Intervention.Kind.DROPPED, kind(ofHost, 9));
        assertEquals(ofHost.kinds(), ofDevice.kinds());
        assertArrayEquals(ofHost.losses(), ofDevice.losses(), 1e-8);
        assertArrayEquals(ofHost.theta(), ofDevice.theta(), 1e-9);
        assertEquals("", gpu.fault());
    }

    private static Intervention.Kind kind(Course course, int step) {
        return course.steps().get(step).intervention().orElseThrow().kind();
    }

    /** Operations that a step between two refreshes launches one by one, and how often the host waits for it. */
    @ParameterizedTest
    @CsvSource({
        "adahessian, 1, 2",
        "k-fac, 4, 2",
        "ekfac, 4, 2",
        "shampoo, 1, 1",
        "shampoo grafted, 1, 2",
        "soap, 1, 1",
        "soap held, 1, 1",
        "muon, 7, 2",
        "muon held, 1, 1",
        "newton-summary, 1, 1",
        "newton-summary guarded, 1, 1",
        "budget, 1, 1",
        "budget adam, 1, 1"
    })
    void step_isLaunchedByGraphs_andWaitedForOnce(String name, long singly, long waits) {
        Cost last = replayed(name).costs().get(STEPS - 1);
        assertTrue(last.singly() <= singly, "launched singly: " + last.singly());
        assertEquals(waits, last.waits());
    }

    /** Two waits for each iteration of conjugate gradients, three for each of Lanczos, and few around them. */
    @ParameterizedTest
    @CsvSource({"gauss-newton, 2", "natural-gradient, 2", "hessian-free, 2", "cubic-newton, 3"})
    void product_isOneStretch(String name, long waits) {
        Course course = replayed(name);
        Cost last = course.costs().get(STEPS - 1);
        long iterations = course.steps()
                .get(STEPS - 1)
                .trial()
                .orElseThrow()
                .solve()
                .orElseThrow()
                .iterations();
        assertTrue(iterations > 2, "iterations: " + iterations);
        assertTrue(last.graphs() >= iterations, "graphs: " + last.graphs());
        assertTrue(last.singly() <= 9 * iterations + 20, "launched singly: " + last.singly());
        assertTrue(last.waits() <= waits * iterations + 12, "waits: " + last.waits());
    }

    /** Of each method its steps with the operations of each, those launched one by one, and the waits. */
    public static void main(String[] arguments) {
        GpuStepsTest test = new GpuStepsTest();
        test.begin();
        for (String name : methods()) {
            Course plain = test.plain(METHODS.get(name));
            Course replayed = test.replayed(name);
            StringBuilder row = new StringBuilder(String.format("%-24s", name));
            for (int i = 3; i < STEPS; i++) {
                Cost cost = replayed.costs().get(i);
                row.append(String.format(" %4d/%4d/%2d", plain.costs().get(i).singly(), cost.singly(), cost.waits()));
            }
            System.out.println(row);
        }
        test.end();
    }
}
