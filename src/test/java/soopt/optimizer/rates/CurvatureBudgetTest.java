package soopt.optimizer.rates;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import soopt.curvature.Matrices;

final class CurvatureBudgetTest {
    /**
     * Symmetric, entries ≥ 0, diagonals between 1e-6 and 1e6, off them up to three times what a definite one may have.
     */
    private static double[][] matrix(Random random, int size) {
        double[] scale = random.doubles(size).map(x -> Math.pow(10, 6 * x - 3)).toArray();
        double[][] b = new double[size][size];
        for (int s = 0; s < size; s++) {
            for (int t = 0; t <= s; t++) {
                double entry = s == t ? 1 : 3 * random.nextDouble();
                b[s][t] = entry * scale[s] * scale[t];
                b[t][s] = b[s][t];
            }
        }
        return b;
    }

    private static double[] shares(Random random, int size) {
        return CurvatureBudget.shares(random.ints(size, 1, 1_000_000).toArray());
    }

    /** ½ αᵀBα − c Σ w log α. */
    private static double value(double[][] b, double[] w, double c, double[] alpha) {
        double value = 0;
        double[] product = Matrices.multiply(b, alpha);
        for (int s = 0; s < alpha.length; s++) {
            value += alpha[s] * product[s] / 2 - c * w[s] * Math.log(alpha[s]);
        }
        return value;
    }

    @Test
    void minimum_givesEachGroupItsShare() {
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            int size = 1 + i % 12;
            double[][] b = matrix(random, size);
            double[] w = shares(random, size);
            double c = Math.pow(10, 8 * random.nextDouble() - 6);
            double[] alpha = CurvatureBudget.minimum(b, w, c);
            double[] product = Matrices.multiply(b, alpha);
            for (int s = 0; s < size; s++) {
                assertEquals(1, alpha[s] * product[s] / (c * w[s]), 1e-12, "matrix " + i);
            }
        }
    }

    /** F is strictly convex in log α: from no point along any line through the minimum does it fall away from it. */
    @Test
    void minimum_isTheOnlyOne() {
        Random random = new Random(2);
        for (int i = 0; i < 200; i++) {
            int size = 1 + i % 8;
            double[][] b = matrix(random, size);
            double[] w = shares(random, size);
            double[] alpha = CurvatureBudget.minimum(b, w, 0.1);
            double[] line = random.doubles(size, -1, 1).toArray();
            for (int side : new int[] {-1, 1}) {
                double before = value(b, w, 0.1, alpha);
                for (double length = 1e-3; length < 10; length *= 2) {
                    double[] other = new double[size];
                    double along = side * length;
                    Arrays.setAll(other, s -> alpha[s] * Math.exp(along * line[s]));
                    double value = value(b, w, 0.1, other);
                    assertTrue(value > before, "matrix " + i + " at " + along);
                    before = value;
                }
            }
        }
    }

    @Test
    void oneGroup_isTheClosedForm() {
        double[][] b = {{8}};
        assertArrayEquals(new double[] {0.25}, CurvatureBudget.minimum(b, new double[] {1}, 0.5), 1e-15);
        assertEquals(0.25, CurvatureBudget.one(b, 0.5));
        assertEquals(0.25, CurvatureBudget.one(new double[][] {{3, -8}, {-8, 5}}, 0.5), "the sum of all entries, −8");
    }

    @Test
    void uncoupledGroups_haveTheirOwnClosedForms() {
        double[][] b = {{4, 0}, {0, 25}};
        double[] alpha = CurvatureBudget.minimum(b, CurvatureBudget.shares(new int[] {1, 9}), 0.4);
        assertArrayEquals(new double[] {Math.sqrt(0.1 / 4), Math.sqrt(0.3 / 25)}, alpha, 1e-13);
    }
}
