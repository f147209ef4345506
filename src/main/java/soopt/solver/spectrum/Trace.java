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
     */
    public static Estimate hutchinson(Backend backend, Operator matrix, int size, int samples, RandomGenerator random) {
        Probes probes = new Probes(backend, size);
        double[] values = new double[samples];
        try (Tensor z = backend.allocate(size);
                Tensor product = backend.allocate(size)) {
            for (int i = 0; i < samples; i++) {
                probes.rademacher(random, z);
                matrix.apply(z, product);
                values[i] = backend.dot(z, product);
            }
        }
        return Estimate.of(values);
    }
}
