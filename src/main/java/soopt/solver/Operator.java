package soopt.solver;

import soopt.backend.Backend;
import soopt.backend.Tensor;

/** A symmetric matrix A [P, P] known by its products. */
@FunctionalInterface
public interface Operator {
    /** out [P] ← A v, v [P]; v is not modified, and out is not v. */
    void apply(Tensor v, Tensor out);

    /** A + λ I. */
    default Operator shifted(Backend backend, double lambda) {
        return (v, out) -> {
            apply(v, out);
            backend.axpyInPlace(lambda, v, out);
        };
    }
}
