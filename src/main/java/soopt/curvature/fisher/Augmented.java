package soopt.curvature.fisher;

import soopt.backend.Backend;
import soopt.backend.Tensor;

/**
 * A matrix [n + 1, n + 1] that acts on a weight's n inputs and on 1, cut where weights and biases are.
 *
 * @param columns [n + 1, n] what belongs to the inputs
 * @param last [n + 1] what belongs to 1
 */
public record Augmented(Tensor columns, Tensor last) implements AutoCloseable {
    public static Augmented allocate(Backend backend, int n) {
        return new Augmented(backend.allocate(n + 1, n), backend.allocate(n + 1));
    }

    /** n. */
    public int inputs() {
        return columns.length(1);
    }

    /** @param matrix [(n + 1)²] on the host */
    public void set(Backend backend, double[] matrix) {
        int n = inputs();
        double[] left = new double[(n + 1) * n];
        double[] right = new double[n + 1];
        for (int row = 0; row <= n; row++) {
            System.arraycopy(matrix, row * (n + 1), left, row * n, n);
            right[row] = matrix[row * (n + 1) + n];
        }
        backend.fromHost(left, 0, columns);
        backend.fromHost(right, 0, last);
    }

    @Override
    public void close() {
        last.close();
        columns.close();
    }
}
