package soopt.optimizer;

import java.util.Arrays;

/** BFGS on ½ xᵀAx in plain loops (Nocedal and Wright 2006, eq. 6.17, 6.20 and procedure 18.2), without line search. */
final class BfgsReference {
    private BfgsReference() {}

    /** x after each step. */
    static double[][] path(double[][] a, double[] start, double eta, boolean damps, int steps) {
        int n = start.length;
        double[][] path = new double[steps][];
        double[] x = start.clone();
        double[][] h = identity(n, 1);
        boolean first = true;
        for (int t = 0; t < steps; t++) {
            double[] g = times(a, x);
            double alpha = first
                    ? eta * Math.min(1, 1 / Arrays.stream(g).map(Math::abs).sum())
                    : eta;
            double[] direction = times(h, g);
            if (dot(direction, g) <= 0) {
                throw new AssertionError("H is not positive definite");
            }
            double[] s = new double[n];
            Arrays.setAll(s, i -> -alpha * direction[i]);
            for (int i = 0; i < n; i++) {
                x[i] += s[i];
            }
            path[t] = x.clone();
            double[] y = times(a, s);
            double ys = dot(y, s);
            // B s = −α g
            double model = -alpha * dot(s, g);
            if (damps && (first ? ys <= 0 : ys < 0.2 * model)) {
                double phi = 0.8 * model / (model - ys);
                double[] measured = y;
                double[] mixed = new double[n];
                Arrays.setAll(mixed, i -> phi * measured[i] - (1 - phi) * alpha * g[i]);
                y = mixed;
                ys = dot(y, s);
            }
            if (ys > 0) {
                h = updated(first ? identity(n, ys / dot(y, y)) : h, s, y, ys);
                first = false;
            }
        }
        return path;
    }

    /** (I − s yᵀ/ys) H (I − y sᵀ/ys) + s sᵀ/ys. */
    private static double[][] updated(double[][] h, double[] s, double[] y, double ys) {
        int n = s.length;
        double[] hy = times(h, y);
        double yhy = dot(y, hy);
        double[][] result = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                result[i][j] = h[i][j] - (s[i] * hy[j] + hy[i] * s[j]) / ys + (1 + yhy / ys) * s[i] * s[j] / ys;
            }
        }
        return result;
    }

    private static double[][] identity(int n, double scale) {
        double[][] identity = new double[n][n];
        for (int i = 0; i < n; i++) {
            identity[i][i] = scale;
        }
        return identity;
    }

    private static double[] times(double[][] a, double[] x) {
        double[] product = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            product[i] = dot(a[i], x);
        }
        return product;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
