package soopt.curvature;

/**
 * Derivatives of a loss along a line and along its parts, in float64 (Wolinski 2025, eq. 4 and appendix A): L(θ + t
 * u) = L(θ) + Σ_k tᵏ DᵏL(θ)[u, …, u] / k!.
 *
 * @param loss L(θ)
 * @param whole [K] DᵏL[u, …, u], k from 1
 * @param groups [K][S] DᵏL[u_s, …, u_s]
 */
public record TaylorTerms(double loss, double[] whole, double[][] groups) {
    /** K. */
    public int order() {
        return whole.length;
    }

    /** [K + 1] DᵏL[u, …, u] / k! from k = 0: the coefficients of t ↦ L(θ + t u). */
    public double[] coefficients() {
        double[] coefficients = new double[order() + 1];
        coefficients[0] = loss;
        double factorial = 1;
        for (int k = 1; k < coefficients.length; k++) {
            factorial *= k;
            coefficients[k] = whole[k - 1] / factorial;
        }
        return coefficients;
    }
}
