package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import soopt.Golden;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.curvature.TaylorTerms;
import soopt.model.loss.Loss;

/** Taylor terms to order 6 against golden numbers, differences, and Taylor arithmetic in plain loops. */
class TaylorTest {
    private static final int ORDER = 6;
    private static final int BATCH = 4;
    private static final int INPUTS = 5;
    private static final int CLASSES = 3;

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 2);
    private final Random random = new Random(4);

    @AfterEach
    void close() {
        backend.close();
    }

    @TestFactory
    Stream<DynamicTest> golden_ofOrder4() {
        return Golden.files("hbar").stream()
                .filter(file -> GoldenNetworks.unknown(Golden.read(file)).isEmpty())
                .map(file -> DynamicTest.dynamicTest(Golden.name(file), () -> checkGolden(file)));
    }

    private void checkGolden(Path path) {
        JsonNode file = Golden.read(path);
        // automatic differentiation has 1 − tanh² of saturated units to nine digits: see the test below
        double tolerance = Golden.name(path).equals("mlp_saturated") ? 1e-8 : 1e-10;
        Network network = GoldenNetworks.network(file).orElseThrow();
        Objective objective = network.objective(
                backend, GoldenNetworks.inputs(backend, file.get("x")), GoldenNetworks.targets(backend, file.get("y")));
        Tensor theta = GoldenNetworks.flat(backend, network.layout(), file.get("params"));
        for (JsonNode one : file.get("cases")) {
            Tensor u = GoldenNetworks.flat(backend, network.layout(), one.get("u"));
            double[] whole = Golden.numbers(one.get("taylor"));
            for (JsonNode golden : one.get("partitions")) {
                Partition partition = GoldenNetworks.partition(network.layout(), golden.get("groups"));
                TaylorTerms terms = objective.taylor(theta, u, partition, 4);
                String what = golden.get("partition").asText();
                assertEquals(whole[0], terms.loss(), 1e-12 * Math.abs(whole[0]), what);
                double[] order4 = Golden.numbers(golden.path("order4_diag"));
                double largest4 = Math.max(Math.abs(whole[4]), largest(order4));
                for (int k = 1; k <= 4; k++) {
                    double scale = Math.max(Math.abs(whole[k]), k == 4 ? largest4 : largest(terms.groups()[k - 1]));
                    assertEquals(whole[k], terms.whole()[k - 1], tolerance * scale, what + " order " + k);
                }
                assertClose(
                        Golden.numbers(golden.get("g")), terms.groups()[0], Math.abs(whole[1]), tolerance, what + " 1");
                assertClose(
                        Golden.numbers(golden.get("order3")),
                        terms.groups()[2],
                        Math.abs(whole[3]),
                        tolerance,
                        what + " 3");
                if (golden.has("order4_diag")) {
                    assertClose(order4, terms.groups()[3], Math.abs(whole[4]), tolerance, what + " 4");
                }
            }
        }
    }

    /** From Taylor arithmetic in 50 digits (mpmath) on the file's network and numbers. */
    @Test
    void saturatedUnits_keepAllDigits() {
        JsonNode file = Golden.read("hbar/mlp_saturated.json");
        Network network = GoldenNetworks.network(file).orElseThrow();
        Objective objective = network.objective(
                backend, GoldenNetworks.inputs(backend, file.get("x")), GoldenNetworks.targets(backend, file.get("y")));
        Tensor theta = GoldenNetworks.flat(backend, network.layout(), file.get("params"));
        Tensor u = GoldenNetworks.flat(
                backend, network.layout(), file.get("cases").get(0).get("u"));
        double[] expected = {231683.47250563514, -60291837.30174151, -207489023903.9809, 166767946470111.64};
        TaylorTerms terms = objective.taylor(theta, u, Partition.whole(network.layout()), 4);
        for (int k = 0; k < expected.length; k++) {
            assertEquals(expected[k], terms.whole()[k], 1e-12 * Math.abs(expected[k]), "order " + (k + 1));
        }
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    /** To so much of the largest, or of the whole direction's where the parts are noise beside it. */
    private static void assertClose(double[] expected, double[] actual, double whole, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what);
        double scale = Math.max(whole, largest(expected));
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance * scale, what + "[" + i + "]");
        }
    }

    private Tensor normal(int... shape) {
        double[] values = random.doubles(Tensor.sizeOf(shape), -1, 1).toArray();
        Tensor tensor = backend.allocate(shape);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private static double[] host(Backend backend, Tensor tensor) {
        double[] values = new double[(int) tensor.size()];
        backend.toHost(tensor, values, 0);
        return values;
    }

    private static Network images(Loss loss) {
        return new LayerList(new int[] {2, 6, 6})
                .convolution("conv0", 3, 3, 1, 1, false)
                .activation(Activation.GELU)
                .maxPool(2, 2)
                .convolution("conv1", 3, 2, 1, 0, true)
                .activation(Activation.TANH)
                .averagePool(2, 2)
                .flatten()
                .dense("fc", CLASSES, false)
                .network(loss);
    }

    private static Network perceptron(Activation activation, Loss loss) {
        return new LayerList(new int[] {INPUTS})
                .dense("layers.0", 4, false)
                .activation(activation)
                .dense("layers.1", 4, false)
                .activation(activation)
                .dense("layers.2", CLASSES, false)
                .network(loss);
    }

    private Objective objective(Network network, int inputs) {
        Tensor targets = network.loss().isClassification() ? backend.allocate(BATCH) : normal(BATCH, CLASSES);
        if (network.loss().isClassification()) {
            backend.fromHost(new double[] {0, 2, 1, 2}, 0, targets);
        }
        return network.objective(backend, normal(BATCH, inputs), targets);
    }

    /** d/dt of the order-4 term along the line, and its second derivative, by central differences of 6th order. */
    @ParameterizedTest
    @EnumSource(Loss.class)
    void orders5and6_areDerivativesOfOrder4_alongTheLine(Loss loss) {
        Network network = images(loss);
        Objective objective = objective(network, 72);
        Tensor theta = normal(network.layout().size());
        Tensor u = normal(network.layout().size());
        Partition whole = Partition.whole(network.layout());
        TaylorTerms terms = objective.taylor(theta, u, whole, ORDER);
        // no window of the max-pooling changes its choice within three of these
        double step = 5e-4;
        double[] at = new double[7];
        Tensor moved = backend.allocate(network.layout().size());
        for (int i = -3; i <= 3; i++) {
            backend.combine(1, theta, i * step, u, moved);
            at[i + 3] = objective.taylor(moved, u, whole, 4).whole()[3];
        }
        double first = (45 * (at[4] - at[2]) - 9 * (at[5] - at[1]) + at[6] - at[0]) / (60 * step);
        double second = (270 * (at[4] + at[2]) - 27 * (at[5] + at[1]) + 2 * (at[6] + at[0]) - 490 * at[3])
                / (180 * step * step);
        assertEquals(first, terms.whole()[4], 1e-6 * Math.abs(first));
        assertEquals(second, terms.whole()[5], 1e-6 * Math.abs(second));
    }

    /** φ(t) = L(θ + t u) in Hipparchus's arithmetic of derivatives: forward alone, no multipliers. */
    @ParameterizedTest
    @EnumSource(Activation.class)
    void everyActivationAndLoss_isAsAForwardPassOfDerivatives(Activation activation) {
        for (Loss loss : Loss.values()) {
            Network network = perceptron(activation, loss);
            Tensor inputs = normal(BATCH, INPUTS);
            Tensor targets = loss.isClassification() ? backend.allocate(BATCH) : normal(BATCH, CLASSES);
            if (loss.isClassification()) {
                backend.fromHost(new double[] {0, 2, 1, 2}, 0, targets);
            }
            Tensor theta = normal(network.layout().size());
            Tensor u = normal(network.layout().size());
            double[] expected = Forward.derivatives(
                    activation,
                    loss,
                    host(backend, inputs),
                    host(backend, targets),
                    host(backend, theta),
                    host(backend, u));
            Partition canonical = new Partitioning.Canonical().of(network.layout());
            TaylorTerms terms = network.objective(backend, inputs, targets).taylor(theta, u, canonical, ORDER);
            for (int k = 1; k <= ORDER; k++) {
                double scale = Math.max(Math.abs(expected[k]), largest(terms.groups()[k - 1]));
                assertEquals(expected[k], terms.whole()[k - 1], 1e-11 * scale, loss + " order " + k);
            }
        }
    }

    @Test
    void float32_agreesToItsRounding() {
        Network network = perceptron(Activation.SILU, Loss.SOFTMAX_CROSS_ENTROPY);
        Partition canonical = new Partitioning.Canonical().of(network.layout());
        double[] theta = host(backend, normal(network.layout().size()));
        double[] u = host(backend, normal(network.layout().size()));
        double[] x = host(backend, normal(BATCH, INPUTS));
        TaylorTerms[] terms = new TaylorTerms[2];
        for (Precision precision : Precision.EVERYWHERE) {
            try (Backend other = Backends.cpu(precision, 1)) {
                Tensor inputs = other.allocate(BATCH, INPUTS);
                other.fromHost(x, 0, inputs);
                terms[precision.ordinal()] = network.objective(other, inputs, GoldenNetworks.tensor(other, 0, 2, 1, 2))
                        .taylor(GoldenNetworks.tensor(other, theta), GoldenNetworks.tensor(other, u), canonical, ORDER);
            }
        }
        for (int k = 0; k < ORDER; k++) {
            double scale = Math.max(Math.abs(terms[1].whole()[k]), largest(terms[1].groups()[k]));
            assertEquals(terms[1].whole()[k], terms[0].whole()[k], 1e-4 * scale, "order " + (k + 1));
        }
    }

    /** Blocks of groups, chunks of examples, and the peak that the plan names. */
    @Test
    void anyBudget_givesTheSame_andIsKept() {
        Network network = images(Loss.SOFTMAX_CROSS_ENTROPY);
        Tensor theta = normal(network.layout().size());
        Tensor u = normal(network.layout().size());
        Tensor inputs = normal(BATCH, 72);
        Tensor targets = GoldenNetworks.tensor(backend, 0, 2, 1, 2);
        Partition canonical = new Partitioning.Canonical().of(network.layout());
        TaylorTerms expected = network.objective(backend, inputs, targets).taylor(theta, u, canonical, ORDER);
        for (long budget : new long[] {1, 20_000, 60_000, 120_000, 1_000_000}) {
            long before = backend.memory().liveBytes();
            backend.resetPeak();
            TaylorTerms actual = network.withCurvatureMemory(budget)
                    .objective(backend, inputs, targets)
                    .taylor(theta, u, canonical, ORDER);
            long used = backend.memory().peakBytes() - before;
            assertTrue(budget < 60_000 || used <= 1.125 * budget, used + " bytes, but " + budget + " are allowed");
            assertEquals(before, backend.memory().liveBytes());
            for (int k = 0; k < ORDER; k++) {
                double scale = Math.max(Math.abs(expected.whole()[k]), largest(expected.groups()[k]));
                assertEquals(expected.whole()[k], actual.whole()[k], 1e-11 * scale);
                for (int s = 0; s < canonical.size(); s++) {
                    assertEquals(expected.groups()[k][s], actual.groups()[k][s], 1e-11 * scale, budget + ": " + s);
                }
            }
        }
    }

    /** u → c u multiplies order k by cᵏ, and the coefficients are the derivatives over k!. */
    @Test
    void order_isHomogeneous() {
        Network network = perceptron(Activation.SOFTPLUS, Loss.MEAN_SQUARED_ERROR);
        Objective objective = objective(network, INPUTS);
        Tensor theta = normal(network.layout().size());
        Tensor u = normal(network.layout().size());
        Partition whole = Partition.whole(network.layout());
        TaylorTerms terms = objective.taylor(theta, u, whole, ORDER);
        backend.scaleInPlace(-2, u);
        TaylorTerms doubled = objective.taylor(theta, u, whole, 1);
        assertEquals(-2 * terms.whole()[0], doubled.whole()[0], 1e-12 * Math.abs(terms.whole()[0]));
        assertEquals(1, doubled.order());
        doubled = objective.taylor(theta, u, whole, ORDER);
        assertEquals(64 * terms.whole()[5], doubled.whole()[5], 1e-12 * Math.abs(doubled.whole()[5]));
        assertEquals(terms.whole()[5] / 720, terms.coefficients()[6], 1e-15 * Math.abs(terms.whole()[5]));
        assertEquals(terms.loss(), terms.coefficients()[0]);
    }
}
