package soopt.solver;

import soopt.backend.Backend;
import soopt.backend.Tensor;

/** A symmetric matrix A [P, P] known by its products. */
@FunctionalInterface
public interface Operator {
    /** out [P] ← A v, v [P]; v is not modified, and out is not v. */
    void apply(Tensor v, Tensor out);

    /** out [n, P] ← A v for each row of v [n, P]. */
    default void applyRows(Tensor v, Tensor out) {
        for (int row = 0; row < v.length(0); row++) {
            apply(
                    v.rows(row, row + 1).reshape(v.length(1)),
                    out.rows(row, row + 1).reshape(out.length(1)));
        }
    }

    /** A + λ I. */
    default Operator shifted(Backend backend, double lambda) {
        return (v, out) -> {
            apply(v, out);
            backend.axpyInPlace(lambda, v, out);
        };
    }
}
