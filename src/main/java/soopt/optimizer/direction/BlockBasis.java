package soopt.optimizer.direction;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.backend.dense.Orthonormalization;
import soopt.backend.dense.SymmetricEigen;
import soopt.optimizer.step.State;

/**
 * The factors H_i [n_i, n_i] of one block with axes n_1 … n_k, averages of the G^(i), and for each the matrix U_i whose
 * rows are its eigenvectors, those of large eigenvalues first; U = I until it is found. Axes of length 1 and blocks
 * with one axis have none.
 */
final class BlockBasis implements AutoCloseable {
    private final Backend backend;
    private final String name;
    private final Axes axes;
    /** Axes with a basis, in order. */
    private final int[] turned;

    private final Tensor[] factors;
    private final Tensor[] bases;
    private final double[] found;

    BlockBasis(Backend backend, String name, int[] shape) {
        this.backend = backend;
        this.name = name;
        this.axes = new Axes(backend, shape);
        this.turned = IntStream.range(0, shape.length)
                .filter(axis -> shape.length > 1 && shape[axis] > 1)
                .toArray();
        this.factors = new Tensor[turned.length];
        this.bases = new Tensor[turned.length];
        this.found = new double[turned.length];
        for (int i = 0; i < turned.length; i++) {
            factors[i] = axes.multipleOfIdentity(shape[turned[i]], 0);
            bases[i] = axes.multipleOfIdentity(shape[turned[i]], 1);
        }
    }

    /** Whether it ever turns anything. */
    boolean turns() {
        return turned.length > 0;
    }

    /** H_i ← δ H_i + (1 − δ) G^(i). */
    void observe(Tensor gradient, double decay) {
        for (int i = 0; i < turned.length; i++) {
            axes.addGram(gradient, turned[i], decay, 1 - decay, factors[i]);
        }
    }

    /** to ← from ×₁ U₁ … ×ₖ Uₖ, or with the Uᵀ, which undoes it; from may be the second array of the room. */
    void turn(Tensor from, boolean back, Block.Room room, Tensor to) {
        int size = (int) from.size();
        if (!turns()) {
            backend.copy(from, to);
            return;
        }
        Tensor source = from;
        for (int i = 0; i < turned.length; i++) {
            Tensor between = i % 2 == 0 ? room.one() : room.other();
            Tensor target = i == turned.length - 1 ? to : between.slice(0, size);
            axes.multiply(bases[i], back, source, turned[i], target);
            source = target;
        }
    }

    /**
     * New eigenvectors, and the moments in them: the first as the vector that it is, the second along with the
     * eigenvectors that it belongs to.
     *
     * @return whether all could be computed: others stay what they were
     */
    boolean refresh(Direction.Soap.Basis kind, Tensor first, Tensor second, Block.Room room) {
        boolean all = true;
        for (int i = 0; i < turned.length; i++) {
            all &= refresh(i, kind, first, second, room.one().slice(0, (int) first.size()));
        }
        return all;
    }

    private boolean refresh(int i, Direction.Soap.Basis kind, Tensor first, Tensor second, Tensor scratch) {
        int size = axes.length(turned[i]);
        boolean whole = kind == Direction.Soap.Basis.EIGEN || found[i] == 0;
        try (Tensor fresh = backend.allocate(size, size);
                Tensor carry = backend.allocate(size, size)) {
            if (!(whole ? eigenvectors(i, fresh) : powerIteration(i, fresh, carry))) {
                return false;
            }
            if (!whole) {
                carry(carry, i, second, scratch);
            }
            // the overlaps of new vectors with old ones
            backend.gemm(false, true, 1, fresh, bases[i], 0, carry);
            carry(carry, i, first, scratch);
            if (whole) {
                backend.multiply(carry, carry, carry);
                carry(carry, i, second, scratch);
            }
            backend.copy(fresh, bases[i]);
            found[i] = 1;
            return true;
        }
    }

    /** x ← x ×_i K. */
    private void carry(Tensor matrix, int i, Tensor x, Tensor scratch) {
        axes.multiply(matrix, false, x, turned[i], scratch);
        backend.copy(scratch, x);
    }

    private boolean eigenvectors(int i, Tensor fresh) {
        int size = axes.length(turned[i]);
        double[] numbers = new double[size * size];
        backend.toHost(factors[i], numbers, 0);
        Optional<SymmetricEigen> eigen = SymmetricEigen.of(numbers, size);
        if (eigen.isEmpty()) {
            return false;
        }
        double[] ascending = eigen.get().vectors();
        for (int k = 0; k < size; k++) {
            System.arraycopy(ascending, (size - 1 - k) * size, numbers, k * size, size);
        }
        backend.fromHost(numbers, 0, fresh);
        return true;
    }

    /** fresh ← the Q of H Q = Q′ R, in the order of the diagonal of Qᵀ H Q; order ← the permutation to it. */
    private boolean powerIteration(int i, Tensor fresh, Tensor order) {
        int size = axes.length(turned[i]);
        backend.gemm(false, false, 1, bases[i], factors[i], 0, fresh);
        double[] values = new double[size];
        backend.pairedDots(1, bases[i], fresh, values);
        double[] products = new double[size * size];
        backend.toHost(fresh, products, 0);
        int[] places = IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer k) -> -values[k]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] rows = new double[size * size];
        double[] permutation = new double[size * size];
        for (int k = 0; k < size; k++) {
            System.arraycopy(products, places[k] * size, rows, k * size, size);
            permutation[k * size + places[k]] = 1;
        }
        if (!Orthonormalization.rowsInPlace(rows, size)) {
            return false;
        }
        backend.fromHost(permutation, 0, order);
        backend.fromHost(rows, 0, fresh);
        return true;
    }

    void save(State state) {
        for (int i = 0; i < turned.length; i++) {
            state.putTensor(name + ".factor" + turned[i], factors[i]);
            state.putTensor(name + ".basis" + turned[i], bases[i]);
        }
        state.putNumbers(name + ".found", found);
    }

    void restore(State state) {
        for (int i = 0; i < turned.length; i++) {
            state.getTensor(name + ".factor" + turned[i], factors[i]);
            state.getTensor(name + ".basis" + turned[i], bases[i]);
        }
        System.arraycopy(state.getNumbers(name + ".found"), 0, found, 0, found.length);
    }

    @Override
    public void close() {
        for (int i = 0; i < turned.length; i++) {
            factors[i].close();
            bases[i].close();
        }
    }
}
