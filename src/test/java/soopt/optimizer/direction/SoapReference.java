package soopt.optimizer.direction;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Vyas et al. 2024, algorithms 3 and 4, index by index: eigenvectors by Jacobi's rotations, then by power iterations
 * and Gram–Schmidt; the first moment stays in the original space. The first step is Adam's.
 */
final class SoapReference {
    private final int[] shape;
    private final double beta1;
    private final double beta2;
    private final double decay;
    private final double epsilon;
    private final int sampling;
    private final int period;
    private final int untouched;
    private final double[][][] factors;
    private final double[][][] bases;
    private final double[] mean;
    private double[] square;
    private int steps;

    SoapReference(int[] shape, double beta1, double beta2, double decay, double epsilon, int period, int untouched) {
        this(shape, beta1, beta2, decay, epsilon, 1, period, untouched);
    }

    /**
     * @param sampling steps from one gradient in the factors to the next
     * @param untouched how many of the first axes are never turned
     */
    SoapReference(
            int[] shape,
            double beta1,
            double beta2,
            double decay,
            double epsilon,
            int sampling,
            int period,
            int untouched) {
        this.sampling = sampling;
        this.untouched = untouched;
        this.shape = shape;
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.decay = decay;
        this.epsilon = epsilon;
        this.period = period;
        this.factors = new double[shape.length][][];
        this.bases = new double[shape.length][][];
        int size = 1;
        for (int i = 0; i < shape.length; i++) {
            factors[i] = new double[shape[i]][shape[i]];
            bases[i] = identity(shape[i]);
            size *= shape[i];
        }
        this.mean = new double[size];
        this.square = new double[size];
    }

    double[] next(double[] gradient) {
        steps++;
        double[] turned = turn(gradient, false);
        double[] direction = new double[mean.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = beta1 * mean[i] + (1 - beta1) * gradient[i];
            square[i] = beta2 * square[i] + (1 - beta2) * turned[i] * turned[i];
        }
        double[] turnedMean = turn(mean, false);
        for (int i = 0; i < mean.length; i++) {
            double m = turnedMean[i] / (1 - Math.pow(beta1, steps));
            double v = square[i] / (1 - Math.pow(beta2, steps));
            direction[i] = m / (Math.sqrt(v) + epsilon);
        }
        direction = turn(direction, true);
        for (int axis = untouched; axis < shape.length; axis++) {
            if ((steps - 1) % sampling == 0) {
                observe(gradient, axis);
            }
            if ((steps - 1) % period == 0) {
                refresh(axis);
            }
        }
        if (steps == 1) {
            double[] first = turn(gradient, false);
            Arrays.setAll(square, i -> (1 - beta2) * first[i] * first[i]);
        }
        return direction;
    }

    private int stride(int axis) {
        return Arrays.stream(shape, axis + 1, shape.length).reduce(1, (x, y) -> x * y);
    }

    private void observe(double[] gradient, int axis) {
        int n = shape[axis];
        int stride = stride(axis);
        double[][] gram = new double[n][n];
        for (int i = 0; i < gradient.length; i++) {
            int place = i / stride % n;
            for (int j = 0; j < n; j++) {
                gram[place][j] += gradient[i] * gradient[i + (j - place) * stride];
            }
        }
        double kept = Math.pow(decay, sampling);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                factors[axis][i][j] = kept * factors[axis][i][j] + (1 - kept) * gram[i][j];
            }
        }
    }

    /** Along each axis y = U x, or Uᵀ x. */
    private double[] turn(double[] x, boolean back) {
        double[] from = x;
        for (int axis = 0; axis < shape.length; axis++) {
            from = along(back ? transposed(bases[axis]) : bases[axis], from, axis);
        }
        return from;
    }

    private double[] along(double[][] matrix, double[] x, int axis) {
        int stride = stride(axis);
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int place = i / stride % shape[axis];
            for (int j = 0; j < shape[axis]; j++) {
                y[i] += matrix[place][j] * x[i + (j - place) * stride];
            }
        }
        return y;
    }

    private void refresh(int axis) {
        double[][] h = factors[axis];
        double[][] u = steps == 1 ? jacobi(h) : bases[axis];
        double[][] product = times(u, h);
        double[] values = new double[h.length];
        for (int k = 0; k < h.length; k++) {
            for (int i = 0; i < h.length; i++) {
                values[k] += u[k][i] * product[k][i];
            }
        }
        double[][] rows = steps == 1 ? u : product;
        int[] order = IntStream.range(0, h.length)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> -values[k]))
                .mapToInt(k -> k)
                .toArray();
        double[][] permutation = new double[h.length][h.length];
        double[][] sorted = new double[h.length][];
        for (int k = 0; k < h.length; k++) {
            permutation[k][order[k]] = 1;
            sorted[k] = rows[order[k]];
        }
        square = along(permutation, square, axis);
        bases[axis] = orthonormalRows(sorted);
    }

    /** Eigenvectors in rows, by rotations that clear one entry after another. */
    private static double[][] jacobi(double[][] matrix) {
        int n = matrix.length;
        double[][] a = times(identity(n), matrix);
        double[][] u = identity(n);
        for (int sweep = 0; sweep < 30; sweep++) {
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    double angle = 0.5 * Math.atan2(2 * a[p][q], a[p][p] - a[q][q]);
                    double[][] rotation = identity(n);
                    rotation[p][p] = Math.cos(angle);
                    rotation[q][q] = Math.cos(angle);
                    rotation[p][q] = Math.sin(angle);
                    rotation[q][p] = -Math.sin(angle);
                    a = times(times(rotation, a), transposed(rotation));
                    u = times(rotation, u);
                }
            }
        }
        return u;
    }

    /** Gram–Schmidt, twice. */
    static double[][] orthonormalRows(double[][] rows) {
        double[][] q = new double[rows.length][];
        for (int k = 0; k < rows.length; k++) {
            q[k] = rows[k].clone();
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < k; j++) {
                    double product = dot(q[j], q[k]);
                    for (int i = 0; i < q[k].length; i++) {
                        q[k][i] -= product * q[j][i];
                    }
                }
            }
            double length = Math.sqrt(dot(q[k], q[k]));
            double[] row = q[k];
            Arrays.setAll(row, i -> row[i] / length);
        }
        return q;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static double[][] identity(int n) {
        double[][] identity = new double[n][n];
        for (int i = 0; i < n; i++) {
            identity[i][i] = 1;
        }
        return identity;
    }

    static double[][] times(double[][] x, double[][] y) {
        double[][] product = new double[x.length][y[0].length];
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < y.length; k++) {
                for (int j = 0; j < y[0].length; j++) {
                    product[i][j] += x[i][k] * y[k][j];
                }
            }
        }
        return product;
    }

    static double[][] transposed(double[][] x) {
        double[][] result = new double[x[0].length][x.length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < x[0].length; j++) {
                result[j][i] = x[i][j];
            }
        }
        return result;
    }
}
