package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The search is found out by its cost where halving the bracket would hide what is wrong with it. */
final class CubicSearchTest {
    /** Of a random model of ordinary size: all entries of H̄, ḡ and D about 1. */
    private static CubicSearch ordinary(int seed, boolean definite) {
        Random random = new Random(seed);
        int size = 1 + random.nextInt(20);
        double[][] factor = new double[size][size];
        for (double[] row : factor) {
            for (int j = 0; j < size; j++) {
                row[j] = random.nextGaussian();
            }
        }
        double[][] h = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double product = Matrices.dot(factor[i], factor[j]) + (i == j ? 0.1 : 0);
                h[i][j] = definite ? product : factor[i][j] + factor[j][i];
            }
        }
        double[] g = random.doubles(size, -1, 1).toArray();
        return new CubicSearch(h, g, random.doubles(size, 0.1, 1).toArray(), 1);
    }

    /** As {@link CubicStep} calls it. */
    private static double root(CubicSearch search) {
        double high = search.evaluate(0) ? Math.min(search.length(), search.largestRadius()) : search.largestRadius();
        if (high == search.largestRadius()) {
            assertTrue(search.evaluate(high));
        }
        return search.root(0, high);
    }

    @ParameterizedTest
    @CsvSource({"true, 9, 6", "false, 27, 14"})
    void ordinaryModels_takeFewFactorizations(boolean definite, int most, double mean) {
        double sum = 0;
        for (int seed = 0; seed < 500; seed++) {
            CubicSearch search = ordinary(seed, definite);
            double r = root(search);
            assertEquals(r, search.length(), 1e-9 * r, "seed " + seed);
            assertTrue(search.evaluations() <= most, search.evaluations() + " factorizations, seed " + seed);
            sum += search.evaluations();
        }
        assertTrue(sum / 500 <= mean, "mean " + sum / 500);
    }

    /**
     * A gradient that has a part of this size along the least eigenvector brings r that near to x0. Sparing
     * factorizations changes neither r nor x0.
     */
    @ParameterizedTest
    @CsvSource({"1, 22", "1e-3, 27", "1e-6, 30", "1e-9, 33"})
    void largeModels_takeFewerFactorizations(double part, int most) {
        for (int seed = 0; seed < 10; seed++) {
            int size = 40;
            Random random = new Random(seed);
            double[][] h = new double[size][size];
            for (int i = 0; i < size; i++) {
                for (int j = 0; j <= i; j++) {
                    h[i][j] = random.nextGaussian();
                    h[j][i] = h[i][j];
                }
            }
            double[] d = random.doubles(size, 0.1, 1).toArray();
            double[] g = random.doubles(size, -1, 1).toArray();
            leave(part, g, d, h);
            CubicSearch plain = new CubicSearch(h, g, d, 1, false);
            CubicSearch sparing = new CubicSearch(h, g, d, 1, true);
            double r = root(plain);
            double x0 = plain.lowerBound();
            assertEquals(r, root(sparing), 1e-12 * r, "r, seed " + seed);
            assertEquals(x0, sparing.lowerBound(), 3e-13 * x0, "x0, seed " + seed);
            int spent = sparing.evaluations();
            assertTrue(spent <= most, spent + " factorizations");
            assertTrue(plain.evaluations() >= 40, "instead of " + plain.evaluations());
        }
    }

    /** Takes all but a part of g away along the null vector of M(x0), which it nearly is of M(x0 (1 + 1e-13)). */
    private static void leave(double part, double[] g, double[] d, double[][] h) {
        CubicSearch search = new CubicSearch(h, g, d, 1, false);
        root(search);
        double x0 = search.lowerBound();
        double[] v = new Random(1).doubles(g.length, -1, 1).toArray();
        assertTrue(search.evaluate(x0 * (1 + 1e-12)));
        for (int power = 0; power < 3; power++) {
            search.factors().solve(v, v);
            double length = Matrices.norm(v);
            Arrays.setAll(v, i -> v[i] / length);
        }
        double along = Matrices.dot(v, g);
        Arrays.setAll(g, i -> g[i] - (1 - part) * along * v[i]);
    }

    @Test
    void everyFactorization_isCounted() {
        CubicSearch search = new CubicSearch(new double[][] {{-2}}, new double[] {1}, new double[] {1}, 1);
        assertFalse(search.evaluate(0));
        assertFalse(search.evaluate(3));
        assertTrue(search.evaluate(8));
        assertEquals(3, search.evaluations());
        assertEquals(0.5, search.length(), 1e-15);
        assertEquals(4, search.lowerBound(), 1e-12);
        assertTrue(search.evaluations() > 20, "halvings between 3 and 8");
    }

    /** One dimension: ‖Dη‖ = 1/(r/2 − 2), linear in 1/‖Dη‖: the first step from any r is exact, r²/2 − 2r − 1 = 0. */
    @Test
    void linearizedEquation_isExactInOneDimension() {
        CubicSearch search = new CubicSearch(new double[][] {{-2}}, new double[] {1}, new double[] {1}, 1);
        assertFalse(search.evaluate(0));
        assertTrue(search.evaluate(100));
        double r = search.root(0, 100);
        assertEquals(2 + Math.sqrt(6), r, 1e-14);
        assertTrue(search.evaluations() <= 9, search.evaluations() + " factorizations");
    }

    @Test
    void lowerBound_isZeroForDefinite_andNoNumberWhereNothingWasDefinite() {
        CubicSearch definite = new CubicSearch(new double[][] {{2}}, new double[] {1}, new double[] {1}, 1);
        assertTrue(definite.evaluate(0));
        assertEquals(0, definite.lowerBound());
        CubicSearch never = new CubicSearch(new double[][] {{-2}}, new double[] {1}, new double[] {1}, 1);
        assertFalse(never.evaluate(1));
        assertEquals(Double.NaN, never.lowerBound());
    }

    @Test
    void largestRadius_makesTheHessianNegligible_withoutOverflow() {
        double[][] h = {{-1e8}};
        for (double d : new double[] {1e-100, 1e-3, 1, 1e3, 1e100}) {
            CubicSearch search = new CubicSearch(h, new double[] {1}, new double[] {d}, 1);
            double r = search.largestRadius();
            assertTrue(Double.isFinite(r) && Double.isFinite(0.5 * r * d * d), "d " + d);
            assertTrue(search.evaluate(r), "d " + d);
        }
    }

    /** Where H̄ vanishes, −ḡ·η + (λ/6)‖Dη‖³ is least at r² = 2ḡ/(λD): the first guess, in any units. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1e-6, 1e3, 1e4", "1e5, 1e-2, 1e-8", "3, 7, 1e10"})
    void firstGuess_isExactForAVanishingHessian(double damping, double d, double g) {
        double[][] h = {{-1e-200 * g}};
        CubicSearch search = new CubicSearch(h, new double[] {g}, new double[] {d}, damping);
        assertFalse(search.evaluate(0));
        assertTrue(search.evaluate(search.largestRadius()));
        double r = search.root(0, search.largestRadius());
        assertEquals(Math.sqrt(2 * g / (damping * d)), r, 1e-14 * r);
        assertTrue(search.evaluations() <= 4, search.evaluations() + " factorizations");
    }

    /** M_ii(r) &gt; 0 needs r ≥ −2H_ii/(λD²), of all i: the first guess where ḡ is small beside it. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1e-6, 1e3, 1e4", "1e5, 1e-2, 1e-8", "3, 7, 1e10"})
    void firstGuess_isBesideTheBoundForASmallGradient(double damping, double d, double h) {
        double[][] hessian = {{-h, 0}, {0, -0.5 * h}};
        double[] gradient = {1e-3 * h, 1e-3 * h};
        CubicSearch search = new CubicSearch(hessian, gradient, new double[] {d, d}, damping);
        assertFalse(search.evaluate(0));
        assertTrue(search.evaluate(search.largestRadius()));
        double r = search.root(0, search.largestRadius());
        assertEquals(r, search.length(), 1e-6 * r);
        assertTrue(r > 2 * h / (damping * d * d));
        assertTrue(search.evaluations() <= 20, search.evaluations() + " factorizations");
    }

    @ParameterizedTest
    @CsvSource({"0, 2, 3", "1, 2, 0.1", "1, 2, 1", "5, 0.25, 8", "1e100, 1e-90, 1e90", "0.5, 1e-300, 1e300"})
    void linearizedRoot_satisfiesItsEquation_onTheBranchAboveZero(double r, double length, double slope) {
        double root = CubicSearch.linearizedRoot(r, length, slope);
        assertTrue(root > 0, "root " + root);
        assertEquals(length, root + slope * root * (root - r), 1e-12 * (length + Math.abs(slope * root * r)));
    }

    /** The hard case: no component of ḡ along the null space of M(x0) = M(8), and ‖Dη‖ &lt; r on all of r &gt; 8. */
    @Test
    void hardCase_hasNoRoot_andItsBoundToTwelveDigits() {
        double[][] h = {{-4, 0}, {0, 2}};
        CubicSearch search = new CubicSearch(h, new double[] {0, 1}, new double[] {1, 1}, 1);
        assertFalse(search.evaluate(0));
        assertTrue(search.evaluate(search.largestRadius()));
        assertEquals(Double.NaN, search.root(0, search.largestRadius()));
        int before = search.evaluations();
        assertEquals(8, search.lowerBound(), 1e-11);
        assertTrue(search.evaluations() - before <= 45, search.evaluations() - before + " factorizations");
    }
}
