package soopt.backend.dense;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.bytedeco.openblas.global.openblas;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;

final class CholeskyTest {
    private static Cholesky factored(double[] matrix, int size, boolean blocked) {
        Cholesky cholesky = new Cholesky(size, blocked);
        assertEquals(size, cholesky.factor(matrix, 0));
        return cholesky;
    }

    /** Sizes around one panel and several. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 47, 48, 49, 96, 97, 150, 300})
    void blockedAndPlain_agree(int size) {
        double[] matrix = DenseMatrices.gram(size, size, 0.1, size);
        Cholesky plain = factored(matrix, size, false);
        Cholesky blocked = factored(matrix, size, true);
        assertEquals(plain.smallestPivot(), blocked.smallestPivot(), 1e-13);
        double[] b = new Random(1).doubles(size, -1, 1).toArray();
        double[] x = new double[size];
        double[] y = new double[size];
        plain.halfSolve(b, x);
        blocked.halfSolve(b, y);
        assertArrayEquals(x, y, 1e-12);
        plain.solve(b, x);
        blocked.solve(b, y);
        assertArrayEquals(x, y, 1e-11);
        assertArrayEquals(plain.inverse(), blocked.inverse(), 1e-11);
        for (int rows : new int[] {0, 1, 3, 8, 70}) {
            double[] many = new Random(2).doubles((long) rows * size, -1, 1).toArray();
            double[] other = many.clone();
            plain.solveRowsInPlace(many, rows);
            blocked.solveRowsInPlace(other, rows);
            assertArrayEquals(many, other, 1e-11, rows + " right sides");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void solutions_leaveResidualsOfRounding(boolean blocked) {
        int size = 200;
        double[] matrix = DenseMatrices.laplacian(size);
        Cholesky cholesky = factored(matrix, size, blocked);
        double[] x = new Random(3).doubles(20L * size, -1, 1).toArray();
        double[] b = x.clone();
        cholesky.solveRowsInPlace(x, 20);
        for (int r = 0; r < 20; r++) {
            double largest = 0;
            for (int i = 0; i < size; i++) {
                largest = Math.max(largest, Math.abs(x[r * size + i]));
            }
            for (int i = 0; i < size; i++) {
                double sum = 0;
                for (int j = 0; j < size; j++) {
                    sum += matrix[i * size + j] * x[r * size + j];
                }
                assertEquals(b[r * size + i], sum, 1e-14 * largest);
            }
        }
    }

    /** M⁻¹_ij = min(i, j) (n + 1 − max(i, j)) / (n + 1), counted from 1. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void inverse_ofTheLaplacian_isItsGreensFunction(boolean blocked) {
        int size = 130;
        double[] inverse =
                factored(DenseMatrices.laplacian(size), size, blocked).inverse();
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double expected = (Math.min(i, j) + 1.0) * (size - Math.max(i, j)) / (size + 1.0);
                assertEquals(expected, inverse[i * size + j], 1e-10);
                assertEquals(inverse[j * size + i], inverse[i * size + j]);
            }
        }
    }

    /** Only the lower triangle is read; the memory is used again. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void upperTriangle_isNotRead(boolean blocked) {
        int size = 120;
        double[] matrix = DenseMatrices.gram(size, size, 1, 5);
        double[] expected = factored(matrix, size, blocked).inverse();
        Cholesky again = new Cholesky(size, blocked);
        assertEquals(0, again.factor(new double[size * size], 0));
        for (int i = 0; i < size; i++) {
            Arrays.fill(matrix, i * size + i + 1, (i + 1) * size, Double.NaN);
        }
        assertEquals(size, again.factor(matrix, 0));
        assertArrayEquals(expected, again.inverse());
        assertEquals(size, again.factor(rows(matrix, size), 0, new double[size]));
        assertArrayEquals(expected, again.inverse());
    }

    private static double[][] rows(double[] matrix, int size) {
        double[][] rows = new double[size][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(matrix, i * size, (i + 1) * size));
        return rows;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void firstRowThatIsNotDefinite_isNamed(boolean blocked) {
        int size = 140;
        double[] matrix = DenseMatrices.laplacian(size);
        for (int bad : new int[] {1, 47, 48, 100, 139}) {
            double[] changed = matrix.clone();
            // |M_ij| ≤ √(M_ii M_jj) is broken by one entry
            changed[bad * size + bad - 1] = -3;
            assertEquals(bad, new Cholesky(size, blocked).factor(changed, 0));
            assertEquals(size, new Cholesky(size, blocked).factor(changed, 10));
            changed[bad * size + bad] = -1;
            assertEquals(bad, new Cholesky(size, blocked).factor(changed, 0), "the sign of the diagonal");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsNotFinite_isNotDefinite(boolean blocked) {
        int size = 120;
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            for (int column : new int[] {0, 50, 110}) {
                double[] matrix = DenseMatrices.gram(size, size, 1, 6);
                matrix[110 * size + column] = bad;
                assertTrue(new Cholesky(size, blocked).factor(matrix, 0) <= 110, bad + " in column " + column);
            }
        }
        double[] matrix = DenseMatrices.gram(size, size, 1, 6);
        assertEquals(0, new Cholesky(size, blocked).factor(matrix, Double.NaN));
    }

    /** With C = 10^(±100) on either side of a matrix of ordinary numbers. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void scalesOfRows_changeNothing(boolean blocked) {
        int size = 120;
        double[] matrix = DenseMatrices.gram(size, size, 0.1, 7);
        double[] scaled = matrix.clone();
        double[] c = new double[size];
        Arrays.setAll(c, i -> Math.scalb(1.0, i % 2 == 0 ? 332 : -332));
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                scaled[i * size + j] *= c[i] * c[j];
            }
        }
        Cholesky plain = factored(matrix, size, blocked);
        Cholesky wide = factored(scaled, size, blocked);
        double[] b = new Random(8).doubles(size, -1, 1).toArray();
        double[] x = new double[size];
        plain.solve(b, x);
        double[] y = new double[size];
        Arrays.setAll(y, i -> b[i] * c[i]);
        wide.solve(y, y);
        for (int i = 0; i < size; i++) {
            assertEquals(x[i], y[i] * c[i], 1e-9);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void singularMatrices_showInTheSmallestPivot(boolean blocked) {
        int size = 150;
        Cholesky cholesky = new Cholesky(size, blocked);
        double[] singular = DenseMatrices.gram(size, size - 1, 0, 9);
        boolean shows = cholesky.factor(singular, 0) < size || cholesky.smallestPivot() <= size * Math.ulp(1.0);
        assertTrue(shows, "pivot " + cholesky.smallestPivot());
    }

    /** Whatever engine is open with however many threads. */
    @Test
    void threads_changeNoBit() {
        int size = 300;
        double[] matrix = DenseMatrices.gram(size, size, 0.1, 10);
        double[] inverse = factored(matrix, size, true).inverse();
        double[] vectors = SymmetricEigen.of(matrix, size).orElseThrow().vectors();
        for (int threads : new int[] {1, 2, 3}) {
            for (Backend backend : new Backend[] {
                Backends.cpu(Precision.FLOAT64, threads), Backends.portable(Precision.FLOAT64, threads)
            }) {
                try (backend) {
                    openblas.blas_set_num_threads(threads);
                    assertArrayEquals(inverse, factored(matrix, size, true).inverse());
                    assertArrayEquals(
                            vectors,
                            SymmetricEigen.of(matrix, size).orElseThrow().vectors());
                }
            }
        }
    }

    @Test
    void sizesBeyondAnArray_areRefusedWithTheirMemory() {
        assertEquals(
                "a symmetric matrix of 50000 rows has 2500000000 numbers (18 GiB): an array counts 2147483647, those of"
                        + " 46340 rows",
                assertThrows(IllegalArgumentException.class, () -> new Cholesky(50_000))
                        .getMessage());
        assertEquals(
                "5 numbers are no matrix of 2 rows",
                assertThrows(IllegalArgumentException.class, () -> new Cholesky(2).factor(new double[5], 0))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Cholesky(2).solveRowsInPlace(new double[5], 2));
        assertThrows(IllegalArgumentException.class, () -> new Cholesky(-1));
    }
}
