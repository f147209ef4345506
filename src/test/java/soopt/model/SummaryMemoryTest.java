package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.model.loss.Loss;
import soopt.model.tangent.DirectionBlocks;

/**
 * A pass cut into chunks of examples and blocks of directions gives the numbers of the whole pass, within its budget.
 */
class SummaryMemoryTest {
    private static final int BATCH = 5;
    private static final int CLASSES = 3;
    /** Sums of a few hundred float64 products in another order, relative to the largest entry. */
    private static final double ROUNDING = 1e-12;
    /** The pool rounds sizes up by at most an eighth. */
    private static final double SIZE_CLASSES = 1.125;
    /** Pooling keeps less than an activation, and some tangents come one after the other. */
    private static final double LEAST_USE = 0.5;

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 2);
    private final Random random = new Random(3);

    @AfterEach
    void close() {
        backend.close();
    }

    private enum Subject {
        MLP(4),
        MIDDLE_MLP(8),
        WIDE_MLP(40),
        CONVOLUTIONS(1, 6, 6),
        LENET(3, 32, 32),
        WIDE_CONVOLUTIONS(3, 16, 16);

        private final int[] shape;

        Subject(int... shape) {
            this.shape = shape;
        }

        int inputs() {
            return (int) Tensor.sizeOf(shape);
        }

        Network network() {
            return switch (this) {
                case MLP -> perceptron(3, Loss.SOFTMAX_CROSS_ENTROPY);
                case MIDDLE_MLP -> perceptron(20, Loss.MEAN_SQUARED_ERROR);
                case WIDE_MLP -> perceptron(300, Loss.SOFTMAX_CROSS_ENTROPY);
                case CONVOLUTIONS ->
                    new LayerList(shape)
                            .convolution("conv0", 2, 3, 1, 1, false)
                            .activation(Activation.TANH)
                            .maxPool(2, 2)
                            .convolution("conv1", 2, 2, 1, 0, true)
                            .activation(Activation.GELU)
                            .averagePool(2, 2)
                            .flatten()
                            .dense("fc", CLASSES, false)
                            .network(Loss.MEAN_SQUARED_ERROR);
                case WIDE_CONVOLUTIONS ->
                    new LayerList(shape)
                            .convolution("conv0", 32, 3, 1, 1, false)
                            .activation(Activation.ELU)
                            .convolution("conv1", 32, 3, 1, 1, false)
                            .activation(Activation.ELU)
                            .convolution("conv2", 32, 3, 1, 1, false)
                            .activation(Activation.ELU)
                            .flatten()
                            .dense("fc", CLASSES, false)
                            .network(Loss.SOFTMAX_CROSS_ENTROPY);
                // so narrow that convolutions need no buffer for patches, but for their adjoints
                case LENET ->
                    new LayerList(shape)
                            .convolution("conv0", 6, 5, 1, 0, false)
                            .activation(Activation.TANH)
                            .maxPool(2, 2)
                            .convolution("conv1", 8, 5, 1, 0, false)
                            .activation(Activation.TANH)
                            .maxPool(2, 2)
                            .flatten()
                            .dense("fc", CLASSES, false)
                            .network(Loss.SOFTMAX_CROSS_ENTROPY);
            };
        }

        private Network perceptron(int width, Loss loss) {
            return new LayerList(shape)
                    .dense("layers.0", width, false)
                    .activation(Activation.TANH)
                    .dense("layers.1", width, true)
                    .activation(Activation.ELU)
                    .dense("layers.2", CLASSES, false)
                    .network(loss);
        }
    }

    private enum Cut {
        WEIGHTS_BIASES(new Partitioning.WeightsBiases()),
        CANONICAL(new Partitioning.Canonical()),
        DISCRETE(new Partitioning.Discrete()),
        /** Seven groups, each of single numbers from all over the network. */
        MIXED(new Partitioning.Discrete());

        private final Partitioning rule;

        Cut(Partitioning rule) {
            this.rule = rule;
        }

        Partition of(ParameterLayout layout) {
            return this == MIXED ? mixed(layout) : rule.of(layout);
        }

        private static Partition mixed(ParameterLayout layout) {
            List<List<Partition.Slice>> slices = Stream.generate(
                            () -> (List<Partition.Slice>) new ArrayList<Partition.Slice>())
                    .limit(7)
                    .toList();
            for (int p = 0; p < layout.count(); p++) {
                for (int i = 0; i < layout.get(p).size(); i++) {
                    slices.get((p + i) % 7).add(new Partition.Slice(p, i, i + 1));
                }
            }
            return new Partition(
                    layout,
                    slices.stream()
                            .map(group -> new Partition.Group("mixed", "mixed", group))
                            .toList());
        }
    }

    private Tensor normal(int... shape) {
        double[] values = random.doubles(Tensor.sizeOf(shape), -1, 1).toArray();
        Tensor tensor = backend.allocate(shape);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private Tensor targets(Network network, int examples) {
        if (!network.loss().isClassification()) {
            return normal(examples, CLASSES);
        }
        Tensor targets = backend.allocate(examples);
        backend.fromHost(random.ints(examples, 0, CLASSES).asDoubleStream().toArray(), 0, targets);
        return targets;
    }

    private static void assertClose(double[] expected, double[] actual, String what) {
        assertEquals(expected.length, actual.length, what);
        double largest = 0;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], ROUNDING * largest, what + " " + i);
        }
    }

    private static double[] flat(double[][] matrix) {
        return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    }

    private static double[] flat(double[][][] tensor) {
        return flat(Arrays.stream(tensor).flatMap(Arrays::stream).toArray(double[][]::new));
    }

    /** One byte, and what lets through each number of directions with one example and with three. */
    private static TreeSet<Long> budgets(SummaryMemory memory, int groups) {
        TreeSet<Long> budgets = new TreeSet<>(List.of(1L));
        int step = Math.max(1, groups / 7);
        for (int directions = 2; directions <= groups; directions += step) {
            budgets.add(memory.bytes(1, directions));
            budgets.add(memory.bytes(3, directions));
        }
        return budgets;
    }

    @ParameterizedTest
    @CsvSource({
        "MLP, WEIGHTS_BIASES, SECOND",
        "MLP, WEIGHTS_BIASES, THIRD_FULL",
        "MLP, CANONICAL, SECOND",
        "MLP, CANONICAL, THIRD",
        "MLP, CANONICAL, THIRD_FULL",
        "MLP, MIXED, SECOND",
        "MLP, MIXED, THIRD",
        "MLP, MIXED, THIRD_FULL",
        "MLP, DISCRETE, SECOND",
        "MLP, DISCRETE, THIRD",
        "CONVOLUTIONS, CANONICAL, SECOND",
        "CONVOLUTIONS, CANONICAL, THIRD",
        "CONVOLUTIONS, CANONICAL, THIRD_FULL",
        "CONVOLUTIONS, MIXED, SECOND",
        "CONVOLUTIONS, MIXED, THIRD",
        "CONVOLUTIONS, MIXED, THIRD_FULL",
        "CONVOLUTIONS, DISCRETE, THIRD"
    })
    void summary_isTheSame_forAnyBudget(Subject subject, Cut cut, Order order) {
        Network network = subject.network();
        Tensor theta = normal(network.layout().size());
        Tensor u = normal(network.layout().size());
        Tensor inputs = normal(BATCH, subject.inputs());
        Tensor targets = targets(network, BATCH);
        Partition partition = cut.of(network.layout());
        CurvatureSummary expected = network.objective(backend, inputs, targets).summary(theta, u, partition, order);
        for (long budget : budgets(
                new SummaryMemory(network, Precision.FLOAT64, backend::scratch, partition, order), partition.size())) {
            CurvatureSummary actual = network.withCurvatureMemory(budget)
                    .objective(backend, inputs, targets)
                    .summary(theta, u, partition, order);
            String what = "budget " + budget + ": ";
            assertEquals(expected.loss(), actual.loss(), ROUNDING, what);
            assertClose(expected.gradient(), actual.gradient(), what + "ḡ");
            assertClose(flat(expected.hessian()), flat(actual.hessian()), what + "H̄");
            assertClose(expected.third(), actual.third(), what + "D̄³");
            assertClose(flat(expected.thirdFull()), flat(actual.thirdFull()), what + "full D̄³");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "WIDE_MLP, CANONICAL, SECOND", "WIDE_MLP, CANONICAL, THIRD", "WIDE_MLP, CANONICAL, THIRD_FULL",
        "LENET, CANONICAL, THIRD", "LENET, MIXED, SECOND", "MIDDLE_MLP, DISCRETE, THIRD",
        "WIDE_CONVOLUTIONS, CANONICAL, THIRD"
    })
    void peak_staysWithinTheBudget(Subject subject, Cut cut, Order order) {
        Network network = subject.network();
        Tensor theta = normal(network.layout().size());
        Tensor u = normal(network.layout().size());
        Tensor inputs = normal(BATCH, subject.inputs());
        Tensor targets = targets(network, BATCH);
        Partition partition = cut.of(network.layout());
        int groups = partition.size();
        SummaryMemory memory = new SummaryMemory(network, Precision.FLOAT64, backend::scratch, partition, order);
        for (int directions : List.of(groups, groups - 1, (groups + 3) / 2)) {
            for (int examples : List.of(1, 2, BATCH)) {
                long budget = memory.bytes(examples, directions);
                SummaryPlan plan = memory.plan(BATCH, budget);
                assertTrue(plan.bytes() <= budget, plan.toString());
                Objective objective = network.withCurvatureMemory(budget).objective(backend, inputs, targets);
                long before = backend.memory().liveBytes();
                backend.resetPeak();
                objective.summary(theta, u, partition, order);
                long used = backend.memory().peakBytes() - before;
                assertTrue(used <= SIZE_CLASSES * plan.bytes(), used + " bytes, but planned is " + plan);
                assertTrue(used >= LEAST_USE * plan.bytes(), used + " bytes, but planned is " + plan);
                assertEquals(before, backend.memory().liveBytes());
            }
        }
    }

    @Test
    void plan_cutsNothing_whereTheBuffersOfConvolutionsAloneExceedTheBudget() {
        Network network = Subject.WIDE_CONVOLUTIONS.network();
        Partition partition = Cut.CANONICAL.of(network.layout());
        SummaryMemory memory = new SummaryMemory(network, Precision.FLOAT64, backend::scratch, partition, Order.THIRD);
        long buffers = 2 * memory.bytes(1, 8) - memory.bytes(2, 8);
        SummaryPlan plan = memory.plan(BATCH, buffers);
        assertEquals(1, plan.directions().rounds(), plan.toString());
        assertTrue(plan.bytes() <= buffers + buffers / 2, plan.toString());
    }

    @Test
    void plan_keepsEveryArrayBelowWhatTheBackendsHold() {
        Network network = Subject.WIDE_MLP.network();
        Partition partition = Cut.CANONICAL.of(network.layout());
        SummaryMemory memory = new SummaryMemory(network, Precision.FLOAT64, backend::scratch, partition, Order.THIRD);
        int examples = 1_000_000;
        long tangents = 8L * 300 * 4;
        assertTrue(examples * tangents > Integer.MAX_VALUE);
        SummaryPlan plan = memory.plan(examples, Long.MAX_VALUE);
        assertTrue(plan.examples() * tangents < Integer.MAX_VALUE, plan.toString());
        assertTrue(plan.examples() * tangents > Integer.MAX_VALUE / 2, plan.toString());
    }

    @Test
    void plan_cutsDirections_onlyWhereOneExampleDoesNotFit() {
        Network network = Subject.MLP.network();
        Partition partition = Cut.MIXED.of(network.layout());
        SummaryMemory memory = new SummaryMemory(network, Precision.FLOAT64, backend::scratch, partition, Order.THIRD);
        DirectionBlocks all = DirectionBlocks.whole(7);
        assertEquals(new SummaryPlan(4, all, memory.bytes(4, 7)), memory.plan(8, memory.bytes(7, 7)));
        assertEquals(new SummaryPlan(1, all, memory.bytes(1, 7)), memory.plan(8, memory.bytes(1, 7)));
        SummaryPlan three = memory.plan(8, memory.bytes(1, 7) - 1);
        assertEquals(new SummaryPlan(1, new DirectionBlocks(7, 3, 2), memory.bytes(1, 5)), three);
        SummaryPlan least = memory.plan(8, 1);
        assertEquals(new SummaryPlan(1, new DirectionBlocks(7, 7, 2), memory.bytes(1, 2)), least);
        assertEquals(21, least.directions().rounds());
    }
}
