package soopt.backend.dense;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OrthonormalizationTest {
    private static double[] random(int size, int rank, long seed) {
        Random random = new Random(seed);
        double[] rows = random.doubles((long) size * size, -1, 1).toArray();
        for (int k = rank; k < size; k++) {
            for (int i = 0; i < size; i++) {
                rows[k * size + i] = rows[(k - rank) * size + i] - 2 * rows[(k % rank) * size + i];
            }
        }
        return rows;
    }

    private static double[] of(double[] rows, int size, boolean blocked) {
        double[] q = rows.clone();
        assertTrue(Orthonormalization.rowsInPlace(q, size, blocked));
        return q;
    }

    private static void assertOrthonormal(double[] q, int size) {
        double[] gram = DenseMatrices.product(q, DenseMatrices.transposed(q, size), size);
        assertTrue(DenseMatrices.distance(DenseMatrices.identity(size), gram) <= 1e-13);
    }

    /** Around one block of reflections and several. S = Q R with R ≥ 0 on the diagonal makes Q the only one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 47, 48, 49, 96, 97, 150})
    void rows_becomeTheQOfQr_inBothForms(int size) {
        double[] rows = random(size, size, size);
        double[] plain = of(rows, size, false);
        double[] blocked = of(rows, size, true);
        for (double[] q : new double[][] {plain, blocked}) {
            assertOrthonormal(q, size);
            double[] r = DenseMatrices.product(rows, DenseMatrices.transposed(q, size), size);
            for (int k = 0; k < size; k++) {
                assertTrue(r[k * size + k] > 0, "diagonal " + k);
                for (int j = k + 1; j < size; j++) {
                    assertEquals(0, r[k * size + j], 1e-13, "row " + k + " has a part of a later one");
                }
            }
        }
        // R's least diagonal entry tells how far rounding moves Q
        assertArrayEquals(plain, blocked, 1e-10);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 120})
    void rowsThatDepend_haveOrthonormalOnesToo(int size) {
        for (boolean blocked : new boolean[] {false, true}) {
            assertOrthonormal(of(random(size, size / 2, 1), size, blocked), size);
            assertOrthonormal(of(new double[size * size], size, blocked), size);
        }
    }

    /** One number in each row and column: signs and places come out exactly. */
    @Test
    void permutation_staysAsItIs() {
        double[] rows = new double[16];
        rows[2] = 3;
        rows[4] = -0.1;
        rows[11] = 7;
        rows[13] = 1e-3;
        double[] q = of(rows, 4, false);
        for (int i = 0; i < 16; i++) {
            assertEquals(Math.signum(rows[i]), q[i]);
        }
    }

    @Test
    void scales_areNoMatter() {
        double[] rows = random(20, 20, 3);
        double[] expected = of(rows, 20, false);
        for (double scale : new double[] {1e-300, 1e300}) {
            double[] scaled = rows.clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] *= scale;
            }
            assertArrayEquals(expected, of(scaled, 20, false), 1e-11);
        }
    }

    @Test
    void whatIsNotFinite_isLeftAlone() {
        double[] rows = random(4, 4, 1);
        rows[7] = Double.NaN;
        double[] before = rows.clone();
        assertFalse(Orthonormalization.rowsInPlace(rows, 4));
        assertArrayEquals(before, rows);
        assertThrows(IllegalArgumentException.class, () -> Orthonormalization.rowsInPlace(rows, 3));
        assertTrue(Orthonormalization.rowsInPlace(new double[0], 0));
    }
}
