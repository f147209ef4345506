package soopt.backend.dense;

import java.util.Arrays;
import java.util.Optional;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;

/** Eigenvalues by Hipparchus: for small matrices, and where there is no LAPACK. */
final class PlainEigen {
    private PlainEigen() {}

    /** @param unit what the entries are multiplied by */
    static Optional<SymmetricEigen> decompose(Triangle matrix, double unit, boolean vectors) {
        int size = matrix.size();
        double[][] scaled = new double[size][size];
        for (int i = 0; i < size; i++) {
            double[] row = matrix.row(i);
            int at = matrix.at(i);
            for (int j = 0; j <= i; j++) {
                scaled[i][j] = row[at + j] * unit;
                scaled[j][i] = scaled[i][j];
            }
        }
        try {
            return Optional.of(decompose(scaled, 0, unit, vectors));
        } catch (MathRuntimeException notConverged) {
            return shifted(scaled, unit, vectors);
        }
    }

    /**
     * The iteration ends only where neighbours on the diagonal outweigh what is between them, and does not for a matrix
     * of low rank with rounding noise. Shifted by twice the norm of its largest row it does; small eigenvalues are then
     * accurate to a roundoff of the largest.
     */
    private static Optional<SymmetricEigen> shifted(double[][] scaled, double unit, boolean vectors) {
        double shift =
                2 * Arrays.stream(scaled).mapToDouble(PlainEigen::norm).max().orElse(0);
        for (int i = 0; i < scaled.length; i++) {
            scaled[i][i] += shift;
        }
        try {
            return Optional.of(decompose(scaled, shift, unit, vectors));
        } catch (MathRuntimeException notConverged) {
            return Optional.empty();
        }
    }

    /** ‖x‖₂ of numbers below 2. */
    private static double norm(double[] x) {
        double largest = 0;
        for (double entry : x) {
            largest = Math.max(largest, Math.abs(entry));
        }
        if (largest == 0) {
            return 0;
        }
        double sum = 0;
        for (double entry : x) {
            sum += (entry / largest) * (entry / largest);
        }
        return largest * Math.sqrt(sum);
    }

    /** Of unit · M + shift · I; the eigenvalues of M. */
    private static SymmetricEigen decompose(double[][] matrix, double shift, double unit, boolean vectors) {
        EigenDecompositionSymmetric eigen =
                new EigenDecompositionSymmetric(MatrixUtils.createRealMatrix(matrix), Math.ulp(1.0), false);
        int size = matrix.length;
        double[] values = Arrays.stream(eigen.getEigenvalues())
                .map(x -> (x - shift) / unit)
                .toArray();
        double[] rows = new double[vectors ? size * size : 0];
        for (int k = 0; vectors && k < size; k++) {
            System.arraycopy(eigen.getEigenvector(k).toArray(), 0, rows, k * size, size);
        }
        return new SymmetricEigen(values, rows);
    }

    /** Σ_k w_k v_k v_kᵀ [n·n]. */
    static double[] compose(double[] vectors, double[] weights) {
        int size = weights.length;
        double[] result = new double[size * size];
        for (int k = 0; k < size; k++) {
            for (int i = 0; i < size; i++) {
                double factor = weights[k] * vectors[k * size + i];
                for (int j = 0; j <= i; j++) {
                    result[i * size + j] += factor * vectors[k * size + j];
                }
            }
        }
        BlockedCholesky.mirror(result, size);
        return result;
    }
}
