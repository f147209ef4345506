package soopt.curvature;

/**
 * M = C⁻¹ L Lᵀ C⁻¹ for a symmetric matrix M [S, S], with C = diag(M_ii)^{-1/2}: whether M is positive definite, and
 * solutions of M x = b, do not depend on the scale of each row (Higham 2002, §10.1). The memory is reused between
 * factorizations.
 */
final class Cholesky {
    private final int size;
    private final double[][] lower;
    private final double[] scale;

    Cholesky(int size) {
        this.size = size;
        this.lower = new double[size][size];
        this.scale = new double[size];
    }

    /**
     * Factors M = hessian + shift diag(d)².
     *
     * @param hessian [S, S], symmetric
     * @return whether M is positive definite
     */
    boolean factor(double[][] hessian, double shift, double[] d) {
        for (int i = 0; i < size; i++) {
            double diagonal = hessian[i][i] + shift * d[i] * d[i];
            if (!(diagonal > 0 && diagonal <= Double.MAX_VALUE)) {
                return false;
            }
            scale[i] = 1 / Math.sqrt(diagonal);
        }
        for (int i = 0; i < size; i++) {
            double[] row = lower[i];
            for (int j = 0; j < i; j++) {
                row[j] = (hessian[i][j] * scale[i] * scale[j] - dot(row, lower[j], j)) / lower[j][j];
            }
            double pivot = 1 - dot(row, row, i);
            if (!(pivot > 0)) {
                return false;
            }
            row[i] = Math.sqrt(pivot);
        }
        return true;
    }

    /** x ← M⁻¹ b; x may be b. */
    void solve(double[] b, double[] x) {
        halfSolve(b, x);
        for (int i = size - 1; i >= 0; i--) {
            x[i] /= lower[i][i];
            double solved = x[i];
            double[] row = lower[i];
            for (int j = 0; j < i; j++) {
                x[j] -= row[j] * solved;
            }
        }
        for (int i = 0; i < size; i++) {
            x[i] *= scale[i];
        }
    }

    /** x ← L⁻¹ C b, so that ‖x‖² = bᵀ M⁻¹ b; x may be b. */
    void halfSolve(double[] b, double[] x) {
        for (int i = 0; i < size; i++) {
            x[i] = (b[i] * scale[i] - dot(lower[i], x, i)) / lower[i][i];
        }
    }

    /** In four sums: each addition waits for the one before it. */
    private static double dot(double[] x, double[] y, int length) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 3 < length; i += 4) {
            s0 += x[i] * y[i];
            s1 += x[i + 1] * y[i + 1];
            s2 += x[i + 2] * y[i + 2];
            s3 += x[i + 3] * y[i + 3];
        }
        for (; i < length; i++) {
            s0 += x[i] * y[i];
        }
        return s0 + s1 + (s2 + s3);
    }
}
