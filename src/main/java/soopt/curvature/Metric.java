package soopt.curvature;

import soopt.backend.Tensor;

/** A symmetric matrix [P, P] that no direction makes negative, known by its products. */
public interface Metric {
    /** out [P] ← F v. */
    void times(Tensor v, Tensor out);

    /** out [n, P] ← F v for each row of v [n, P]. */
    default void timesRows(Tensor v, Tensor out) {
        for (int row = 0; row < v.length(0); row++) {
            times(
                    v.rows(row, row + 1).reshape(v.length(1)),
                    out.rows(row, row + 1).reshape(out.length(1)));
        }
    }
}
