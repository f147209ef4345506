package soopt.solver.spectrum;

import java.util.random.RandomGenerator;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.solver.Operator;

/** Traces of matrices known by their products. */
public final class Trace {
    private Trace() {}

    /**
     * tr A = E zᵀAz for z with entries ±1 (Hutchinson 1990); the variance of one sample is 2 Σ_{i≠j} A_ij², so that a
     * diagonal matrix takes one.
     *
     * @param size P
     * @param samples ≥ 1, each a product
     * @param together products at once, ≥ 1; no choice changes the numbers drawn
     */
    public static Estimate hutchinson(
            Backend backend, Operator matrix, int size, int samples, int together, RandomGenerator random) {
        Probes probes = new Probes(backend, size);
        double[] values = new double[samples];
        int rows = Math.min(samples, together);
        try (Tensor z = backend.allocate(rows, size);
                Tensor product = backend.allocate(rows, size)) {
            for (int from = 0; from < samples; from += rows) {
                int count = Math.min(rows, samples - from);
                for (int i = 0; i < count; i++) {
                    probes.rademacher(random, z.slice((long) i * size, size));
                }
                matrix.applyRows(z.rows(0, count), product.rows(0, count));
                for (int i = 0; i < count; i++) {
                    long at = (long) i * size;
                    values[from + i] = backend.dot(z.slice(at, size), product.slice(at, size));
                }
            }
        }
        return Estimate.of(values);
    }
}
