package soopt.curvature;

/**
 * Derivatives of φ(t) = L(θ + Σ_s t_s u_s) at 0, in float64 (Wolinski 2025, §3).
 *
 * @param loss L(θ)
 * @param gradient ḡ [S]: DL[u_s]
 * @param hessian H̄ [S][S]: D²L[u_s, u_t], symmetric
 * @param third D̄³ [S]: D³L[u_s, u_s, u_s], signed; empty for {@link Order#SECOND}
 * @param thirdFull [S][S][S]: D³L[u_r, u_s, u_t]; empty unless {@link Order#THIRD_FULL}
 */
public record CurvatureSummary(
        double loss, double[] gradient, double[][] hessian, double[] third, double[][][] thirdFull) {
    /** S. */
    public int size() {
        return gradient.length;
    }
}
