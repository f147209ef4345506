package soopt.solver.dense;

import java.util.function.BiConsumer;
import soopt.backend.dense.SymmetricEigen;

/**
 * Whether what was made of a symmetric matrix M [n, n] solves a system with it: the one with b_i = ±1, which no pattern
 * of a matrix is made for.
 *
 * @param matrix [n·n] row-major M, of which the lower triangle is read
 */
record Trial(double[] matrix, int size) {
    boolean isFinite() {
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                if (!Double.isFinite(matrix[i * size + j])) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Σ|M_ii|/n. */
    double meanDiagonal() {
        double mean = 0;
        for (int i = 0; i < size; i++) {
            mean += Math.abs(matrix[i * size + i]) / size;
        }
        return mean;
    }

    /** ‖A x − b‖ / (‖A‖ ‖x‖ + ‖b‖) of A = M + shift I and x = solve(b), in the norm of the largest entry. */
    double backwardError(double shift, BiConsumer<double[], double[]> solve) {
        double[] b = signs();
        double[] x = new double[size];
        solve.accept(b, x);
        return error(x, b, shift, largest(x));
    }

    /** ‖M b − VΛVᵀ b‖ / (‖M‖ ‖b‖ + ‖M b‖). */
    double distance(SymmetricEigen eigen) {
        double[] b = signs();
        double[] product = new double[size];
        eigen.multiply(value -> value, b, product);
        return error(b, product, 0, 1);
    }

    /** ‖(M + shift I) x − y‖ / (‖M + shift I‖ length + ‖y‖). */
    private double error(double[] x, double[] y, double shift, double length) {
        double[] product = new double[size];
        double[] sums = new double[size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                double entry = matrix[i * size + j];
                product[i] += entry * x[j];
                product[j] += entry * x[i];
                sums[i] += Math.abs(entry);
                sums[j] += Math.abs(entry);
            }
            double diagonal = matrix[i * size + i] + shift;
            product[i] += diagonal * x[i];
            sums[i] += Math.abs(diagonal);
        }
        double scale = largest(sums) * length + largest(y);
        for (int i = 0; i < size; i++) {
            product[i] -= y[i];
        }
        double error = largest(product);
        return error == 0 ? 0 : error / scale;
    }

    private double[] signs() {
        double[] signs = new double[size];
        long state = 0x9E3779B97F4A7C15L;
        for (int i = 0; i < size; i++) {
            // Marsaglia's xorshift (2003)
            state ^= state << 13;
            state ^= state >>> 7;
            state ^= state << 17;
            signs[i] = state < 0 ? -1 : 1;
        }
        return signs;
    }

    /** max |x_i|; NaN if one is. */
    private static double largest(double[] x) {
        double largest = 0;
        for (double entry : x) {
            largest = Math.max(largest, Math.abs(entry));
        }
        return largest;
    }
}
