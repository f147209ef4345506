package soopt.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.backend.Activation;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.cuda.Standin;
import soopt.curvature.Objective;
import soopt.model.loss.Loss;
import soopt.optimizer.MemoryState;
import soopt.optimizer.Methods;
import soopt.optimizer.Optimizer;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;

/**
 * Steps of every method on a GPU, which the stand-in is: with graphs they have the same bits as without and as a run
 * that goes on, and what is launched one by one and waited for is bounded. Its main prints the table of both.
 */
class GpuStepsTest {
    private static final String GRAPHS = "soopt.cuda.graphs";
    private static final int STEPS = 12;
    private static final int[] SIZES = {5, 5, 3};
    private static final int INPUTS = 36;

    /** By name, so that the table can be read. */
    private static final Map<String, String> METHODS = Map.ofEntries(
            Map.entry("sgd", "{type: sgd, step-size: 0.05, momentum: 0.9}"),
            Map.entry("adam", "{type: adam, step-size: 0.01}"),
            Map.entry("k-fac", "{type: k-fac, step-size: 0.02, statistics-period: 4, inverse-period: 8}"),
            Map.entry("k-fac exact", "{type: k-fac, step-size: 0.02, fisher: exact, kl-clip: 0, statistics-period: 1,"
                    + " inverse-period: 8}"),
            Map.entry("ekfac", "{type: ekfac, step-size: 0.02, statistics-period: 4, inverse-period: 8}"),
            Map.entry("shampoo", "{type: shampoo, step-size: 0.05, period: 6}"),
            Map.entry("shampoo grafted", "{type: shampoo, step-size: 0.01, period: 6, grafting: adam, block-size: 4}"),
            Map.entry("soap", "{type: soap, step-size: 0.01, period: 6, weight-decay: 0.01}"),
            Map.entry("muon", "{type: muon, step-size: 0.02}"),
            Map.entry("adahessian", "{type: adahessian, step-size: 0.02}"),
            Map.entry("adahessian 3", "{type: adahessian, step-size: 0.02, period: 3, weight-decay: 0.01}"),
            Map.entry("newton-summary", "{type: newton-summary, period: 6}"),
            Map.entry("newton-summary guarded", "{type: newton-summary, period: 6, safeguard: 3}"),
            Map.entry("budget", "{type: newton-summary, rates: {type: budget, calibrate: 0.6}}"),
            Map.entry("budget adam", "{type: newton-summary, direction: {type: adam}, rates: {type: budget}}"),
            Map.entry("budget muon", "{type: newton-summary, direction: {type: muon}, rates: {type: budget}}"),
            Map.entry("hessian-free", "{type: hessian-free}"),
            Map.entry("gauss-newton", "{type: gauss-newton, solver: {type: cg, iterations: 8}}"),
            Map.entry("levenberg-marquardt", "{type: levenberg-marquardt, solver: {type: cg, iterations: 8}}"),
            Map.entry("natural-gradient", "{type: natural-gradient, solver: {type: cg, iterations: 8}, fisher: mc}"),
            Map.entry("cubic-newton", "{type: cubic-newton, solver: {type: lanczos, steps: 6}}"),
            Map.entry("l-bfgs", "{type: l-bfgs, history: 4}"),
            Map.entry("cauchy", "{type: cauchy, step-size: 0.5}"));

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
        private final CudaBackend backend = CudaBackend.open(Precision.FLOAT32, 0);
        private final Network network = network();
        private final Tensor inputs = backend.allocate(SIZES[0], INPUTS);
        private final Tensor targets = backend.allocate(SIZES[0]);
        private final Tensor theta = backend.allocate(network.layout().size());
        private Optimizer.Iteration iteration;
        private final String method;
        private Optional<Objective> now = Optional.empty();

        Run(String method) {
            this.method = method;
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
                long waits = backend.counts().synchronizations();
                Step step = iteration.step(theta, batch);
                if (step.updateNorm().isEmpty() && step.update().isPresent()) {
                    backend.dot(step.update().get(), step.update().get());
                }
                step.update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
                costs.add(new Cost(
                        gpu.count("launches") + gpu.count("products") - singly,
                        gpu.count("graphs") - graphs,
                        backend.counts().synchronizations() - waits));
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
        try (Run run = new Run(method)) {
            return run.steps(resumeAt);
        }
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
        Course replayed = course(method, -1);
        Course resumed = course(method, 7);
        assertTrue(plain.costs().stream().allMatch(cost -> cost.graphs() == 0));
        assertTrue(replayed.costs().get(STEPS - 1).graphs() > 0);
        assertArrayEquals(plain.losses(), replayed.losses());
        assertArrayEquals(plain.theta(), replayed.theta());
        assertArrayEquals(plain.losses(), resumed.losses());
        assertArrayEquals(plain.theta(), resumed.theta());
        assertEquals("", gpu.fault());
    }

    /** Of each method its steps with the operations of each, those launched one by one, and the waits. */
    public static void main(String[] arguments) {
        GpuStepsTest test = new GpuStepsTest();
        test.begin();
        for (String name : methods()) {
            Course plain = test.plain(METHODS.get(name));
            Course replayed = test.course(METHODS.get(name), -1);
            StringBuilder row = new StringBuilder(String.format("%-24s", name));
            for (int i = 3; i < STEPS; i++) {
                Cost cost = replayed.costs().get(i);
                row.append(String.format(
                        " %4d/%4d/%2d", plain.costs().get(i).singly(), cost.singly(), cost.waits()));
            }
            System.out.println(row);
        }
        test.end();
    }
}
