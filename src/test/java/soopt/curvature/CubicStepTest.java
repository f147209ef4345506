package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.Golden;
import soopt.backend.dense.Cholesky;
import soopt.curvature.CubicStep.Outcome;
import soopt.curvature.CubicStep.Status;

final class CubicStepTest {
    private static double[] gaussian(Random random, int size) {
        return random.doubles(size, -1, 1).toArray();
    }

    /** Symmetric, indefinite unless definite is asked, rows scaled over many orders of magnitude. */
    private static double[][] hessian(Random random, double[] scale, boolean definite) {
        int size = scale.length;
        double[][] factor = new double[size][];
        Arrays.setAll(factor, i -> gaussian(random, size));
        double[][] h = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double product = definite ? Matrices.dot(factor[i], factor[j]) + (i == j ? 0.1 : 0) : 0;
                h[i][j] = scale[i] * scale[j] * (definite ? product : factor[i][j] + factor[j][i]);
            }
        }
        return h;
    }

    private static double[] times(double[] x, double[] y) {
        double[] product = new double[x.length];
        Arrays.setAll(product, i -> x[i] * y[i]);
        return product;
    }

    private static double[][] scaled(double[][] h, double[] scale) {
        double[][] result = new double[scale.length][scale.length];
        for (int i = 0; i < scale.length; i++) {
            for (int j = 0; j < scale.length; j++) {
                result[i][j] = scale[i] * h[i][j] * scale[j];
            }
        }
        return result;
    }

    private static double[] ones(int size) {
        double[] ones = new double[size];
        Arrays.fill(ones, 1);
        return ones;
    }

    @ParameterizedTest
    @CsvSource({"1,true", "1,false", "2,false", "5,true", "22,false", "60,true", "60,false", "200,true", "200,false"})
    void solution_solvesItsEquation_withPositiveDefiniteMatrix(int size, boolean definite) {
        for (int seed = 0; seed < (size > 50 ? 1 : 20); seed++) {
            Random random = new Random(seed);
            double[] scale = Arrays.stream(gaussian(random, size))
                    .map(x -> Math.pow(10, 4 * x))
                    .toArray();
            double[][] h = hessian(random, scale, definite);
            double[] g = times(scale, gaussian(random, size));
            double[] d = Arrays.stream(times(scale, gaussian(random, size)))
                    .map(Math::abs)
                    .toArray();
            Outcome outcome = CubicStep.solveWithScale(h, g, d, 0.7);
            assertTrue(outcome.found(), outcome.status() + ", seed " + seed);
            double[][] m = outcome.regularized();
            double[] weights = new double[size];
            Arrays.setAll(weights, i -> 1 / Math.sqrt(m[i][i]));
            double[] residual = Matrices.multiply(m, outcome.eta());
            Arrays.setAll(residual, i -> (residual[i] - g[i]) * weights[i]);
            double reference = Matrices.norm(times(g, weights))
                    + Matrices.norm(times(
                            outcome.eta(),
                            Arrays.stream(weights).map(w -> 1 / w).toArray()));
            assertTrue(Matrices.norm(residual) <= 1e-13 * size * reference, "residual, seed " + seed);
            double gap = (outcome.r() - outcome.lowerBound()) / outcome.r();
            assertTrue(outcome.radiusResidual() <= 1e-14 * size / gap * outcome.r(), "radius, seed " + seed);
            assertEquals(size, new Cholesky(size).factor(m, 0, d), "M is positive definite, seed " + seed);
            assertEquals(definite || size < 5 && outcome.hessianPositiveDefinite(), outcome.lowerBound() == 0);
            assertTrue(outcome.iterations() <= 150, outcome.iterations() + " factorizations, seed " + seed);
        }
    }

    @Test
    void solution_doesNotDependOnTheScaleOfAGroup() {
        Random random = new Random(7);
        int size = 8;
        double[][] h = hessian(random, ones(size), false);
        double[] g = gaussian(random, size);
        double[] third = gaussian(random, size);
        double[] a = {1e-6, 1e6, 1, 3, 1e-3, 1e2, 0.1, 1e5};
        double[] cubed = times(a, times(a, a));
        Outcome plain = CubicStep.solve(h, g, third, 1);
        Outcome rescaled = CubicStep.solve(scaled(h, a), times(a, g), times(cubed, third), 1);
        assertTrue(Golden.relativeError(plain.eta(), times(a, rescaled.eta())) <= 1e-11);
        assertTrue(Golden.relativeError(plain.r(), rescaled.r()) <= 1e-12);
    }

    @Test
    void solution_doesNotDependOnTheUnitOfTheLoss() {
        Random random = new Random(8);
        int size = 6;
        double[][] h = hessian(random, ones(size), false);
        double[] g = gaussian(random, size);
        double[] d = ones(size);
        Outcome plain = CubicStep.solveWithScale(h, g, d, 0.25);
        for (double unit : new double[] {1e-100, 1e100}) {
            double[] root = new double[size];
            Arrays.fill(root, Math.sqrt(unit));
            double[] units = times(root, root);
            Outcome other = CubicStep.solveWithScale(scaled(h, root), times(units, g), d, 0.25 * unit);
            assertTrue(Golden.relativeError(plain.eta(), other.eta()) <= 1e-11, "unit " + unit);
        }
    }

    @Test
    void roundingAsymmetry_ofH_isRemoved() {
        double[][] h = {{2, 0.5 + 1e-9}, {0.5 - 1e-9, 1}};
        double[][] symmetric = {{2, 0.5}, {0.5, 1}};
        double[] g = {1, 1};
        double[] d = {1, 2};
        assertArrayEquals(
                CubicStep.solveWithScale(symmetric, g, d, 1).eta(),
                CubicStep.solveWithScale(h, g, d, 1).eta(),
                1e-15);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-2, 1e-4, 1e-6, 1e-8, 1e-10})
    void nearlyHardCase_isSolved(double component) {
        double[][] h = {{-4, 0, 0}, {0, 2, 0}, {0, 0, 3}};
        Outcome outcome = CubicStep.solveWithScale(h, new double[] {component, 1, 1}, ones(3), 1);
        assertTrue(outcome.found());
        // for g₁ → 0 the solution tends to r = 8, η = (√(64 − 1/36 − 1/49), 1/6, 1/7)
        double first = Math.sqrt(64 - 1.0 / 36 - 1.0 / 49);
        double gap = component / 8;
        assertArrayEquals(new double[] {first, 1.0 / 6, 1.0 / 7}, outcome.eta(), 3 * gap + 20 * 1e-15 / gap);
        assertEquals(8, outcome.lowerBound(), 1e-10);
    }

    @Test
    void severalRoots_givesTheLargest() {
        // −η + r η/2 = 1e-3 with η of either sign has roots on both sides of r = 2
        Outcome outcome = CubicStep.solveWithScale(new double[][] {{-1}}, new double[] {1e-3}, ones(1), 1);
        assertEquals(1 + Math.sqrt(1 + 2e-3), outcome.r(), 1e-14);
    }

    @Test
    void zeroDamping_isNewtonsStep() {
        double[][] h = {{4, 1}, {1, 3}};
        Outcome outcome = CubicStep.solve(h, new double[] {1, 2}, new double[] {5, -5}, 0);
        assertTrue(outcome.found());
        assertArrayEquals(new double[] {1.0 / 11, 7.0 / 11}, outcome.eta(), 1e-15);
        assertArrayEquals(h, outcome.regularized());
    }

    @Test
    void indefiniteWithoutCubicTerm_isNotFound() {
        double[][] h = {{1, 0}, {0, -1}};
        double[] g = {1, 1};
        assertNotFound(Status.NOT_POSITIVE_DEFINITE, CubicStep.solve(h, g, ones(2), 0));
        assertNotFound(Status.NOT_POSITIVE_DEFINITE, CubicStep.solve(h, g, new double[2], 1));
        assertNotFound(Status.NOT_POSITIVE_DEFINITE, CubicStep.solve(new double[2][2], g, ones(2), 0));
    }

    @Test
    void indefiniteWhereDIsZero_isNotFound() {
        double[][] h = {{1, 0.5}, {0.5, -1}};
        assertNotFound(Status.UNBOUNDED, CubicStep.solve(h, new double[] {1, 1}, new double[] {1, 0}, 1));
        double[][] zeroRow = {{1, 0}, {0, 0}};
        assertNotFound(Status.UNBOUNDED, CubicStep.solve(zeroRow, new double[] {1, 1}, new double[] {1, 0}, 1));
    }

    @Test
    void groupsAlongWhichNothingChanges_takeNoPart() {
        double[][] h = {{-1, 0, 0.5}, {0, 0, 0}, {0.5, 0, 2}};
        Outcome outcome = CubicStep.solveWithScale(h, new double[] {1, 0, -2}, new double[] {1, 0, 2}, 1);
        double[][] rest = {{-1, 0.5}, {0.5, 2}};
        Outcome without = CubicStep.solveWithScale(rest, new double[] {1, -2}, new double[] {1, 2}, 1);
        assertTrue(outcome.found());
        assertArrayEquals(new double[] {without.eta()[0], 0, without.eta()[1]}, outcome.eta(), 1e-15);
        assertEquals(0, outcome.regularized()[1][1]);
    }

    /** The gradient and D of the second group are 0, but not its row: it moves with the first. */
    @Test
    void groupWithoutGradientOrThirdDerivative_takesPart_ifItIsCoupled() {
        double[][] h = {{2, 1}, {1, 2}};
        Outcome outcome = CubicStep.solveWithScale(h, new double[] {1, 0}, new double[] {1, 0}, 1);
        assertTrue(outcome.found());
        assertEquals(-0.5 * outcome.eta()[0], outcome.eta()[1], 1e-15);
    }

    /** D² underflows: there is no cubic term in float64. */
    @Test
    void thirdDerivativesBelowTheRangeOfTheirSquares_areNone() {
        double[][] h = {{1, 0}, {0, -1}};
        assertNotFound(
                Status.NOT_POSITIVE_DEFINITE, CubicStep.solveWithScale(h, ones(2), new double[] {1e-200, 1e-200}, 1));
    }

    @Test
    void stepBeyondTheLargestRadius_isOutOfRange() {
        assertNotFound(
                Status.OUT_OF_RANGE,
                CubicStep.solveWithScale(
                        new double[][] {{-1e-201}}, new double[] {1e300}, new double[] {1e-100}, 1e-300));
    }

    @Test
    void spectrum_isThatOfTheModel() {
        Outcome outcome = CubicStep.solve(new double[][] {{2, 0}, {0, 8}}, ones(2), ones(2), 1);
        assertEquals(new Matrices.Spectrum(2, 8, 4), outcome.spectrum());
    }

    @Test
    void zeroGradient_isZeroStepOrNotFound() {
        Outcome pd = CubicStep.solve(new double[][] {{1, 0}, {0, 2}}, new double[2], ones(2), 1);
        assertTrue(pd.found());
        assertArrayEquals(new double[2], pd.eta());
        assertEquals(0, pd.r());
        assertNotFound(
                Status.ZERO_GRADIENT, CubicStep.solve(new double[][] {{1, 0}, {0, -2}}, new double[2], ones(2), 1));
    }

    @Test
    void hardCase_isNotFound() {
        double[][] h = {{-4, 0}, {0, 2}};
        Outcome outcome = CubicStep.solve(h, new double[] {0, 1}, ones(2), 1);
        assertNotFound(Status.HARD_CASE, outcome);
        assertEquals(8, outcome.lowerBound(), 1e-11);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void notFiniteEntry_isNotFound(double bad) {
        double[][] h = {{1, 0}, {0, 1}};
        assertNotFound(Status.NOT_FINITE, CubicStep.solve(new double[][] {{1, bad}, {bad, 1}}, ones(2), ones(2), 1));
        assertNotFound(Status.NOT_FINITE, CubicStep.solve(h, new double[] {bad, 1}, ones(2), 1));
        assertNotFound(Status.NOT_FINITE, CubicStep.solve(h, ones(2), new double[] {1, bad}, 1));
    }

    @Test
    void solutionBeyondFloatingPoint_isNotFound() {
        assertNotFound(
                Status.OUT_OF_RANGE,
                CubicStep.solveWithScale(new double[][] {{1e-300}}, new double[] {1e300}, new double[1], 1));
    }

    /**
     * Scales over dozens of orders of magnitude, low rank, no gradient along some groups: most of these have no
     * solution in float64.
     */
    @Test
    void whatIsCalledFound_satisfiesBothEquations_andIsNoWorseThanStandingStill() {
        int found = 0;
        for (int seed = 0; seed < 4000; seed++) {
            Random random = new Random(seed);
            int size = 1 + random.nextInt(8);
            double spread = random.nextInt(25);
            double[] scale = Arrays.stream(gaussian(random, size))
                    .map(x -> Math.pow(10, 0.5 * spread * x))
                    .toArray();
            double[][] h = hessian(random, scale, random.nextBoolean());
            double[] g = times(scale, gaussian(random, size));
            double[] d = times(scale, gaussian(random, size));
            double unit = Math.pow(10, 20 * random.nextDouble() - 10);
            double small = Math.pow(10, -30 * random.nextDouble());
            Arrays.setAll(g, i -> random.nextInt(10) == 0 ? 0 : unit * g[i]);
            Arrays.setAll(d, i -> random.nextInt(6) == 0 ? 0 : small * Math.abs(d[i]));
            Outcome outcome = CubicStep.solveWithScale(h, g, d, 1);
            if (!outcome.found()) {
                assertEquals(0, Golden.maxAbs(outcome.eta()), "seed " + seed);
                continue;
            }
            found++;
            assertTrue(outcome.radiusResidual() <= 1e-2 * outcome.r(), "radius, seed " + seed);
            assertTrue(outcome.modelValue() <= 0, "value, seed " + seed);
            assertTrue(outcome.model().relativeResidual(outcome.eta(), outcome.r()) <= 1e-2, "residual, seed " + seed);
        }
        assertTrue(found > 1000, "found " + found);
    }

    /**
     * As in a diverging run in float32: x0 is so large, and ḡ so small beside it, that no r in float64 has ‖Dη‖ = r.
     */
    @Test
    void searchThatEndsInRounding_isOutOfRange() {
        double[][] h = {{-1, 3, 0.5}, {3, -7, 2}, {0.5, 2, 5}};
        double[] d = {1e-20, 3e-20, 2e-20};
        assertNotFound(Status.OUT_OF_RANGE, CubicStep.solveWithScale(h, new double[] {1e-8, 2e-8, -1e-8}, d, 1));
    }

    @Test
    void residuals_areThoseOfTheEquations() {
        CubicStep.Model model = new CubicStep.Model(new double[][] {{4, 1}, {1, 3}}, new double[] {1, 2}, ones(2), 2);
        double[] eta = {1, -1};
        // M(5) = H + 5 I = [[9, 1], [1, 8]], M η − g = (7, −9), C = (1/3, 1/√8)
        assertEquals(Math.sqrt(130), model.residual(eta, 5), 1e-14);
        double expected = Math.sqrt((49 / 9.0 + 81 / 8.0) / (1 / 9.0 + 4 / 8.0));
        assertEquals(expected, model.relativeResidual(eta, 5), 1e-14);
        Outcome outcome = CubicStep.solveWithScale(model.hessian(), model.gradient(), ones(2), 2);
        assertEquals(model.residual(outcome.eta(), outcome.r()), outcome.residual());
        assertEquals(Math.abs(model.radius(outcome.eta()) - outcome.r()), outcome.radiusResidual());
        assertEquals(0, outcome.model().relativeResidual(new double[2], 0) - 1, 1e-15);
    }

    @Test
    void mismatchedSizes_andNegativeDamping_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> CubicStep.solve(new double[2][2], ones(2), ones(3), 1));
        assertThrows(IllegalArgumentException.class, () -> CubicStep.solve(new double[2][2], ones(2), ones(2), -1));
    }

    private static void assertNotFound(Status status, Outcome outcome) {
        assertEquals(status, outcome.status());
        assertFalse(outcome.found());
        assertEquals(0, Golden.maxAbs(outcome.eta()));
        assertFalse(outcome.status().words().isEmpty());
        assertTrue(Double.isNaN(outcome.regularized()[0][0]));
    }
}
