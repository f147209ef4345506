package soopt.solver.kronecker;

import java.util.Arrays;
import java.util.Optional;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;

/** Factorizations of symmetric matrices [n²] on the host. */
final class Symmetric {
    private Symmetric() {}

    /**
     * M = Σ_k λ_k q_k q_kᵀ.
     *
     * @param vectors [n²], q_k in row k
     */
    record Eigen(double[] values, double[] vectors) {}

    /** Empty if M is not finite or the iteration does not end. */
    static Optional<Eigen> eigen(double[] matrix, int n) {
        if (!isFinite(matrix)) {
            return Optional.empty();
        }
        double[][] rows = new double[n][n];
        double shift = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                rows[i][j] = 0.5 * (matrix[i * n + j] + matrix[j * n + i]);
            }
            shift = Math.max(
                    shift, 2 * Math.sqrt(Arrays.stream(rows[i]).map(x -> x * x).sum()));
        }
        for (int i = 0; i < n; i++) {
            rows[i][i] += shift;
        }
        try {
            EigenDecompositionSymmetric eigen =
                    new EigenDecompositionSymmetric(MatrixUtils.createRealMatrix(rows), Math.ulp(1.0), false);
            double[] values = eigen.getEigenvalues();
            double[] vectors = new double[n * n];
            for (int k = 0; k < n; k++) {
                System.arraycopy(eigen.getEigenvector(k).toArray(), 0, vectors, k * n, n);
                values[k] -= shift;
            }
            return Optional.of(new Eigen(values, vectors));
        } catch (MathRuntimeException notConverged) {
            return Optional.empty();
        }
    }

    /** M⁻¹ by Cholesky's factorization; empty if M is not positive definite. */
    static Optional<double[]> inverse(double[] matrix, int n) {
        double[] lower = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i * n + j];
                for (int k = 0; k < j; k++) {
                    sum -= lower[i * n + k] * lower[j * n + k];
                }
                if (i == j && !(sum > 0 && sum <= Double.MAX_VALUE)) {
                    return Optional.empty();
                }
                lower[i * n + j] = i == j ? Math.sqrt(sum) : sum / lower[j * n + j];
            }
        }
        double[] inverse = new double[n * n];
        double[] x = new double[n];
        for (int column = 0; column < n; column++) {
            Arrays.fill(x, 0);
            x[column] = 1;
            for (int i = column; i < n; i++) {
                for (int k = column; k < i; k++) {
                    x[i] -= lower[i * n + k] * x[k];
                }
                x[i] /= lower[i * n + i];
            }
            for (int i = n - 1; i >= column; i--) {
                x[i] /= lower[i * n + i];
                for (int k = column; k < i; k++) {
                    x[k] -= lower[i * n + k] * x[i];
                }
                inverse[i * n + column] = x[i];
                inverse[column * n + i] = x[i];
            }
        }
        return Optional.of(inverse);
    }

    static boolean isFinite(double[] matrix) {
        double sum = 0;
        for (double entry : matrix) {
            sum += 0 * entry;
        }
        return sum == 0;
    }

    /** tr M / n. */
    static double meanDiagonal(double[] matrix, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += matrix[i * n + i];
        }
        return sum / n;
    }
}
