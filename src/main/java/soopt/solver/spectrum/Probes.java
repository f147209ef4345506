package soopt.solver.spectrum;

import java.util.random.RandomGenerator;
import soopt.backend.Backend;
import soopt.backend.Tensor;

/** Random vectors z [P] with E z zᵀ = I. */
public final class Probes {
    private final Backend backend;
    private final double[] values;

    public Probes(Backend backend, int size) {
        this.backend = backend;
        this.values = new double[size];
    }

    /** Entries +1 and −1 with equal chance: the least variance of zᵀAz among independent entries (Hutchinson 1990). */
    public void rademacher(RandomGenerator random, Tensor out) {
        long bits = 0;
        for (int i = 0; i < values.length; i++) {
            bits = i % Long.SIZE == 0 ? random.nextLong() : bits >>> 1;
            values[i] = (bits & 1) == 0 ? 1 : -1;
        }
        backend.fromHost(values, 0, out);
    }

    /** Independent standard normal entries: a direction that no basis is preferred by. */
    public void gaussian(RandomGenerator random, Tensor out) {
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        backend.fromHost(values, 0, out);
    }
}
