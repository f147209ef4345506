package soopt.model.tangent;

import soopt.backend.Backend;
import soopt.backend.Tensor;

/**
 * Sums of the full third-order tensor D³L[u_i, u_j, u_k] over layers, chunks and rounds, in float64 (curvature.md §7).
 * Directions are given by their position in a round of n.
 */
public final class ThirdOrder {
    private final Backend backend;
    private final double[][][] sums;
    private int n;
    private Round round;

    public ThirdOrder(Backend backend, int groups) {
        this.backend = backend;
        this.sums = new double[groups][groups][groups];
        begin(Round.whole(groups));
    }

    /** From here on, directions are those of this round, and entries that another one counts are left out. */
    public void begin(Round next) {
        round = next;
        n = next.size();
    }

    private void add(int i, int j, int k, double value) {
        if (round.counts(i, j, k)) {
            sums[round.group(i)][round.group(j)][round.group(k)] += value;
        }
    }

    /** Σ_m w_m x_im x_jm x_km, symmetric; x: [n, M], w: [M]; scratch: [M]. */
    public void addSymmetric(Tensor x, Tensor w) {
        try (Tensor scratch = backend.allocate((int) w.size())) {
            for (int i = 0; i < n; i++) {
                backend.multiply(x.rows(i, i + 1), w, scratch);
                addMatrix(i, gram(x, scratch));
            }
        }
    }

    /** The three terms ⟨y_i, w x_j x_k⟩, ⟨y_j, w x_i x_k⟩, ⟨y_k, w x_i x_j⟩; x, y: [n, M], w: [M]. */
    public void addThreeOrders(Tensor y, Tensor x, Tensor w) {
        try (Tensor scratch = backend.allocate((int) w.size())) {
            for (int i = 0; i < n; i++) {
                backend.multiply(y.rows(i, i + 1), w, scratch);
                double[] matrix = gram(x, scratch);
                for (int j = 0; j < n; j++) {
                    for (int k = 0; k < n; k++) {
                        double value = matrix[j * n + k];
                        add(i, j, k, value);
                        add(j, i, k, value);
                        add(j, k, i, value);
                    }
                }
            }
        }
    }

    /** B_ijk = products_ik for the one j given, added in all six orders of its indices. */
    public void addAllOrders(int j, Tensor products) {
        double[] matrix = new double[n * n];
        backend.toHost(products, matrix, 0);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                double value = matrix[i * n + k];
                add(i, j, k, value);
                add(i, k, j, value);
                add(j, i, k, value);
                add(j, k, i, value);
                add(k, i, j, value);
                add(k, j, i, value);
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
                add(i, j, k, matrix[j * n + k]);
            }
        }
    }

    public double[][][] result() {
        return sums;
    }
}
