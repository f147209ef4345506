package soopt.optimizer.rates;

import java.util.Arrays;
import soopt.curvature.Matrices;

/**
 * The rates that spend a budget c of curvature: the minimum of F(α) = ½ αᵀBα − c Σ_s w_s log α_s over α &gt; 0, where
 * B = |H̄| entry by entry and the shares w add up to 1. In x = log α F is a sum of exponentials with weights ≥ 0 less
 * a linear function: strictly convex if B_ss &gt; 0, so that the minimum is unique, and there α_s (Bα)_s = c w_s: each
 * group adds its share, and αᵀBα = c. With one group α = √(c/B).
 *
 * <p>Where u_s becomes a u_s, B_st becomes a B_st and B_ss a² B_ss: α_s becomes α_s/a, and the step stays what it was.
 *
 * <p>On the quadratic L = ½ θᵀHθ with the direction u = Hθ + ξ, ξ of mean 0 and covariance C, E uᵀHu = tr(H³Σ) +
 * tr(HC) where Σ = E θθᵀ: one rate is α = √(c / (tr(H³Σ) + tr(HC))). In one dimension, H = h, a rate α has the
 * stationary variance Σ = αC/(h(2 − αh)), so that E uᵀHu = 2hC/(2 − αh): found again and again there the rate goes to
 * the positive root of 2hCα² + chα = 2c.
 */
public final class CurvatureBudget {
    /** Largest |c w_s / (α_s (Bα)_s) − 1| of a solution. */
    private static final double ACCURACY = 1e-13;

    private static final int MOST_ITERATIONS = 2_000;

    private CurvatureBudget() {}

    /**
     * √(c / |Σ_st H̄_st|): one rate for all groups; infinite where curvature cancels.
     *
     * @param hessian H̄ [S][S], signed
     * @param budget c ≥ 0
     */
    public static double one(double[][] hessian, double budget) {
        double sum = Arrays.stream(hessian).flatMapToDouble(Arrays::stream).sum();
        return Math.sqrt(budget / Math.abs(sum));
    }

    /**
     * √P_s / Σ √P [S].
     *
     * @param sizes P [S] ≥ 1
     */
    public static double[] shares(int[] sizes) {
        double[] roots = Arrays.stream(sizes).mapToDouble(Math::sqrt).toArray();
        double sum = Arrays.stream(roots).sum();
        return Arrays.stream(roots).map(root -> root / sum).toArray();
    }

    /**
     * α [S] by α_s ← α_s √(c w_s / (α_s (Bα)_s)) from α_s = √(c w_s / B_ss). In log α the iteration has Jacobian
     * ½(I − M), M row-stochastic with M_ss &gt; 0: it contracts.
     *
     * @param b B [S][S] ≥ 0, symmetric, B_ss &gt; 0
     * @param shares w [S] &gt; 0
     * @param budget c &gt; 0
     */
    public static double[] minimum(double[][] b, double[] shares, double budget) {
        double[] alpha = new double[shares.length];
        Arrays.setAll(alpha, s -> Math.sqrt(budget * shares[s] / b[s][s]));
        for (int i = 0; i < MOST_ITERATIONS; i++) {
            double[] product = Matrices.multiply(b, alpha);
            double worst = 0;
            for (int s = 0; s < alpha.length; s++) {
                double ratio = budget * shares[s] / (alpha[s] * product[s]);
                worst = Math.max(worst, Math.abs(ratio - 1));
                alpha[s] *= Math.sqrt(ratio);
            }
            if (!(worst > ACCURACY)) {
                break;
            }
        }
        return alpha;
    }
}
