package soopt.solver.kronecker;

import java.util.Arrays;
import soopt.solver.Solve;

/** Eigenvalues of factors, which are sums of squares: what is negative is rounding, or a factor gone wrong. */
final class Spectra {
    /** Eigenvalues up to it count as 0. */
    private static final double ZERO = 1e-10;
    /** Of the largest eigenvalue: more below 0 than float32's rounding of a large matrix leaves. */
    private static final double ROUNDING = 1e-4;

    private Spectra() {}

    static double[] clipped(double[] values) {
        return Arrays.stream(values).map(value -> value > ZERO ? value : 0).toArray();
    }

    /** Whether eigenvalues had to be clipped. */
    static Solve.Ending ending(double[] values, boolean failedBefore) {
        double least = Arrays.stream(values).min().orElse(0);
        double largest = Arrays.stream(values).max().orElse(0);
        return failedBefore || least < -ROUNDING * largest ? Solve.Ending.CLIPPED : Solve.Ending.CONVERGED;
    }

    /** Σ_k q_k q_kᵀ / (λ_k + shift). */
    static double[] compose(double[] vectors, double[] values, int n, double shift) {
        double[] matrix = new double[n * n];
        for (int k = 0; k < n; k++) {
            double scale = 1 / (values[k] + shift);
            for (int i = 0; i < n; i++) {
                double factor = scale * vectors[k * n + i];
                for (int j = 0; j <= i; j++) {
                    matrix[i * n + j] += factor * vectors[k * n + j];
                }
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                matrix[j * n + i] = matrix[i * n + j];
            }
        }
        return matrix;
    }
}
