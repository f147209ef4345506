package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;

/** Loss, ḡ, H̄ and D̄³ of every golden file in hbar/, made with PyTorch 1.13's automatic differentiation in float64. */
class HbarGoldenTest {
    /** The README's tolerance, relative to the largest entry; two derivations agree to 3e-14. */
    private static final double FLOAT64 = 1e-10;
    /** Rounding of float32 inputs and sums over these small nets; single scalars that cancel dominate. */
    private static final double FLOAT32 = 2e-4;
    /** Arrays whose exact value is 0 come out as rounding noise of their terms. */
    private static final double NOISE = 1e-12;

    @TestFactory
    Stream<DynamicTest> float64() {
        return tests(Precision.FLOAT64, FLOAT64);
    }

    @TestFactory
    Stream<DynamicTest> float32() {
        return tests(Precision.FLOAT32, FLOAT32);
    }

    private static Stream<DynamicTest> tests(Precision precision, double tolerance) {
        List<Path> files = Golden.files("hbar");
        assertTrue(!files.isEmpty(), "no golden files in " + Golden.directory());
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(
                        file.getFileName().toString(), () -> new Check(precision, tolerance).run(file)));
    }

    private static final class Check {
        private final double tolerance;
        private final Precision precision;

        Check(Precision precision, double tolerance) {
            this.precision = precision;
            this.tolerance = tolerance;
        }

        void run(Path path) {
            JsonNode file = Golden.read(path);
            assumeTrue(
                    GoldenNetworks.unknown(file).isEmpty(),
                    () -> "waiting for the layer "
                            + GoldenNetworks.unknown(file).get());
            Network network = GoldenNetworks.network(file).orElseThrow();
            try (Backend backend = Backends.cpu(precision, 2);
                    Tensor theta = GoldenNetworks.flat(backend, network.layout(), file.get("params"))) {
                Objective objective = network.objective(
                        backend,
                        GoldenNetworks.inputs(backend, file.get("x")),
                        GoldenNetworks.targets(backend, file.get("y")));
                close("loss", new double[] {file.get("loss_value").asDouble()}, objective.loss(theta));
                for (JsonNode one : file.get("cases")) {
                    try (Tensor u = GoldenNetworks.flat(backend, network.layout(), one.get("u"))) {
                        for (JsonNode golden : one.get("partitions")) {
                            check(network, objective, theta, u, golden);
                        }
                        checkTaylor(network, objective, theta, u, one.get("taylor"));
                    }
                }
                assertTrue(backend.memory().liveBytes() < 40 * theta.size() * 8 + 100_000, "tensors leak");
            }
        }

        private void check(Network network, Objective objective, Tensor theta, Tensor u, JsonNode golden) {
            Partition partition = GoldenNetworks.partition(network.layout(), golden.get("groups"));
            Order order = golden.has("D3_full") ? Order.THIRD_FULL : Order.THIRD;
            CurvatureSummary summary = objective.summary(theta, u, partition, order);
            String name = golden.get("partition").asText();
            close(name + " g", Golden.numbers(golden.get("g")), summary.gradient());
            close(name + " H", Golden.numbers(golden.get("H")), Golden.flat(summary.hessian()));
            close(name + " order3", Golden.numbers(golden.get("order3")), summary.third());
            CurvatureSummary second = objective.summary(theta, u, partition, Order.SECOND);
            close(name + " H at order 2", Golden.numbers(golden.get("H")), Golden.flat(second.hessian()));
            if (golden.has("D3_full")) {
                double[] full = Arrays.stream(summary.thirdFull())
                        .flatMapToDouble(matrix -> Arrays.stream(Golden.flat(matrix)))
                        .toArray();
                close(name + " D3", Golden.numbers(golden.get("D3_full")), full);
            }
        }

        /** Along the whole of u: the trivial partition, the gradient, H u and G u give the same numbers. */
        private void checkTaylor(Network network, Objective objective, Tensor theta, Tensor u, JsonNode taylor) {
            Partition whole = Partition.whole(network.layout());
            CurvatureSummary summary = objective.summary(theta, u, whole, Order.THIRD);
            double[] orders = {
                summary.loss(), summary.gradient()[0], summary.hessian()[0][0], summary.third()[0],
            };
            for (int k = 0; k < orders.length; k++) {
                close("taylor " + k, new double[] {taylor.get(k).asDouble()}, orders[k]);
            }
            Backend backend = objective.backend();
            try (Tensor vector = backend.allocate(network.layout().size())) {
                objective.gradient(theta, vector);
                close("⟨∇L, u⟩", new double[] {orders[1]}, backend.dot(vector, u));
                objective.hessianVector(theta, u, vector);
                close("⟨Hu, u⟩", new double[] {orders[2]}, backend.dot(vector, u));
            }
        }

        private void close(String what, double[] expected, double... actual) {
            assertEquals(expected.length, actual.length, what);
            double scale = Arrays.stream(expected).map(Math::abs).max().orElse(0);
            for (int i = 0; i < expected.length; i++) {
                double error = Math.abs(expected[i] - actual[i]);
                assertTrue(
                        error <= tolerance * scale + NOISE * tolerance / FLOAT64,
                        what + "[" + i + "] is " + actual[i] + ", golden " + expected[i] + ", error " + error / scale);
            }
        }
    }
}
