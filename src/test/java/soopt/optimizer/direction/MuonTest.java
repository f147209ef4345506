package soopt.optimizer.direction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.optimizer.step.NoBatches;
import soopt.optimizer.step.Problem;

/** Muon beside its formula in plain loops. */
final class MuonTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private static ParameterLayout layout() {
        return new ParameterLayout.Builder()
                .add("w0", Role.WEIGHT, 0, 1, 3, 4)
                .add("b0", Role.BIAS, 0, 1, 3)
                .add("w1", Role.WEIGHT, 1, 1, 2, 3)
                .build();
    }

    private static double[][] random(int m, int n, long seed) {
        Random random = new Random(seed);
        double[][] x = new double[m][n];
        for (double[] row : x) {
            for (int j = 0; j < n; j++) {
                row[j] = random.nextGaussian();
            }
        }
        return x;
    }

    private static double[][] times(double[][] x, double[][] y) {
        double[][] product = new double[x.length][y[0].length];
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < y.length; k++) {
                for (int j = 0; j < y[0].length; j++) {
                    product[i][j] += x[i][k] * y[k][j];
                }
            }
        }
        return product;
    }

    private static double[][] transposed(double[][] x) {
        double[][] result = new double[x[0].length][x.length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < x[0].length; j++) {
                result[j][i] = x[i][j];
            }
        }
        return result;
    }

    /** Jordan et al. 2024: a X + b (XXᵀ) X + c (XXᵀ)² X, five times from X/‖X‖. */
    private static double[] newtonSchulz(double[][] g) {
        double sum = 0;
        for (double entry : Golden.flat(g)) {
            sum += entry * entry;
        }
        double[][] x = new double[g.length][g[0].length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < x[0].length; j++) {
                x[i][j] = g[i][j] / Math.sqrt(sum);
            }
        }
        for (int k = 0; k < 5; k++) {
            double[][] a = times(x, transposed(x));
            double[][] ax = times(a, x);
            double[][] aax = times(a, ax);
            for (int i = 0; i < x.length; i++) {
                for (int j = 0; j < x[0].length; j++) {
                    x[i][j] = 3.4445 * x[i][j] - 4.7750 * ax[i][j] + 2.0315 * aax[i][j];
                }
            }
        }
        return Golden.flat(x);
    }

    @Test
    void bothForms_areThePolynomials_ofWideAndTallMatrices() {
        for (int[] shape : new int[][] {{3, 7}, {7, 3}, {5, 5}, {1, 4}}) {
            double[][] g = random(shape[0], shape[1], 1);
            double[] expected = newtonSchulz(g);
            for (boolean byGram : new boolean[] {false, true}) {
                try (Tensor x = backend.allocate(shape);
                        Tensor out = backend.allocate(shape);
                        Orthogonalization form = new Orthogonalization(backend, Polynomials.JORDAN, 5, 25)) {
                    backend.fromHost(Golden.flat(g), 0, x);
                    form.apply(x, Math.sqrt(backend.dot(x, x)), 2, byGram, out);
                    double[] actual = new double[expected.length];
                    backend.scaleInPlace(0.5, out);
                    backend.toHost(out, actual, 0);
                    assertArrayEquals(expected, actual, 1e-12);
                    backend.fill(x, 0);
                    form.apply(x, Math.sqrt(backend.dot(x, x)), 2, byGram, out);
                    assertEquals(0, backend.dot(out, out));
                }
            }
        }
    }

    /**
     * For r ≤ n: five times G Gᵀ, its square and the product with G, or one of each, five squares of A, four of P and
     * eight products more; half of a symmetric one.
     */
    @Test
    void cheaperForm_isPreferred_whicheverSideIsLonger() {
        for (int r = 1; r < 40; r++) {
            for (int n = r; n < 120; n++) {
                long direct = 5L * (3L * r * r * n + (long) r * r * r);
                long gram = 3L * r * r * n + (5L + 4 + 16) * r * r * r;
                assertEquals(gram < direct, Orthogonalization.prefersGram(Polynomials.JORDAN, r, n), r + " × " + n);
                assertEquals(gram < direct, Orthogonalization.prefersGram(Polynomials.JORDAN, n, r), n + " × " + r);
            }
        }
    }

    /** Nesterov's momentum, the length 0.2 √max(m, n), and Adam for biases and the last layer. */
    @Test
    void directions_followTheirFormulas() {
        ParameterLayout layout = layout();
        double[][] first = random(1, 21, 2);
        double[][] second = random(1, 21, 3);
        double[] u = new double[21];
        double[] adam = new double[21];
        try (Tensor gradient = backend.allocate(21);
                Tensor theta = backend.allocate(21);
                Direction.Running muon = new Direction.Muon(
                                0.95,
                                0.9,
                                0.999,
                                1e-8,
                                0.1,
                                Polynomials.JORDAN,
                                1,
                                Optional.empty(),
                                Optional.empty(),
                                true)
                        .start(new Problem(backend, layout, new NoBatches(), 0), gradient);
                Direction.Running other = new Direction.Adam(0.9, 0.999, 1e-8, 0, true)
                        .start(new Problem(backend, layout, new NoBatches(), 0), gradient)) {
            backend.fill(theta, 2);
            for (double[][] g : new double[][][] {first, second}) {
                backend.fromHost(g[0], 0, gradient);
                backend.toHost(other.next(theta), adam, 0);
                backend.toHost(muon.next(theta), u, 0);
            }
        }
        double[][] ahead = new double[3][4];
        for (int i = 0; i < 12; i++) {
            double buffer = 0.95 * first[0][i] + second[0][i];
            ahead[i / 4][i % 4] = second[0][i] + 0.95 * buffer;
        }
        double[] orthogonal = newtonSchulz(ahead);
        for (int i = 0; i < 21; i++) {
            double expected = i < 12 ? 0.2 * 2 * orthogonal[i] : adam[i];
            assertEquals(expected + 0.1 * 2, u[i], 1e-12, "parameter " + i);
        }
        assertTrue(Golden.maxAbs(orthogonal) > 0.1);
    }

    /** [3, 4] in blocks of one and of two rows, each as long as a matrix [·, 4]; what has few columns is not cut. */
    @Test
    void blocksOfRows_areMadeOrthogonalByThemselves() {
        ParameterLayout layout = layout();
        double[][] gradients = DirectionRuns.gradients(9, 1, layout.size());
        double[][] whole = DirectionRuns.directions(backend, "{type: muon}", layout, gradients);
        double[][] blocks = DirectionRuns.directions(backend, "{type: muon, block-size: 2}", layout, gradients);
        double[][] g = new double[3][];
        for (int i = 0; i < 3; i++) {
            g[i] = Arrays.stream(gradients[0], 4 * i, 4 * i + 4)
                    .map(x -> (1 + 0.95) * x)
                    .toArray();
        }
        double[] expected = whole[0].clone();
        double[] one = newtonSchulz(new double[][] {g[0]});
        double[] two = newtonSchulz(new double[][] {g[1], g[2]});
        for (int i = 0; i < 12; i++) {
            expected[i] = 0.2 * 2 * (i < 4 ? one[i] : two[i - 4]);
        }
        assertArrayEquals(expected, blocks[0], 1e-14);
        assertTrue(Golden.relativeError(whole[0], blocks[0]) > 1e-2);
        assertArrayEquals(
                whole[0], DirectionRuns.directions(backend, "{type: muon, block-size: 4}", layout, gradients)[0]);
    }

    /** At steps 0, 3, 6 the matrix is made, of all gradients so far; Adam's part is of every step, as is the decay. */
    @Test
    void heldMatrix_isThatOfTheStepThatMadeIt_andDoesNotGatherDecay() {
        ParameterLayout layout = layout();
        double[][] gradients = DirectionRuns.gradients(9, 8, layout.size());
        double[][] all = DirectionRuns.directions(backend, "{type: muon, weight-decay: 0.1}", layout, gradients);
        double[][] held =
                DirectionRuns.directions(backend, "{type: muon, weight-decay: 0.1, hold: 3}", layout, gradients);
        for (int t = 0; t < gradients.length; t++) {
            for (int i = 0; i < layout.size(); i++) {
                assertEquals(all[i < 12 ? t - t % 3 : t][i], held[t][i], 1e-14, "step " + t + ", parameter " + i);
            }
        }
        assertTrue(Golden.relativeError(all[4], held[4]) > 1e-2);
    }
}
