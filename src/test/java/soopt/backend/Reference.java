package soopt.backend;

import java.util.Arrays;

/** The operations of a backend as plain float64 loops with compensated sums. */
public final class Reference {
    private Reference() {}

    /** A sum whose own error is one roundoff (Neumaier 1974). */
    static final class Sum {
        private double sum;
        private double lost;

        void add(double term) {
            double next = sum + term;
            lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
            sum = next;
        }

        double value() {
            return sum + lost;
        }
    }

    public static double[] absolute(double[] x) {
        double[] values = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            values[i] = Math.abs(x[i]);
        }
        return values;
    }

    /** α x_i + β y_i. */
    static double[] combine(double alpha, double[] x, double beta, double[] y) {
        double[] values = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            values[i] = alpha * x[i] + beta * y[i];
        }
        return values;
    }

    /** x_i y_{i mod M}. */
    static double[] multiply(double[] x, double[] y) {
        double[] values = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            values[i] = x[i] * y[i % y.length];
        }
        return values;
    }

    static double dot(double[] x, double[] y) {
        Sum sum = new Sum();
        for (int i = 0; i < x.length; i++) {
            sum.add(x[i] * y[i]);
        }
        return sum.value();
    }

    static double[] transpose(double[] x, int rows, int columns) {
        double[] values = new double[x.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                values[j * rows + i] = x[i * columns + j];
            }
        }
        return values;
    }

    /** α a b + β c; a: [m, k], b: [k, n], c: [m, n], not read if β = 0. */
    static double[] gemm(int m, int n, int k, double alpha, double[] a, double[] b, double beta, double[] c) {
        double[] values = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                Sum sum = new Sum();
                for (int l = 0; l < k; l++) {
                    sum.add(a[i * k + l] * b[l * n + j]);
                }
                values[i * n + j] = alpha * sum.value() + (beta == 0 ? 0 : beta * c[i * n + j]);
            }
        }
        return values;
    }

    /** out_{s·stride+t} += α Σ_i w_i x_si x_ti; x: [n, M]. */
    static void gram(double alpha, double[] x, double[] w, int n, double[] out, int stride) {
        int m = n == 0 ? 0 : x.length / n;
        for (int s = 0; s < n; s++) {
            for (int t = 0; t < n; t++) {
                Sum sum = new Sum();
                for (int i = 0; i < m; i++) {
                    sum.add((w == null ? 1 : w[i]) * x[s * m + i] * x[t * m + i]);
                }
                out[s * stride + t] += alpha * sum.value();
            }
        }
    }

    /** third_s += Σ λσ‴ ż_s³ + 3 λσ″ ż_s z̈_s. */
    static void third(
            double[] first, double[] second, int n, int n2, double[] lambda, double[] s2, double[] s3, double[] third) {
        int m = lambda.length;
        for (int s = 0; s < n; s++) {
            Sum sum = new Sum();
            for (int i = 0; i < m; i++) {
                double z1 = first[s * m + i];
                sum.add(lambda[i] * s3[i] * z1 * z1 * z1);
                if (s < n2) {
                    sum.add(3 * lambda[i] * s2[i] * z1 * second[s * m + i]);
                }
            }
            third[s] += sum.value();
        }
    }

    /** softmax of each row of y [N, C]. */
    static double[] softmax(double[] y, int classes) {
        double[] p = new double[y.length];
        for (int row = 0; row < y.length; row += classes) {
            double max = max(y, row, classes);
            double sum = sumExp(y, row, classes);
            for (int c = 0; c < classes; c++) {
                p[row + c] = Math.exp(y[row + c] - max) / sum;
            }
        }
        return p;
    }

    static double logSumExp(double[] y, int row, int classes) {
        return max(y, row, classes) + Math.log(sumExp(y, row, classes));
    }

    private static double max(double[] y, int row, int classes) {
        double max = y[row];
        for (int c = 1; c < classes; c++) {
            max = Math.max(max, y[row + c]);
        }
        return max;
    }

    /** Σ exp(y_c − max y). */
    private static double sumExp(double[] y, int row, int classes) {
        double max = max(y, row, classes);
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp(y[row + c] - max);
        }
        return sum;
    }

    /** v − Σ_c p_c v_c for each example of each direction; p: [N, C], v: [n, N, C]. */
    static double[] centre(double[] p, double[] v, int classes) {
        double[] values = v.clone();
        for (int row = 0; row < v.length; row += classes) {
            double mean = 0;
            for (int c = 0; c < classes; c++) {
                mean += p[row % p.length + c] * v[row + c];
            }
            for (int c = 0; c < classes; c++) {
                values[row + c] -= mean;
            }
        }
        return values;
    }

    /** gram, third, ȧ and ä of {@link Backend#activationTangents}, added to ones; s: σ′, σ″, σ‴. */
    static double[] tangents(
            double[] first, double[] second, int n, int n2, double[] lambda, double[][] s, boolean thirdOrder) {
        int m = lambda.length;
        double[] gram = ones((n + 2) * (n + 2));
        double[] third = ones(n);
        gram(1, first, multiply(lambda, s[1]), n, gram, n + 2);
        double[] newSecond = new double[thirdOrder ? n * m : 0];
        if (thirdOrder) {
            third(first, second, n, n2, lambda, s[1], s[2], third);
            for (int i = 0; i < n * m; i++) {
                double linear = i < n2 * m ? s[0][i % m] * second[i] : 0;
                newSecond[i] = linear + s[1][i % m] * first[i] * first[i];
            }
        }
        return Arena.join(gram, third, multiply(first, s[0]), newSecond);
    }

    /** gram and third of {@link Backend#softmaxTangents}, added to ones. */
    static double[] softmaxTangents(
            double w, double[] centred, double[] second, double[] p, int n, int n2, boolean thirdOrder) {
        double[] gram = ones((n + 1) * (n + 1));
        double[] third = ones(n);
        gram(w, centred, p, n, gram, n + 1);
        if (thirdOrder) {
            double[] weight = new double[p.length];
            Arrays.fill(weight, w);
            third(centred, second, n, n2, weight, p, p, third);
        }
        return Arena.join(gram, third);
    }

    /** dots, pairedDots, gram and weighted gram of rows x with y [M] and z [n, M], added to ones. */
    static double[] contractions(double alpha, double[] x, double[] y, double[] z, int n, int stride) {
        int m = y.length;
        double[] dots = gemm(n, 1, m, alpha, x, y, 1, ones(n));
        double[] pairs = ones(n);
        for (int s = 0; s < n; s++) {
            pairs[s] +=
                    alpha * dot(Arrays.copyOfRange(x, s * m, (s + 1) * m), Arrays.copyOfRange(z, s * m, (s + 1) * m));
        }
        double[] gram = ones(stride * stride);
        double[] weighted = ones(stride * stride);
        gram(alpha, x, null, n, gram, stride);
        gram(alpha, x, y, n, weighted, stride);
        return Arena.join(dots, pairs, gram, weighted);
    }

    static double[] ones(int n) {
        double[] values = new double[n];
        Arrays.fill(values, 1);
        return values;
    }
}
