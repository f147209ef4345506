package soopt.curvature;

import java.util.Arrays;
import soopt.backend.dense.Cholesky;
import soopt.backend.dense.SymmetricEigen;

/** Small symmetric matrices [S, S] in float64 on the host, for the record of a run: spectrum, inverse, products. */
public final class Matrices {
    /** Rows from which on time counts more than the last bits of earlier versions. */
    private static final int LARGE = 100;
    /** Scales as even as this part of them need no more sweeps. */
    private static final double EVEN = 1e-2;

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
        double[] eigenvalues = SymmetricEigen.values(symmetrized(symmetric)).orElse(new double[0]);
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
        double[][] logs = new double[size][];
        Arrays.setAll(
                logs,
                i -> Arrays.stream(matrix[i]).map(x -> Math.log(Math.abs(x))).toArray());
        double[] logScale = new double[size];
        double change = Double.POSITIVE_INFINITY;
        for (int sweep = 0; sweep < 50 && !(size >= LARGE && change < EVEN); sweep++) {
            change = 0;
            for (int i = 0; i < size; i++) {
                double before = logScale[i];
                logScale[i] = logScale(logs[i], i, logScale);
                change = Math.max(change, Double.isInfinite(logScale[i]) ? 0 : Math.abs(logScale[i] - before));
            }
        }
        return Arrays.stream(logScale).map(Math::exp).toArray();
    }

    /** Of row i, those of the other rows being given; −∞ if all of it is 0. */
    private static double logScale(double[] logs, int i, double[] logScale) {
        double sum = 0;
        double weight = 0;
        for (int j = 0; j < logs.length; j++) {
            if (logs[j] != Double.NEGATIVE_INFINITY) {
                sum += logs[j] + (i == j ? 0 : logScale[j]);
                weight += i == j ? 2 : 1;
            }
        }
        return weight == 0 ? Double.NEGATIVE_INFINITY : -sum / weight;
    }

    /** By Cholesky's factors where that is certain to lose nothing, by eigenvectors else; no rows if singular. */
    private static double[][] invertScaled(double[][] scaled) {
        int size = scaled.length;
        // the halves may differ by rounding, as after scaling rows and columns
        double[][] symmetric = symmetrized(scaled);
        if (size >= LARGE) {
            Cholesky cholesky = new Cholesky(size);
            if (cholesky.factor(symmetric, 0, new double[size]) == size) {
                double[][] inverse = rows(cholesky.inverse(), size);
                if (rowSum(symmetric) * rowSum(inverse) < 1 / (size * Math.ulp(1.0))) {
                    return inverse;
                }
            }
        }
        return SymmetricEigen.of(symmetric).map(Matrices::invert).orElse(new double[0][]);
    }

    /** Σ v vᵀ/λ, or no rows if some |λ| is within rounding of 0. */
    private static double[][] invert(SymmetricEigen eigen) {
        int size = eigen.size();
        double largest = Arrays.stream(eigen.values()).map(Math::abs).max().orElse(Double.NaN);
        double threshold = size * Math.ulp(1.0) * largest;
        if (!Arrays.stream(eigen.values()).allMatch(value -> Math.abs(value) > threshold)) {
            return new double[0][];
        }
        return rows(eigen.apply(value -> 1 / value), size);
    }

    private static double[][] rows(double[] matrix, int size) {
        double[][] rows = new double[size][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(matrix, i * size, (i + 1) * size));
        return rows;
    }

    /** max_i Σ_j |M_ij| ≥ max |λ|. */
    private static double rowSum(double[][] matrix) {
        double largest = 0;
        for (double[] row : matrix) {
            double sum = 0;
            for (double entry : row) {
                sum += Math.abs(entry);
            }
            largest = Math.max(largest, sum);
        }
        return largest;
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
    public static double[] multiply(double[][] matrix, double[] x) {
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
