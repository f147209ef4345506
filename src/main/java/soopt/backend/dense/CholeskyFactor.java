package soopt.backend.dense;

/** M = L Lᵀ [n, n] for an M with 1 on its diagonal. */
sealed interface CholeskyFactor permits PlainCholesky, BlockedCholesky {
    /**
     * Factors C M C.
     *
     * @param scale [n] C, C_i² M_ii = 1
     * @return n, or fewer if M is not positive definite: the index of the first pivot that is not above 0
     */
    int factor(Triangle matrix, double[] scale);

    /** min L_ii². */
    double smallestPivot();

    /** x ← L⁻¹ x. */
    void forward(double[] x);

    /** x ← L⁻ᵀ x. */
    void backward(double[] x);

    /** X ← X M⁻¹; x: [rows, n]. */
    void solveRows(double[] x, int rows);

    /** M⁻¹ [n·n]. */
    double[] inverse();
}
