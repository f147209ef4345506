package soopt.optimizer.direction;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.backend.dense.SymmetricEigen;
import soopt.optimizer.step.State;

/**
 * The factors H_i [n_i, n_i] of one block with axes n_1 … n_k and their inverse roots. Axes are those of memory; which
 * is first does not matter.
 */
final class BlockRoots implements AutoCloseable {
    private final Backend backend;
    private final String name;
    private final Axes axes;
    private final Tensor[] factors;
    private final Tensor[] roots;

    BlockRoots(Backend backend, String name, int[] shape, double epsilon) {
        this.backend = backend;
        this.name = name;
        this.axes = new Axes(backend, shape);
        this.factors = new Tensor[shape.length];
        this.roots = new Tensor[shape.length];
        for (int i = 0; i < shape.length; i++) {
            factors[i] = axes.multipleOfIdentity(shape[i], epsilon);
            roots[i] = axes.multipleOfIdentity(shape[i], 1);
        }
    }

    /** H_i ← keep H_i + weight G^(i). */
    void observe(Tensor gradient, double keep, double weight) {
        for (int axis = 0; axis < factors.length; axis++) {
            axes.addGram(gradient, axis, keep, weight, factors[axis]);
        }
    }

    /**
     * The roots H_i^(−power/2k), with eigenvalues below the floor raised to it.
     *
     * @return whether all could be computed: others stay what they were
     */
    boolean refresh(double power, double floor) {
        boolean all = true;
        for (int axis = 0; axis < factors.length; axis++) {
            all &= refresh(axis, -power / (2 * factors.length), floor);
        }
        return all;
    }

    private boolean refresh(int axis, double exponent, double floor) {
        int size = axes.length(axis);
        double[] numbers = new double[size * size];
        backend.toHost(factors[axis], numbers, 0);
        Optional<SymmetricEigen> found = SymmetricEigen.of(numbers, size);
        if (found.isEmpty()) {
            return false;
        }
        double[] values = found.get().values();
        double largest = values.length == 0 ? 0 : values[values.length - 1];
        // what rounding leaves of a zero eigenvalue is no scale to divide by
        double least = Math.max(floor, largest * size * backend.precision().unitRoundoff());
        if (!(least > 0)) {
            return false;
        }
        compose(found.get(), value -> Math.pow(Math.max(value, least), exponent / 2), roots[axis]);
        return true;
    }

    /** out ← Σ_k f(λ_k)² v_k v_kᵀ, in the precision of the run. */
    private void compose(SymmetricEigen eigen, DoubleUnaryOperator f, Tensor out) {
        int size = eigen.size();
        double[] scaled = eigen.vectors();
        for (int k = 0; k < size; k++) {
            double factor = f.applyAsDouble(eigen.values()[k]);
            for (int i = 0; i < size; i++) {
                scaled[k * size + i] *= factor;
            }
        }
        try (Tensor rows = backend.allocate(size, size)) {
            backend.fromHost(scaled, 0, rows);
            backend.columnGram(1, rows, 0, out);
        }
    }

    /** The product of G with all roots, in one of the two arrays of its size. */
    Tensor apply(Tensor gradient, Tensor one, Tensor other) {
        Tensor from = gradient;
        Tensor to = one;
        for (int axis = 0; axis < roots.length; axis++) {
            // symmetric: both products are the same, and neither transposes in memory
            axes.multiply(roots[axis], axes.isInner(axis), from, axis, to);
            from = to;
            to = to == one ? other : one;
        }
        return from;
    }

    void save(State state) {
        for (int i = 0; i < factors.length; i++) {
            state.putTensor(name + ".factor" + i, factors[i]);
            state.putTensor(name + ".root" + i, roots[i]);
        }
    }

    void restore(State state) {
        for (int i = 0; i < factors.length; i++) {
            state.getTensor(name + ".factor" + i, factors[i]);
            state.getTensor(name + ".root" + i, roots[i]);
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < factors.length; i++) {
            factors[i].close();
            roots[i].close();
        }
    }
}
