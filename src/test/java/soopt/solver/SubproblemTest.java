package soopt.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.solver.Solve.Ending;

/** {@link CubicSubproblem} and {@link TrustRegionSubproblem}. */
final class SubproblemTest {
    private static double quadratic(double[] eigenvalues, double[] g, double[] s) {
        double sum = 0;
        for (int i = 0; i < s.length; i++) {
            sum += g[i] * s[i] + 0.5 * eigenvalues[i] * s[i] * s[i];
        }
        return sum;
    }

    private static double cubic(double[] eigenvalues, double[] g, double rho, double[] s) {
        return quadratic(eigenvalues, g, s) + rho / 6 * Math.pow(Dense.norm(s), 3);
    }

    private static double smallest(double[] eigenvalues) {
        return Arrays.stream(eigenvalues).min().orElseThrow();
    }

    /** Optimality, which is necessary and sufficient for the global minimum (Nesterov and Polyak 2006, prop. 1). */
    private static void assertOptimal(double[] eigenvalues, double[] g, double rho) {
        CubicSubproblem.Outcome found = CubicSubproblem.solve(eigenvalues, g, rho);
        String problem = Arrays.toString(eigenvalues) + Arrays.toString(g) + rho + ": " + found;
        assertEquals(Ending.CONVERGED, found.solve().ending(), problem);
        assertTrue(found.solve().residual() < 1e-13 * eigenvalues.length, problem);
        assertEquals(0.5 * rho * found.length(), found.multiplier(), 1e-12 * found.multiplier(), problem);
        assertTrue(smallest(eigenvalues) + found.multiplier() >= 0, problem);
        double model = cubic(eigenvalues, g, rho, found.step());
        assertEquals(model, found.model(), 1e-9 * Math.abs(model), problem);
        assertTrue(found.solve().iterations() <= 30, problem);
    }

    @Test
    void cubicMinimum_isOptimal_forAllSignsAndScales() {
        Random random = new Random(1);
        for (int trial = 0; trial < 2000; trial++) {
            int n = 1 + trial % 12;
            double scale = Math.pow(10, random.nextInt(-8, 9));
            double[] eigenvalues = random.doubles(n, -1, 1).map(x -> scale * x).toArray();
            double[] g = random.doubles(n, -1, 1)
                    .map(x -> Math.pow(10, random.nextInt(-8, 9)) * x)
                    .toArray();
            assertOptimal(eigenvalues, g, Math.pow(10, random.nextInt(-8, 9)));
        }
    }

    @Test
    void cubicMinimum_isNotHigherThanAnyPointNear() {
        Random random = new Random(2);
        for (int trial = 0; trial < 200; trial++) {
            double[] eigenvalues = random.doubles(2, -2, 2).toArray();
            double[] g = random.doubles(2, -1, 1).toArray();
            double rho = 0.1 + random.nextDouble();
            CubicSubproblem.Outcome found = CubicSubproblem.solve(eigenvalues, g, rho);
            double reach = 2 * found.length() + 1;
            for (int i = -20; i <= 20; i++) {
                for (int j = -20; j <= 20; j++) {
                    double[] s = {reach * i / 20, reach * j / 20};
                    assertTrue(cubic(eigenvalues, g, rho, s) >= found.model() - 1e-12);
                }
            }
        }
    }

    /** g without a part along the least eigenvector: half of the minimum's length is not determined by g. */
    @Test
    void hardCase_takesTheMissingLengthAlongTheLeastEigenvector() {
        double[] eigenvalues = {3, -2, 1};
        double[] g = {1, 0, 1};
        CubicSubproblem.Outcome found = CubicSubproblem.solve(eigenvalues, g, 0.5);
        assertTrue(found.hardCase());
        assertEquals(2, found.multiplier());
        assertEquals(8, found.length(), 1e-14);
        assertEquals(-1.0 / 5, found.step()[0], 1e-15);
        assertEquals(-1.0 / 3, found.step()[2], 1e-15);
        assertEquals(Math.sqrt(64 - 1.0 / 25 - 1.0 / 9), found.step()[1], 1e-13);
        assertOptimal(eigenvalues, g, 0.5);
    }

    /** The same g, but so dear a length that the least eigenvector does not pay. */
    @Test
    void leastEigenvectorWithoutGradient_isNoHardCase_whereTheStepIsLongEnough() {
        double[] eigenvalues = {3, -0.01, 1};
        double[] g = {1, 0, 1};
        CubicSubproblem.Outcome found = CubicSubproblem.solve(eigenvalues, g, 5);
        assertFalse(found.hardCase());
        assertEquals(0, found.step()[1], 0);
        assertOptimal(eigenvalues, g, 5);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-1, 1e-5, 1e-10, 1e-15, 1e-20, 1e-100, 1e-290})
    void nearHardCase_losesNoDigits(double small) {
        double[] eigenvalues = {-2, 1, 3};
        double[] g = {small, 1, 1};
        CubicSubproblem.Outcome found = CubicSubproblem.solve(eigenvalues, g, 0.5);
        assertOptimal(eigenvalues, g, 0.5);
        assertEquals(small < 1e-14, found.hardCase());
        assertTrue(found.step()[0] < 0, "against the gradient, however small it is");
    }

    @Test
    void zeroGradient_isZero_orAStepOutOfASaddle() {
        assertEquals(
                new Solve(Ending.ZERO, 1, 0),
                CubicSubproblem.solve(new double[] {1, 0}, new double[2], 1).solve());
        CubicSubproblem.Outcome saddle = CubicSubproblem.solve(new double[] {1, -3}, new double[2], 2);
        assertArrayEquals(new double[] {0, 3}, saddle.step());
        assertTrue(saddle.hardCase());
        assertEquals(-4.5, saddle.model(), 1e-14);
    }

    @Test
    void numbersThatAreNotFinite_areSaid() {
        double[] one = {1};
        assertEquals(
                Ending.NOT_FINITE,
                CubicSubproblem.solve(new double[] {Double.NaN}, one, 1).solve().ending());
        assertEquals(
                Ending.NOT_FINITE,
                CubicSubproblem.solve(one, new double[] {Double.POSITIVE_INFINITY}, 1)
                        .solve()
                        .ending());
        assertEquals(
                Ending.NOT_FINITE,
                TrustRegionSubproblem.solve(one, new double[] {Double.NaN}, 1)
                        .solve()
                        .ending());
        assertThrows(IllegalArgumentException.class, () -> CubicSubproblem.solve(one, one, 0));
        assertThrows(IllegalArgumentException.class, () -> TrustRegionSubproblem.solve(one, one, Double.NaN));
    }

    @Test
    void trustRegionMinimum_isOptimal_forAllSignsAndScales() {
        Random random = new Random(3);
        int inside = 0;
        for (int trial = 0; trial < 2000; trial++) {
            int n = 1 + trial % 12;
            double[] eigenvalues =
                    random.doubles(n, trial % 3 == 0 ? 0.1 : -1, 1).toArray();
            double[] g = random.doubles(n, -1, 1)
                    .map(x -> Math.pow(10, random.nextInt(-8, 3)) * x)
                    .toArray();
            double radius = Math.pow(10, random.nextInt(-6, 7));
            TrustRegionSubproblem.Outcome found = TrustRegionSubproblem.solve(eigenvalues, g, radius);
            String problem = "trial " + trial + ": " + found;
            assertEquals(Ending.CONVERGED, found.solve().ending(), problem);
            assertTrue(found.solve().residual() < 1e-12 * n, problem);
            assertTrue(smallest(eigenvalues) + found.multiplier() >= 0, problem);
            assertTrue(found.length() <= radius * (1 + 1e-12), problem);
            assertTrue(
                    found.multiplier() == 0 || Math.abs(found.length() / radius - 1) < 1e-12,
                    "σ (Δ − ‖s‖) = 0, " + problem);
            double model = quadratic(eigenvalues, g, found.step());
            assertEquals(model, found.model(), 1e-9 * Math.abs(model), problem);
            inside += found.multiplier() == 0 ? 1 : 0;
        }
        assertTrue(inside > 100 && inside < 1900, inside + " inside");
    }

    @Test
    void trustRegion_hardCase_reachesTheBoundary() {
        TrustRegionSubproblem.Outcome found = TrustRegionSubproblem.solve(new double[] {-1, 1}, new double[] {0, 2}, 3);
        assertTrue(found.hardCase());
        assertEquals(1, found.multiplier());
        assertArrayEquals(new double[] {Math.sqrt(8), -1}, found.step(), 1e-14);
        assertEquals(-6.5 + 1.0, found.model(), 1e-13);
    }
}
