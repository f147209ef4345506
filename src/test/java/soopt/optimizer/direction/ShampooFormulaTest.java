package soopt.optimizer.direction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Value;
import soopt.optimizer.MemoryState;
import soopt.optimizer.Methods;
import soopt.optimizer.step.NoBatches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;

/**
 * Shampoo where its factors are known: both of a diagonal matrix G are diagonal, εI + Σ G², and the one of a vector g
 * has g for an eigenvector (Gupta, Koren and Singer 2018, algorithms 1 and 2).
 */
final class ShampooFormulaTest {
    private static final double DECAY_OF_WEIGHTS = 0.1;

    private final ParameterLayout layout = new ParameterLayout.Builder()
            .add("matrix", Role.WEIGHT, 0, 2, 2, 2)
            .add("vector", Role.BIAS, 0, 2, 2)
            .build();

    /** Numbers beside what the direction remembers: H of the matrix's two entries and along the vector; the buffer. */
    private static final class Plain {
        private final double epsilon;
        private final double[] h = new double[3];
        private final double[] root = new double[3];
        private final double[] buffer = new double[6];
        private final double[] first = new double[6];
        private final double[] second = new double[6];
        private int steps;

        Plain(double epsilon) {
            this.epsilon = epsilon;
            Arrays.fill(h, epsilon);
        }

        /** m̂ / (√v̂ + 10⁻⁸) (Kingma and Ba 2015, algorithm 1). */
        private double[] adam(double[] g) {
            steps++;
            double[] u = new double[6];
            for (int i = 0; i < 6; i++) {
                first[i] = 0.9 * first[i] + 0.1 * g[i];
                second[i] = 0.999 * second[i] + 0.001 * g[i] * g[i];
                double scale = Math.sqrt(second[i] / (1 - Math.pow(0.999, steps))) + 1e-8;
                u[i] = first[i] / (1 - Math.pow(0.9, steps)) / scale;
            }
            return u;
        }

        double[] next(double[] g, boolean refreshes, double exponent, double decay, String grafting, double theta) {
            double[] adam = adam(g);
            double[] like = grafting.equals("adam") ? adam : g;
            boolean grafts = !grafting.equals("none");
            double[] along = {g[0], g[3], Math.hypot(g[4], g[5])};
            double[] made = new double[6];
            for (int i = 0; i < 3; i++) {
                h[i] = decay * h[i] + (decay == 1 ? 1 : 1 - decay) * along[i] * along[i];
                root[i] = refreshes ? Math.pow(Math.max(h[i], epsilon), -exponent / 2) : root[i];
            }
            made[0] = root[0] * g[0];
            made[3] = root[1] * g[3];
            made[4] = root[2] * g[4];
            made[5] = root[2] * g[5];
            double matrix = grafts ? Math.hypot(like[0], like[3]) / Math.hypot(made[0], made[3]) : 1;
            double vector = grafts ? Math.hypot(like[4], like[5]) / Math.hypot(made[4], made[5]) : 1;
            double[] u = new double[6];
            for (int i = 0; i < 6; i++) {
                buffer[i] = 0.5 * buffer[i] + (i < 4 ? matrix : vector) * made[i];
                u[i] = buffer[i] + DECAY_OF_WEIGHTS * theta;
            }
            return u;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, none, 0.01",
        "0.5, 1, 3, none, 0.01",
        "2, 0.75, 2, none, 0.01",
        "1, 0.9, 2, sgd, 0.01",
        "1, 1, 3, adam, 0.01",
        "1, 1, 1, none, 0"
    })
    void shampoo_followsItsFormula_onDiagonalGradients(
            double exponent, double decay, int period, String grafting, double epsilon) {
        String yaml = "{type: shampoo, exponent: " + exponent + ", decay: " + decay + ", period: " + period
                + ", grafting: " + grafting + ", epsilon: " + epsilon + ", momentum: 0.5, weight-decay: "
                + DECAY_OF_WEIGHTS + "}";
        Plain plain = new Plain(epsilon);
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor gradient = backend.allocate(6);
                Tensor theta = backend.allocate(6);
                Direction.Running shampoo =
                        Methods.direction(yaml).start(new Problem(backend, layout, new NoBatches(), 0), gradient)) {
            backend.fill(theta, 3);
            for (int t = 0; t < 7; t++) {
                double[] g = {1 + t, 0, 0, 0.5 - t, 0.03 * (t + 1), -0.04 * (t + 1)};
                backend.fromHost(g, 0, gradient);
                double[] u = new double[6];
                backend.toHost(shampoo.next(theta), u, 0);
                boolean refreshes = t % period == 0;
                double[] expected = plain.next(g, refreshes, exponent, decay, grafting, 3);
                // without ε the other eigenvalue of the vector's factor is rounding, u; its root raises errors by 1/√u
                assertArrayEquals(expected, u, epsilon == 0 ? 1e-7 : 1e-12, "step " + t);
                Step step = shampoo.recorded(Step.resting(Value.of(1), 2));
                assertEquals(refreshes, step.details().isPresent(), "step " + t);
                if (refreshes) {
                    assertEquals("{\"roots_kept\":\"\"}", step.details().get().line());
                }
            }
            MemoryState state = new MemoryState(backend);
            shampoo.save(state);
            assertEquals(7, state.getNumbers("direction.steps")[0]);
        }
    }

    /** Without ε there is no root of a factor of zeros, and never one of what is no number. */
    @ParameterizedTest
    @CsvSource({"0, 1, 'matrix'", "1, 0, 'vector'", "0, 0, 'matrix, vector'", "NaN, 1, 'matrix'", "1, 1, ''"})
    void rootsThatCannotBeMade_stayTheIdentity_andAreNamed(double matrix, double vector, String kept) {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor gradient = backend.allocate(6);
                Tensor theta = backend.allocate(6);
                Direction.Running shampoo = Methods.direction("{type: shampoo, epsilon: 0, momentum: 0}")
                        .start(new Problem(backend, layout, new NoBatches(), 0), gradient)) {
            backend.fill(theta, 0);
            double[] g = {4 * matrix, 0, 0, 9 * matrix, 4 * vector, 0};
            backend.fromHost(g, 0, gradient);
            double[] u = new double[6];
            backend.toHost(shampoo.next(theta), u, 0);
            String details = shampoo.recorded(Step.resting(Value.of(1), 2))
                    .details()
                    .orElseThrow()
                    .line();
            assertEquals("{\"roots_kept\":\"" + kept + "\"}", details);
            // (G²)^(−1/4) on both sides of G, and (g²)^(−1/2)
            double[] expected = {matrix, 0, 0, matrix, vector, 0};
            if (Double.isFinite(matrix)) {
                assertArrayEquals(expected, u, 1e-12);
            } else {
                assertEquals(vector, u[4], 1e-12);
            }
        }
    }
}
