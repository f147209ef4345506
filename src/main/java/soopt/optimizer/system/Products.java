package soopt.optimizer.system;

import soopt.backend.Tensor;
import soopt.curvature.Linearization;
import soopt.curvature.Metric;

/** A matrix B [P, P] at one θ, known by its products. */
public interface Products {
    /** out [P] ← B v. */
    void times(Tensor v, Tensor out);

    /** out [n, P] ← B v for each row of v [n, P]. */
    void timesRows(Tensor v, Tensor out);

    static Products of(Metric metric) {
        return new Products() {
            @Override
            public void times(Tensor v, Tensor out) {
                metric.times(v, out);
            }

            @Override
            public void timesRows(Tensor v, Tensor out) {
                metric.timesRows(v, out);
            }
        };
    }

    /** Of a linearization that is open. */
    static Products of(Matrix matrix, Linearization here) {
        return new Products() {
            @Override
            public void times(Tensor v, Tensor out) {
                matrix.times(here, v, out);
            }

            @Override
            public void timesRows(Tensor v, Tensor out) {
                matrix.timesRows(here, v, out);
            }
        };
    }
}
