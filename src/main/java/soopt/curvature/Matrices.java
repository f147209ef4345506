package soopt.curvature;

import java.util.Arrays;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;

/** Small symmetric matrices [S, S] in float64 on the host, for the record of a run: spectrum, inverse, products. */
public final class Matrices {
    private Matrices() {}

    /**
     * Extreme eigenvalues, NaN if the matrix is not finite.
     *
     * @param condition max |λ| / min |λ|; infinite for a singular matrix
     */
    public record Spectrum(double smallest, double largest, double condition) {}

    /**
     * @param values M⁻¹ [S, S]; 0 in the rows and columns where M is 0, as in the pseudo-inverse; NaN in all of the
     *     others if they are singular to working precision
     * @param singular whether M is not invertible
     */
    public record Inverse(double[][] values, boolean singular) {}

    /** (M + Mᵀ)/2. */
    public static double[][] symmetrized(double[][] matrix) {
        int size = matrix.length;
        double[][] result = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                result[i][j] = i == j ? matrix[i][i] : 0.5 * matrix[i][j] + 0.5 * matrix[j][i];
            }
        }
        return result;
    }

    /** Extreme eigenvalues of a symmetric matrix. */
    public static Spectrum spectrum(double[][] symmetric) {
        double[] eigenvalues = decompose(symmetric, false).values();
        if (eigenvalues.length == 0) {
            return new Spectrum(Double.NaN, Double.NaN, Double.NaN);
        }
        double smallest = Arrays.stream(eigenvalues).min().getAsDouble();
        double largest = Arrays.stream(eigenvalues).max().getAsDouble();
        double smallestSize = Arrays.stream(eigenvalues).map(Math::abs).min().getAsDouble();
        double largestSize = Math.max(Math.abs(smallest), Math.abs(largest));
        double condition = smallestSize == 0 ? Double.POSITIVE_INFINITY : largestSize / smallestSize;
        return new Spectrum(smallest, largest, condition);
    }

    /** M⁻¹ of a symmetric matrix, definite or not, from the eigenvectors of the matrix with its scales evened out. */
    public static Inverse inverse(double[][] symmetric) {
        int size = symmetric.length;
        double[] scale = rowScale(symmetric);
        double[][] scaled = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                scaled[i][j] = scale[i] == 0 || scale[j] == 0 ? 0 : symmetric[i][j] * scale[i] * scale[j];
            }
            scaled[i][i] = scale[i] == 0 ? 1 : scaled[i][i];
        }
        double[][] values = invertScaled(scaled);
        boolean singular = values.length < size;
        double[][] result = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                boolean zero = scale[i] == 0 || scale[j] == 0;
                result[i][j] = zero ? 0 : singular ? Double.NaN : values[i][j] * scale[i] * scale[j];
            }
        }
        return new Inverse(result, singular || Arrays.stream(scale).anyMatch(s -> s == 0));
    }

    /**
     * c with Σ (log c_i |M_ij| c_j)² smallest over the entries that are not 0 (Curtis and Reid 1972), which recovers
     * the scales of a matrix C⁻¹KC⁻¹ with K of one size; 0 for rows that are 0.
     */
    private static double[] rowScale(double[][] matrix) {
        int size = matrix.length;
        double[] logScale = new double[size];
        for (int sweep = 0; sweep < 50; sweep++) {
            for (int i = 0; i < size; i++) {
                double sum = 0;
                double weight = 0;
                for (int j = 0; j < size; j++) {
                    if (matrix[i][j] != 0) {
                        sum += Math.log(Math.abs(matrix[i][j])) + (i == j ? 0 : logScale[j]);
                        weight += i == j ? 2 : 1;
                    }
                }
                logScale[i] = weight == 0 ? Double.NEGATIVE_INFINITY : -sum / weight;
            }
        }
        return Arrays.stream(logScale).map(Math::exp).toArray();
    }

    /** Σ v vᵀ/λ, or no rows if some |λ| is within rounding of 0. */
    private static double[][] invertScaled(double[][] scaled) {
        int size = scaled.length;
        Eigen eigen = decompose(scaled, true);
        double largest = Arrays.stream(eigen.values()).map(Math::abs).max().orElse(Double.NaN);
        double threshold = size * Math.ulp(1.0) * largest;
        if (size > 0 && !Arrays.stream(eigen.values()).allMatch(value -> Math.abs(value) > threshold)
                || eigen.values().length < size) {
            return new double[0][];
        }
        double[][] inverse = new double[size][size];
        for (int k = 0; k < size; k++) {
            double[] vector = eigen.vectors()[k];
            for (int i = 0; i < size; i++) {
                double factor = vector[i] / eigen.values()[k];
                for (int j = 0; j < size; j++) {
                    inverse[i][j] += factor * vector[j];
                }
            }
        }
        return inverse;
    }

    /**
     * Eigenvalues and, in rows, their vectors; both empty if the matrix is not finite or the iteration does not end.
     */
    private record Eigen(double[] values, double[][] vectors) {
        static final Eigen NONE = new Eigen(new double[0], new double[0][]);
    }

    private static Eigen decompose(double[][] symmetric, boolean vectors) {
        double largest = largest(symmetric);
        if (!(largest <= Double.MAX_VALUE) || symmetric.length == 0) {
            return Eigen.NONE;
        }
        // a power of two that keeps squares of the entries in range, exact to undo
        double unit = largest == 0 ? 1 : Math.scalb(1.0, Math.max(-1000, -Math.getExponent(largest)));
        // the decomposition refuses a matrix whose halves differ by rounding, as after scaling rows and columns
        double[][] scaled = Arrays.stream(symmetrized(symmetric))
                .map(row -> Arrays.stream(row).map(x -> x * unit).toArray())
                .toArray(double[][]::new);
        try {
            return decompose(scaled, 0, unit, vectors);
        } catch (MathRuntimeException notConverged) {
            return shifted(scaled, unit, vectors);
        }
    }

    /**
     * The iteration ends only where neighbours on the diagonal outweigh what is between them, and does not for a matrix
     * of low rank with rounding noise. Shifted by twice the norm of its largest row it does; small eigenvalues are then
     * accurate to a roundoff of the largest.
     */
    private static Eigen shifted(double[][] scaled, double unit, boolean vectors) {
        double shift =
                2 * Arrays.stream(scaled).mapToDouble(Matrices::norm).max().orElse(0);
        for (int i = 0; i < scaled.length; i++) {
            scaled[i][i] += shift;
        }
        try {
            return decompose(scaled, shift, unit, vectors);
        } catch (MathRuntimeException notConverged) {
            return Eigen.NONE;
        }
    }

    /** Of unit · M + shift · I; the eigenvalues of M. */
    private static Eigen decompose(double[][] matrix, double shift, double unit, boolean vectors) {
        EigenDecompositionSymmetric eigen =
                new EigenDecompositionSymmetric(MatrixUtils.createRealMatrix(matrix), Math.ulp(1.0), false);
        double[] values = Arrays.stream(eigen.getEigenvalues())
                .map(x -> (x - shift) / unit)
                .toArray();
        double[][] rows = new double[vectors ? values.length : 0][];
        for (int k = 0; k < rows.length; k++) {
            rows[k] = eigen.getEigenvector(k).toArray();
        }
        return new Eigen(values, rows);
    }

    /** max |M_ij|, NaN if an entry is NaN. */
    static double largest(double[][] matrix) {
        double largest = 0;
        for (double[] row : matrix) {
            for (double entry : row) {
                largest = Math.max(largest, Math.abs(entry));
            }
        }
        return largest;
    }

    /** M x. */
    static double[] multiply(double[][] matrix, double[] x) {
        return Arrays.stream(matrix).mapToDouble(row -> dot(row, x)).toArray();
    }

    static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    /** ‖x‖₂ without overflow of the squares. */
    static double norm(double[] x) {
        double largest = 0;
        for (double entry : x) {
            largest = Math.max(largest, Math.abs(entry));
        }
        if (largest == 0 || !(largest <= Double.MAX_VALUE)) {
            return largest;
        }
        double sum = 0;
        for (double entry : x) {
            sum += (entry / largest) * (entry / largest);
        }
        return largest * Math.sqrt(sum);
    }
}
