package soopt.curvature.fisher;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Decompositions;
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

    /** Where a matrix [n + 1, n + 1] goes. */
    public Decompositions.Columns target() {
        return new Decompositions.Columns(columns, Optional.of(last));
    }

    /** @param matrix [(n + 1)²] on the host */
    public void set(Backend backend, double[] matrix) {
        target().set(backend, matrix);
    }

    @Override
    public void close() {
        last.close();
        columns.close();
    }
}
