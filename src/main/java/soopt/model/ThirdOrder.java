package soopt.model;

import soopt.backend.Backend;
import soopt.backend.Tensor;

/** Sums of the full third-order tensor D³L[u_i, u_j, u_k] over layers and chunks, in float64 (CURVATURE.md §7). */
final class ThirdOrder {
    private final int n;
    private final Backend backend;
    private final double[][][] sums;

    ThirdOrder(Backend backend, int groups) {
        this.backend = backend;
        this.n = groups;
        this.sums = new double[groups][groups][groups];
    }

    /** Σ_m w_m x_im x_jm x_km, symmetric; x: [n, M], w: [M]; scratch: [M]. */
    void addSymmetric(Tensor x, Tensor w) {
        try (Tensor scratch = backend.allocate((int) w.size())) {
            for (int i = 0; i < n; i++) {
                backend.multiply(x.rows(i, i + 1), w, scratch);
                addMatrix(i, gram(x, scratch));
            }
        }
    }

    /** The three terms ⟨y_i, w x_j x_k⟩, ⟨y_j, w x_i x_k⟩, ⟨y_k, w x_i x_j⟩; x, y: [n, M], w: [M]. */
    void addThreeOrders(Tensor y, Tensor x, Tensor w) {
        try (Tensor scratch = backend.allocate((int) w.size())) {
            for (int i = 0; i < n; i++) {
                backend.multiply(y.rows(i, i + 1), w, scratch);
                double[] matrix = gram(x, scratch);
                for (int j = 0; j < n; j++) {
                    for (int k = 0; k < n; k++) {
                        double value = matrix[j * n + k];
                        sums[i][j][k] += value;
                        sums[j][i][k] += value;
                        sums[j][k][i] += value;
                    }
                }
            }
        }
    }

    /** B_ijk = products_ik for the one j given, added in all six orders of its indices. */
    void addAllOrders(int j, Tensor products) {
        double[] matrix = new double[n * n];
        backend.toHost(products, matrix, 0);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                double value = matrix[i * n + k];
                sums[i][j][k] += value;
                sums[i][k][j] += value;
                sums[j][i][k] += value;
                sums[j][k][i] += value;
                sums[k][i][j] += value;
                sums[k][j][i] += value;
            }
        }
    }

    private double[] gram(Tensor x, Tensor w) {
        double[] out = new double[n * n];
        backend.gram(1, x, w, out, n);
        return out;
    }

    private void addMatrix(int i, double[] matrix) {
        for (int j = 0; j < n; j++) {
            for (int k = 0; k < n; k++) {
                sums[i][j][k] += matrix[j * n + k];
            }
        }
    }

    double[][][] result() {
        return sums;
    }
}
