package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Subject;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;

/**
 * Loss, ḡ, H̄ and D̄³ of every golden file in hbar/, made with PyTorch 1.13's automatic differentiation in float64.
 * Each entry is held to a tolerance of its own size, so that small ones are not free beside large ones.
 */
class HbarGoldenTest {
    /**
     * Of each entry; measured are 5e-12 at most, for sums of a deep network that cancel. The README asks 1e-10 of the
     * largest.
     */
    private static final double FLOAT64 = 5e-11;
    /** Of each entry: rounding of float32 inputs and sums over these small nets; measured are 1.2e-4 at most. */
    private static final double FLOAT32 = 2e-4;
    /**
     * Roundoffs of the largest entry of its kind, over all partitions of the same direction, that an entry may be off
     * besides: what is exactly 0, and sums of entries of a finer partition that cancel, come out as the noise of their
     * terms. At most 7.5 are measured.
     */
    private static final double NOISE = 16;

    @TestFactory
    Stream<DynamicTest> float64() {
        return tests(() -> Backends.cpu(Precision.FLOAT64, 2), FLOAT64);
    }

    @TestFactory
    Stream<DynamicTest> float32() {
        return tests(() -> Backends.cpu(Precision.FLOAT32, 2), FLOAT32);
    }

    /** On a GPU, or through the stand-in. */
    @TestFactory
    Stream<DynamicTest> cuda() {
        return Subject.all()
                .filter(subject -> subject.engine().isGpu())
                .flatMap(subject -> tests(subject::open, subject.precision() == Precision.FLOAT64 ? FLOAT64 : FLOAT32));
    }

    private static Stream<DynamicTest> tests(Supplier<Backend> engine, double tolerance) {
        List<Path> files = Golden.files("hbar");
        assertTrue(!files.isEmpty(), "no golden files in " + Golden.directory());
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(
                        file.getFileName().toString(), () -> new Check(engine, tolerance).run(file)));
    }

    private static final class Check {
        private final double tolerance;
        private final Supplier<Backend> engine;
        private Precision precision = Precision.FLOAT64;

        Check(Supplier<Backend> engine, double tolerance) {
            this.engine = engine;
            this.tolerance = tolerance;
        }

        void run(Path path) {
            JsonNode file = Golden.read(path);
            assumeTrue(
                    GoldenNetworks.unknown(file).isEmpty(),
                    () -> "waiting for the layer "
                            + GoldenNetworks.unknown(file).get());
            Network network = GoldenNetworks.network(file).orElseThrow();
            try (Backend backend = engine.get();
                    Tensor theta = GoldenNetworks.flat(backend, network.layout(), file.get("params"))) {
                precision = backend.precision();
                Objective objective = network.objective(
                        backend,
                        GoldenNetworks.inputs(backend, file.get("x")),
                        GoldenNetworks.targets(backend, file.get("y")));
                close("loss", 0, new double[] {file.get("loss_value").asDouble()}, objective.loss(theta));
                for (JsonNode one : file.get("cases")) {
                    try (Tensor u = GoldenNetworks.flat(backend, network.layout(), one.get("u"))) {
                        double[] largest = largest(one);
                        for (JsonNode golden : one.get("partitions")) {
                            check(network, objective, theta, u, golden, largest);
                        }
                        checkTaylor(network, objective, theta, u, one.get("taylor"), largest);
                    }
                }
                assertTrue(backend.memory().liveBytes() < 40 * theta.size() * 8 + 100_000, "tensors leak");
            }
        }

        /** The largest loss, ḡ, H̄ and D̄³ over the partitions of a direction. */
        private static double[] largest(JsonNode direction) {
            double[] largest = new double[4];
            for (int k = 0; k < 4; k++) {
                largest[k] = Math.abs(direction.get("taylor").get(k).asDouble());
            }
            for (JsonNode golden : direction.get("partitions")) {
                largest[1] = Math.max(largest[1], largest(Golden.numbers(golden.get("g"))));
                largest[2] = Math.max(largest[2], largest(Golden.numbers(golden.get("H"))));
                largest[3] = Math.max(largest[3], largest(Golden.numbers(golden.get("order3"))));
            }
            return largest;
        }

        private static double largest(double... numbers) {
            return Arrays.stream(numbers).map(Math::abs).max().orElse(0);
        }

        private void check(
                Network network, Objective objective, Tensor theta, Tensor u, JsonNode golden, double[] largest) {
            Partition partition = GoldenNetworks.partition(network.layout(), golden.get("groups"));
            Order order = golden.has("D3_full") ? Order.THIRD_FULL : Order.THIRD;
            CurvatureSummary summary = objective.summary(theta, u, partition, order);
            String name = golden.get("partition").asText();
            close(name + " g", largest[1], Golden.numbers(golden.get("g")), summary.gradient());
            close(name + " H", largest[2], Golden.numbers(golden.get("H")), Golden.flat(summary.hessian()));
            close(name + " order3", largest[3], Golden.numbers(golden.get("order3")), summary.third());
            CurvatureSummary second = objective.summary(theta, u, partition, Order.SECOND);
            close(name + " H at order 2", largest[2], Golden.numbers(golden.get("H")), Golden.flat(second.hessian()));
            if (golden.has("D3_full")) {
                double[] full = Arrays.stream(summary.thirdFull())
                        .flatMapToDouble(matrix -> Arrays.stream(Golden.flat(matrix)))
                        .toArray();
                double[] expected = Golden.numbers(golden.get("D3_full"));
                close(name + " D3", largest(expected), expected, full);
            }
        }

        /** Along the whole of u: the trivial partition, the gradient, H u and G u give the same numbers. */
        private void checkTaylor(
                Network network, Objective objective, Tensor theta, Tensor u, JsonNode taylor, double[] largest) {
            Partition whole = Partition.whole(network.layout());
            CurvatureSummary summary = objective.summary(theta, u, whole, Order.THIRD);
            double[] orders = {
                summary.loss(), summary.gradient()[0], summary.hessian()[0][0], summary.third()[0],
            };
            for (int k = 0; k < orders.length; k++) {
                close("taylor " + k, largest[k], new double[] {taylor.get(k).asDouble()}, orders[k]);
            }
            Backend backend = objective.backend();
            try (Tensor vector = backend.allocate(network.layout().size())) {
                objective.gradient(theta, vector);
                close("⟨∇L, u⟩", largest[1], new double[] {orders[1]}, backend.dot(vector, u));
                objective.hessianVector(theta, u, vector);
                close("⟨Hu, u⟩", largest[2], new double[] {orders[2]}, backend.dot(vector, u));
            }
        }

        /** @param largest size of the largest number of the kind */
        private void close(String what, double largest, double[] expected, double... actual) {
            assertEquals(expected.length, actual.length, what);
            double noise = NOISE * precision.unitRoundoff() * largest;
            for (int i = 0; i < expected.length; i++) {
                double error = Math.abs(expected[i] - actual[i]);
                assertTrue(
                        error <= tolerance * Math.abs(expected[i]) + noise,
                        what + "[" + i + "] is " + actual[i] + ", golden " + expected[i] + ", error " + error
                                + "; noise " + noise);
            }
        }
    }
}
