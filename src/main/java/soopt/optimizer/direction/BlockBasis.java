package soopt.optimizer.direction;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import soopt.backend.Backend;
import soopt.backend.Decompositions.Columns;
import soopt.backend.Decompositions.Symmetric;
import soopt.backend.Tensor;
import soopt.optimizer.step.State;

/**
 * The factors H_i [n_i, n_i] of one block with axes n_1 … n_k, averages of the G^(i), and for each the matrix U_i whose
 * rows are its eigenvectors, those of large eigenvalues first; U = I until it is found. Some axes have none. What is
 * turned has its axes in the order of {@link AxisTurns}.
 */
final class BlockBasis implements AutoCloseable {
    private final Backend backend;
    private final String name;
    private final AxisTurns turns;
    /** Of the i-th turn. */
    private final Tensor[] factors;

    private final Tensor[] bases;
    private final double[] found;

    /** @param turned axes with a basis, in rising order */
    BlockBasis(Backend backend, String name, int[] shape, int[] turned) {
        this.backend = backend;
        this.name = name;
        this.turns = new AxisTurns(backend, shape, turned);
        this.factors = new Tensor[turned.length];
        this.bases = new Tensor[turned.length];
        this.found = new double[turned.length];
        for (int i = 0; i < turned.length; i++) {
            int size = shape[turns.get(i).axis()];
            factors[i] = Axes.multipleOfIdentity(backend, size, 0);
            bases[i] = Axes.multipleOfIdentity(backend, size, 1);
        }
    }

    /** Whether it ever turns anything. */
    boolean turns() {
        return bases.length > 0;
    }

    /**
     * H_i ← δ H_i + (1 − δ) G^(i), nothing for δ = 1, and to ← G ×₁ U₁ … ×ₖ Uₖ with the bases as they were; G may be
     * the second array of the room.
     */
    void turn(Tensor gradient, double decay, Block.Room room, Tensor to) {
        Tensor from = gradient;
        for (int i = 0; i < bases.length; i++) {
            Tensor target = target(i, gradient, room, to);
            if (decay < 1) {
                turns.get(i).addGram(from, decay, 1 - decay, factors[i]);
            }
            turns.get(i).apply(bases[i], from, target);
            from = target;
        }
        if (!turns()) {
            backend.copy(gradient, to);
        }
    }

    /** to ← what is turned to x; x may be the second array of the room. */
    void turnBack(Tensor x, Block.Room room, Tensor to) {
        Tensor from = x;
        for (int i = 0; i < bases.length; i++) {
            int k = bases.length - 1 - i;
            Tensor target = target(i, x, room, to);
            turns.get(k).undo(bases[k], from, target);
            from = target;
        }
        if (!turns()) {
            backend.copy(x, to);
        }
    }

    /** Where the i-th product goes. */
    private Tensor target(int i, Tensor like, Block.Room room, Tensor to) {
        Tensor between = i % 2 == 0 ? room.one() : room.other();
        return i == bases.length - 1 ? to : between.slice(0, (int) like.size());
    }

    /**
     * New eigenvectors, and the moments in them, when {@link Backend#then} would run it: the first as the vector that
     * it is, the second along with the eigenvectors that it belongs to.
     *
     * @param failed is run for each that could not be computed: it stays what it was
     */
    void refresh(Direction.Soap.Basis kind, Tensor first, Tensor second, Block.Room room, Runnable failed) {
        for (int i = 0; i < bases.length; i++) {
            Tensor scratch = room.one().slice(0, (int) first.size());
            if (kind == Direction.Soap.Basis.EIGEN || found[i] == 0) {
                eigenvectors(i, new Moments(first, second, scratch), failed);
            } else {
                powerIteration(i, new Moments(first, second, scratch), failed);
            }
        }
    }

    /** Both moments, and room for one. */
    private record Moments(Tensor first, Tensor second, Tensor scratch) {}

    private void eigenvectors(int i, Moments moments, Runnable failed) {
        int size = factors[i].length(0);
        backend.decompositions().eigen(List.of(Symmetric.of(factors[i])), all -> {
            if (all.get(0).parts().isEmpty()) {
                failed.run();
                return;
            }
            try (Tensor fresh = backend.allocate(size, size);
                    Tensor carry = backend.allocate(size, size)) {
                all.get(0).parts().get().vectors(true, Columns.of(fresh));
                turn(i, fresh, carry, moments);
                backend.multiply(carry, carry, carry);
                carry(carry, i, moments.second, moments.scratch);
            }
        });
    }

    /** The first moment in new vectors: overlaps ← what they have with the old ones, which they replace. */
    private void turn(int i, Tensor fresh, Tensor overlaps, Moments moments) {
        backend.gemm(false, true, 1, fresh, bases[i], 0, overlaps);
        carry(overlaps, i, moments.first, moments.scratch);
        backend.copy(fresh, bases[i]);
        found[i] = 1;
    }

    /** x ← x ×_i K. */
    private void carry(Tensor matrix, int i, Tensor x, Tensor scratch) {
        turns.multiplyAtEnd(i, matrix, x, scratch);
        backend.copy(scratch, x);
    }

    /** The Q of H Q = Q′ R, in the order of the diagonal of Qᵀ H Q. */
    private void powerIteration(int i, Moments moments, Runnable failed) {
        int size = factors[i].length(0);
        double[] values = new double[size];
        Tensor fresh = backend.allocate(size, size);
        backend.gemm(false, false, 1, bases[i], factors[i], 0, fresh);
        backend.pairedDots(1, bases[i], fresh, values);
        backend.then(() -> {
            int[] places = IntStream.range(0, size)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer k) -> -values[k]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            backend.decompositions().orthonormalize(fresh, places, fresh, finite -> {
                try (fresh) {
                    if (finite) {
                        reorder(i, places, fresh, moments);
                    } else {
                        failed.run();
                    }
                }
            });
        });
    }

    /** The second moment goes along with the vectors in their new places. */
    private void reorder(int i, int[] places, Tensor fresh, Moments moments) {
        try (Tensor carry = backend.allocate(places.length, places.length)) {
            backend.decompositions().permutation(places, carry);
            carry(carry, i, moments.second, moments.scratch);
            turn(i, fresh, carry, moments);
        }
    }

    void save(State state) {
        for (int i = 0; i < bases.length; i++) {
            state.putTensor(name + ".factor" + turns.get(i).axis(), factors[i]);
            state.putTensor(name + ".basis" + turns.get(i).axis(), bases[i]);
        }
        state.putNumbers(name + ".found", found);
    }

    void restore(State state) {
        for (int i = 0; i < bases.length; i++) {
            state.getTensor(name + ".factor" + turns.get(i).axis(), factors[i]);
            state.getTensor(name + ".basis" + turns.get(i).axis(), bases[i]);
        }
        System.arraycopy(state.getNumbers(name + ".found"), 0, found, 0, found.length);
    }

    @Override
    public void close() {
        for (int i = 0; i < bases.length; i++) {
            factors[i].close();
            bases[i].close();
        }
    }
}
