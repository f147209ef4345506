package soopt.backend;

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
}
