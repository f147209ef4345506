package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MatricesTest {
    @Test
    void inverse_ofIndefiniteMatrixOfMixedScales_timesMatrixIsIdentity() {
        double[] scale = {1e-8, 1, 1e7};
        double[][] m = {{1, 2, 3}, {2, -1, 0.5}, {3, 0.5, 0}};
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                m[i][j] *= scale[i] * scale[j];
            }
        }
        Matrices.Inverse inverse = Matrices.inverse(m);
        assertFalse(inverse.singular());
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double sum = 0;
                for (int k = 0; k < 3; k++) {
                    sum += inverse.values()[i][k] * m[k][j] * scale[i] / scale[j];
                }
                assertEquals(i == j ? 1 : 0, sum, 1e-14);
            }
        }
    }

    @Test
    void inverse_ofSingularMatrix_isNaN() {
        Matrices.Inverse inverse = Matrices.inverse(new double[][] {{1, 1}, {1, 1}});
        assertTrue(inverse.singular());
        assertTrue(Double.isNaN(inverse.values()[0][1]));
        assertTrue(Matrices.inverse(new double[][] {{1, Double.NaN}, {Double.NaN, 1}})
                .singular());
    }

    @Test
    void inverse_leavesZeroRowsZero() {
        Matrices.Inverse inverse = Matrices.inverse(new double[][] {{2, 0, 1}, {0, 0, 0}, {1, 0, 3}});
        assertTrue(inverse.singular());
        double[][] expected = {{0.6, 0, -0.2}, {0, 0, 0}, {-0.2, 0, 0.4}};
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(expected[i], inverse.values()[i], 1e-15);
        }
    }

    @Test
    void spectrum_givesExtremeEigenvalues() {
        Matrices.Spectrum spectrum = Matrices.spectrum(new double[][] {{0, 2e-200}, {2e-200, 3e-200}});
        assertEquals(-1e-200, spectrum.smallest(), 1e-214);
        assertEquals(4e-200, spectrum.largest(), 1e-214);
        assertEquals(4, spectrum.condition(), 1e-13);
        assertEquals(
                Double.POSITIVE_INFINITY, Matrices.spectrum(new double[2][2]).condition());
        assertTrue(Double.isNaN(Matrices.spectrum(new double[][] {{Double.NaN}}).smallest()));
    }

    @Test
    void inverse_takesAMatrixWhoseHalvesDifferByRounding() {
        double[][] matrix = {{2, 0.1, 0}, {Math.nextUp(0.1), 3, 1e-7}, {0, Math.nextUp(1e-7), 1e-9}};
        double[][] inverse = Matrices.inverse(matrix).values();

        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double product = 0;
                for (int k = 0; k < 3; k++) {
                    product += inverse[i][k] * matrix[k][j];
                }
                assertEquals(i == j ? 1 : 0, product, 1e-6, "entry " + i + ", " + j);
            }
        }
        assertTrue(Double.isFinite(Matrices.spectrum(matrix).largest()));
    }

    /** −b₀b₀ᵀ + b₁b₁ᵀ with noise of a roundoff: the plain iteration does not end on it. */
    @Test
    void spectrum_ofLowRankWithRoundingNoise_isFound() {
        Random random = new Random(0);
        int size = 60;
        double[] b0 = random.doubles(size, -1, 1).toArray();
        double[] b1 = random.doubles(size, -1, 1).toArray();
        double[][] matrix = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                matrix[i][j] = 1e-14 * random.nextGaussian() - b0[i] * b0[j] + b1[i] * b1[j];
                matrix[j][i] = matrix[i][j];
            }
        }
        // the eigenvalues of the 2 × 2 problem in the span of b₀ and b₁
        double a = Matrices.dot(b0, b0);
        double c = Matrices.dot(b1, b1);
        double d = Matrices.dot(b0, b1);
        double root = Math.sqrt((c + a) * (c + a) / 4 - d * d);
        Matrices.Spectrum spectrum = Matrices.spectrum(matrix);
        assertEquals((c - a) / 2 - root, spectrum.smallest(), 1e-11);
        assertEquals((c - a) / 2 + root, spectrum.largest(), 1e-11);
    }

    @Test
    void norm_neitherOverflowsNorHidesWhatIsNotFinite() {
        assertEquals(5e300, Matrices.norm(new double[] {3e300, -4e300}), 1e286);
        assertEquals(5e-300, Matrices.norm(new double[] {3e-300, 4e-300}), 1e-314);
        assertEquals(0, Matrices.norm(new double[3]));
        assertEquals(Double.POSITIVE_INFINITY, Matrices.norm(new double[] {1, Double.NEGATIVE_INFINITY}));
        assertEquals(Double.NaN, Matrices.norm(new double[] {1, Double.NaN}));
    }

    /** I + c (J − I) has the eigenvalue 1 − c: singular at size · 2⁻⁵² of the largest, here 1 + 19 c. */
    @Test
    void inverse_isSingularWhereAnEigenvalueIsRounding() {
        assertTrue(Matrices.inverse(equicorrelated(20, 1 - 1e-14)).singular());
        assertFalse(Matrices.inverse(equicorrelated(20, 1 - 1e-12)).singular());
    }

    /** I + c (J − I) by the formula of Sherman and Morrison; the largest condition, 1.5e8, is 3e-8 in roundoffs. */
    @ParameterizedTest
    @ValueSource(doubles = {0.3, -0.002, 1.5, 1 - 1e-6})
    void inverse_ofLargeMatrices_isTheFormulas(double c) {
        int size = 150;
        double[][] inverse = Matrices.inverse(equicorrelated(size, c)).values();
        double beside = -c / ((1 - c) * (1 - c + size * c));
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double expected = beside + (i == j ? 1 / (1 - c) : 0);
                assertEquals(expected, inverse[i][j], 1e-6 * Math.abs(expected));
            }
        }
        assertTrue(Matrices.inverse(equicorrelated(size, 1 - 1e-15)).singular());
        assertFalse(Matrices.inverse(equicorrelated(size, 1 - 1e-10)).singular());
    }

    /** Rows of 0 and scales of 1e±8 among 120 rows. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void inverse_ofALargeMatrixOfMixedScales_timesMatrixIsIdentity(boolean definite) {
        int size = 120;
        Random random = new Random(1);
        double[][] m = new double[size][size];
        double[] scale = new double[size];
        for (int i = 0; i < size; i++) {
            scale[i] = i == 7 ? 0 : Math.pow(10, 16 * random.nextDouble() - 8);
            for (int j = 0; j <= i; j++) {
                double entry = random.nextGaussian() + (i == j && definite ? 2 * size : 0);
                m[i][j] = entry * scale[i] * scale[j];
                m[j][i] = m[i][j];
            }
        }
        Matrices.Inverse inverse = Matrices.inverse(m);
        assertTrue(inverse.singular(), "one row is 0");
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double sum = 0;
                for (int k = 0; k < size; k++) {
                    sum += i == 7 || j == 7 ? 0 : inverse.values()[i][k] * m[k][j] * scale[i] / scale[j];
                }
                assertEquals(i == j && i != 7 ? 1 : 0, sum, 1e-10);
            }
        }
    }

    private static double[][] equicorrelated(int size, double c) {
        double[][] matrix = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                matrix[i][j] = i == j ? 1 : c;
            }
        }
        return matrix;
    }
}
