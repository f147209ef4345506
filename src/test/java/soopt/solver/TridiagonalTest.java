package soopt.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TridiagonalTest {
    private static double[] constant(int n, double value) {
        double[] values = new double[n];
        Arrays.fill(values, value);
        return values;
    }

    private static double[] times(Tridiagonal t, double[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = t.diagonal()[i] * x[i]
                    + (i > 0 ? t.offDiagonal()[i - 1] * x[i - 1] : 0)
                    + (i < x.length - 1 ? t.offDiagonal()[i] * x[i + 1] : 0);
        }
        return y;
    }

    static Stream<Tridiagonal> matrices() {
        Random random = new Random(1);
        return Stream.of(
                new Tridiagonal(new double[0], new double[0]),
                new Tridiagonal(new double[] {-7}, new double[0]),
                new Tridiagonal(new double[] {0, 0}, new double[] {1}),
                new Tridiagonal(constant(50, 0), constant(49, 0)),
                new Tridiagonal(constant(60, 2), constant(59, -1)),
                new Tridiagonal(
                        random.doubles(40, -1, 1).toArray(),
                        random.doubles(39, -1, 1).toArray()),
                // low rank and rounding noise
                new Tridiagonal(
                        random.doubles(40, -1e-17, 1e-17)
                                .map(x -> Math.abs(x) > 9e-18 ? 1 : x)
                                .toArray(),
                        random.doubles(39, -1e-17, 1e-17).toArray()),
                // graded over the whole range, both ways
                new Tridiagonal(Dense.geometric(1e-150, 1e150, 30), Dense.geometric(1e-152, 1e148, 29)),
                new Tridiagonal(Dense.geometric(1e150, 1e-150, 30), Dense.geometric(1e148, 1e-152, 29)),
                new Tridiagonal(constant(20, 3e307), constant(19, 1e307)),
                new Tridiagonal(constant(20, 3e-310), constant(19, 1e-310)),
                // Wilkinson's: pairs of eigenvalues that agree to 14 digits
                new Tridiagonal(
                        IntStream.rangeClosed(-10, 10).mapToDouble(Math::abs).toArray(), constant(20, 1)));
    }

    @ParameterizedTest
    @MethodSource("matrices")
    void eigenpairs_areThoseOfTheMatrix_andOrthonormal(Tridiagonal t) {
        Tridiagonal.Eigen eigen = t.eigen();
        double norm = Math.max(
                Arrays.stream(t.diagonal()).map(Math::abs).max().orElse(0),
                Arrays.stream(t.offDiagonal()).map(Math::abs).max().orElse(0));
        double unit = norm == 0 ? 1 : Math.scalb(1.0, -Math.max(-1022, Math.getExponent(norm)));
        for (int i = 0; i < t.size(); i++) {
            double[] v = eigen.vectors()[i];
            double[] rest = times(t, v);
            for (int k = 0; k < rest.length; k++) {
                assertEquals(0, (rest[k] - eigen.values()[i] * v[k]) * unit, 1e-14, "pair " + i);
            }
            for (int j = 0; j <= i; j++) {
                assertEquals(i == j ? 1 : 0, Dense.dot(v, eigen.vectors()[j]), 1e-14);
            }
            assertTrue(i == 0 || eigen.values()[i - 1] <= eigen.values()[i], "ascending");
        }
    }

    @Test
    void eigenvaluesOfTheSecondDifference_areKnown() {
        double[] values =
                new Tridiagonal(constant(99, 2), constant(98, -1)).eigen().values();
        double[] expected = new double[99];
        Arrays.setAll(expected, i -> 2 - 2 * Math.cos((i + 1) * Math.PI / 100));
        assertArrayEquals(expected, values, 1e-14);
    }

    @Test
    void matrixThatIsNotFinite_orNotOne_isRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Tridiagonal(new double[] {1, Double.NaN}, new double[1]).eigen());
        assertThrows(IllegalArgumentException.class, () -> new Tridiagonal(new double[2], new double[2]));
    }
}
