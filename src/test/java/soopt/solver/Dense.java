package soopt.solver;

import java.util.Arrays;
import java.util.Random;
import soopt.backend.Backend;
import soopt.backend.Tensor;

/** Small dense matrices in plain loops, and what a test wants of them. */
final class Dense {
    private Dense() {}

    /** Q diag(λ) Qᵀ with a random orthogonal Q. */
    static double[][] withSpectrum(Random random, double... eigenvalues) {
        return withVectors(orthogonal(random, eigenvalues.length), eigenvalues);
    }

    /** Σ λ_i q_i q_iᵀ for vectors in rows. */
    static double[][] withVectors(double[][] vectors, double... eigenvalues) {
        int n = eigenvalues.length;
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                for (int k = 0; k < n; k++) {
                    a[i][j] += eigenvalues[k] * vectors[k][i] * vectors[k][j];
                }
                a[j][i] = a[i][j];
            }
        }
        return a;
    }

    /** Orthonormal rows: normal ones, each made orthogonal to those before it twice. */
    static double[][] orthogonal(Random random, int n) {
        double[][] q = new double[n][];
        for (int i = 0; i < n; i++) {
            q[i] = random.doubles(n, -1, 1).toArray();
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < i; j++) {
                    add(-dot(q[i], q[j]), q[j], q[i]);
                }
            }
            double norm = norm(q[i]);
            double[] row = q[i];
            Arrays.setAll(row, k -> row[k] / norm);
        }
        return q;
    }

    static Operator operator(Backend backend, double[][] a) {
        return (v, out) -> backend.fromHost(times(a, host(backend, v)), 0, out);
    }

    static Tensor tensor(Backend backend, double... values) {
        Tensor tensor = backend.allocate(values.length);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    static double[] host(Backend backend, Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    static double[] times(double[][] a, double[] x) {
        return Arrays.stream(a).mapToDouble(row -> dot(row, x)).toArray();
    }

    static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    static double norm(double[] x) {
        return Math.sqrt(dot(x, x));
    }

    /** y ← y + α x. */
    static void add(double alpha, double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            y[i] += alpha * x[i];
        }
    }

    /** x − y. */
    static double[] minus(double[] x, double[] y) {
        double[] difference = x.clone();
        add(-1, y, difference);
        return difference;
    }

    /** ½ xᵀAx − bᵀx. */
    static double model(double[][] a, double[] b, double[] x) {
        return 0.5 * dot(x, times(a, x)) - dot(b, x);
    }

    /** n numbers from a to b, each by the same factor larger. */
    static double[] geometric(double a, double b, int n) {
        double[] values = new double[n];
        Arrays.setAll(values, i -> a * Math.pow(b / a, i / (n - 1.0)));
        return values;
    }
}
