package soopt.backend.dense;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SymmetricEigenTest {
    private static SymmetricEigen lapack(double[] matrix, int size) {
        return SymmetricEigen.of(Triangle.of(matrix, size), true, true).orElseThrow();
    }

    private static SymmetricEigen plain(double[] matrix, int size) {
        return SymmetricEigen.of(Triangle.of(matrix, size), true, false).orElseThrow();
    }

    /** V Vᵀ = I and V M = Λ V, relative to the largest λ. */
    private static void assertDecomposes(SymmetricEigen eigen, double[] matrix, double tolerance) {
        int size = eigen.size();
        double[] v = eigen.vectors();
        double[] gram = DenseMatrices.product(v, DenseMatrices.transposed(v, size), size);
        assertTrue(DenseMatrices.distance(DenseMatrices.identity(size), gram) <= tolerance, "orthonormal");
        double[] product = DenseMatrices.product(v, matrix, size);
        double largest = 0;
        for (int k = 0; k < size; k++) {
            largest = Math.max(largest, Math.abs(eigen.values()[k]));
            assertTrue(k == 0 || eigen.values()[k - 1] <= eigen.values()[k], "ascending");
        }
        for (int k = 0; k < size; k++) {
            for (int i = 0; i < size; i++) {
                assertEquals(
                        eigen.values()[k] * v[k * size + i], product[k * size + i], tolerance * largest, "pair " + k);
            }
        }
    }

    /** Around one block of reflections and several, and where stedc begins to divide. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 25, 26, 63, 64, 65, 66, 129, 200})
    void lapackAndJava_agree(int size) {
        double[] matrix = DenseMatrices.indefinite(size, size);
        SymmetricEigen eigen = lapack(matrix, size);
        assertDecomposes(eigen, matrix, 1e-13);
        assertArrayEquals(plain(matrix, size).values(), eigen.values(), 1e-13 * size);
        double[] alone = SymmetricEigen.of(Triangle.of(matrix, size), false, true)
                .orElseThrow()
                .values();
        assertArrayEquals(eigen.values(), alone, 1e-13 * size);
    }

    @Test
    void laplacian_hasItsSpectrum() {
        int size = 300;
        double[] values =
                SymmetricEigen.values(DenseMatrices.laplacian(size), size).orElseThrow();
        for (int k = 1; k <= size; k++) {
            double sine = Math.sin(k * Math.PI / (2 * (size + 1)));
            assertEquals(4 * sine * sine, values[k - 1], 1e-14);
        }
    }

    /** I − 2 w wᵀ has −1 once and 1 otherwise; 0 has one eigenvalue. */
    @Test
    void repeatedEigenvalues_haveOrthonormalVectors() {
        int size = 160;
        double[] matrix = DenseMatrices.identity(size);
        Arrays.setAll(matrix, i -> matrix[i] - 2.0 / size);
        SymmetricEigen eigen = lapack(matrix, size);
        assertDecomposes(eigen, matrix, 1e-13);
        assertEquals(-1, eigen.values()[0], 1e-14);
        assertEquals(1, eigen.values()[1], 1e-14);
        SymmetricEigen zero = lapack(new double[size * size], size);
        assertArrayEquals(new double[size], zero.values());
        assertDecomposes(zero, new double[size * size], 1e-14);
    }

    /** Where squares of the entries leave the range; 1e-320 has three digits itself. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-300, 1e-320, 1e300})
    void scales_areNoMatter(double scale) {
        int size = 110;
        double[] matrix = DenseMatrices.indefinite(size, 4);
        double[] scaled = Arrays.stream(matrix).map(x -> x * scale).toArray();
        double[] expected = lapack(matrix, size).values();
        double[] values = lapack(scaled, size).values();
        for (int k = 0; k < size; k++) {
            assertEquals(expected[k], values[k] / scale, scale < 1e-310 ? 0.3 : 1e-12);
        }
    }

    @Test
    void whatIsNotFinite_hasNone() {
        for (int size : new int[] {3, 120}) {
            for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                double[] matrix = DenseMatrices.indefinite(size, 1);
                matrix[(size - 1) * size] = bad;
                assertEquals(Optional.empty(), SymmetricEigen.of(matrix, size));
                assertTrue(SymmetricEigen.values(matrix, size).isEmpty());
            }
        }
        assertEquals(0, SymmetricEigen.of(new double[0], 0).orElseThrow().size());
    }

    @Test
    void upperTriangle_isNotRead() {
        int size = 130;
        double[] matrix = DenseMatrices.indefinite(size, 2);
        double[] expected = lapack(matrix, size).vectors();
        for (int i = 0; i < size; i++) {
            Arrays.fill(matrix, i * size + i + 1, (i + 1) * size, Double.NaN);
        }
        assertArrayEquals(expected, lapack(matrix, size).vectors());
    }

    /** f(M) of f = x², 1 and −x against products; around one strip and more. */
    @ParameterizedTest
    @ValueSource(ints = {1, 30, 130, 300})
    void functions_ofAMatrix(int size) {
        double[] matrix = DenseMatrices.indefinite(size, 3);
        SymmetricEigen eigen = SymmetricEigen.of(matrix, size).orElseThrow();
        double[] square = DenseMatrices.product(matrix, matrix, size);
        assertTrue(DenseMatrices.distance(square, eigen.apply(x -> x * x)) <= 1e-12 * size);
        assertTrue(DenseMatrices.distance(DenseMatrices.identity(size), eigen.apply(x -> 1)) <= 1e-13);
        double[] minus = eigen.apply(x -> -x);
        for (int i = 0; i < minus.length; i++) {
            assertEquals(-matrix[i], minus[i], 1e-12);
        }
        double[] b = Arrays.copyOf(matrix, size);
        double[] x = b.clone();
        eigen.multiply(lambda -> lambda, x, x);
        for (int i = 0; i < size; i++) {
            double sum = 0;
            for (int j = 0; j < size; j++) {
                sum += matrix[i * size + j] * b[j];
            }
            assertEquals(sum, x[i], 1e-11);
        }
    }
}
