package soopt.backend.dense;

import java.util.Random;

/** Symmetric matrices [n·n] with known properties. */
final class DenseMatrices {
    private DenseMatrices() {}

    /** The 1-D Laplacian: 2 on the diagonal, −1 beside it; λ_k = 4 sin²(kπ/(2(n + 1))). */
    static double[] laplacian(int size) {
        double[] matrix = new double[size * size];
        for (int i = 0; i < size; i++) {
            matrix[i * size + i] = 2;
            if (i > 0) {
                matrix[i * size + i - 1] = -1;
                matrix[(i - 1) * size + i] = -1;
            }
        }
        return matrix;
    }

    /** Entries of a normal distribution. */
    static double[] indefinite(int size, long seed) {
        Random random = new Random(seed);
        double[] matrix = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                matrix[i * size + j] = random.nextGaussian();
                matrix[j * size + i] = matrix[i * size + j];
            }
        }
        return matrix;
    }

    /** F Fᵀ/n with F: [n, rank] uniform in [−1, 1), plus shift I. */
    static double[] gram(int size, int rank, double shift, long seed) {
        double[] f = new Random(seed).doubles((long) size * rank, -1, 1).toArray();
        double[] matrix = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = i == j ? shift * size : 0;
                for (int k = 0; k < rank; k++) {
                    sum += f[i * rank + k] * f[j * rank + k];
                }
                matrix[i * size + j] = sum / size;
                matrix[j * size + i] = matrix[i * size + j];
            }
        }
        return matrix;
    }

    /** A B [n·n]. */
    static double[] product(double[] a, double[] b, int size) {
        double[] c = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int k = 0; k < size; k++) {
                double factor = a[i * size + k];
                for (int j = 0; j < size; j++) {
                    c[i * size + j] += factor * b[k * size + j];
                }
            }
        }
        return c;
    }

    static double[] transposed(double[] a, int size) {
        double[] result = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                result[j * size + i] = a[i * size + j];
            }
        }
        return result;
    }

    static double[] identity(int size) {
        double[] result = new double[size * size];
        for (int i = 0; i < size; i++) {
            result[i * size + i] = 1;
        }
        return result;
    }

    /** max |x_i − y_i|, NaN if one is. */
    static double distance(double[] x, double[] y) {
        double largest = 0;
        for (int i = 0; i < x.length; i++) {
            largest = Math.max(largest, Math.abs(x[i] - y[i]));
        }
        return largest;
    }
}
