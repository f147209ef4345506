package soopt.optimizer.direction;

import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Decompositions.Eigen;
import soopt.backend.Decompositions.Symmetric;
import soopt.backend.Tensor;
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
            factors[i] = Axes.multipleOfIdentity(backend, shape[i], epsilon);
            roots[i] = Axes.multipleOfIdentity(backend, shape[i], 1);
        }
    }

    /** H_i ← keep H_i + weight G^(i). */
    void observe(Tensor gradient, double keep, double weight) {
        for (int axis = 0; axis < factors.length; axis++) {
            axes.addGram(gradient, axis, keep, weight, factors[axis]);
        }
    }

    /**
     * The roots H_i^(−power/2k), with eigenvalues below the floor raised to it, when {@link Backend#then} would run it.
     *
     * @param failed is run for each that could not be computed: it stays what it was
     */
    void refresh(double power, double floor, Runnable failed) {
        double exponent = -power / (2 * factors.length);
        for (int axis = 0; axis < factors.length; axis++) {
            Tensor root = roots[axis];
            backend.decompositions().eigen(List.of(Symmetric.of(factors[axis])), found -> {
                Optional<Eigen> eigen = found.get(0).parts();
                if (eigen.isEmpty() || !take(eigen.get(), exponent, floor, root)) {
                    failed.run();
                }
            });
        }
    }

    private boolean take(Eigen eigen, double exponent, double floor, Tensor root) {
        double[] values = eigen.values();
        int size = values.length;
        double largest = size == 0 ? 0 : values[size - 1];
        // what rounding leaves of a zero eigenvalue is no scale to divide by
        double least = Math.max(floor, largest * size * backend.precision().unitRoundoff());
        if (!(least > 0)) {
            return false;
        }
        // Σ_k f(λ_k)² v_k v_kᵀ, in the precision of the run
        try (Tensor rows = backend.allocate(size, size)) {
            eigen.scaledVectors(value -> Math.pow(Math.max(value, least), exponent / 2), rows);
            backend.columnGram(1, rows, 0, root);
        }
        return true;
    }

    /** Which of two arrays that take turns the last product is in. */
    Tensor last(Tensor one, Tensor other) {
        return roots.length % 2 == 1 ? one : other;
    }

    /** out ← the product of G with all roots, by way of arrays of its size: out is none of them, or the last. */
    void apply(Tensor gradient, Tensor one, Tensor other, Tensor out) {
        Tensor from = gradient;
        for (int axis = 0; axis < roots.length; axis++) {
            Tensor between = axis % 2 == 0 ? one : other;
            Tensor to = axis == roots.length - 1 ? out : between;
            // symmetric: both products are the same, and neither transposes in memory
            axes.multiply(roots[axis], axes.isInner(axis), from, axis, to);
            from = to;
        }
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
