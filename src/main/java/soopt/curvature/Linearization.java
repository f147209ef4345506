package soopt.curvature;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import soopt.backend.Tensor;
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.OutputAdjoints;

/**
 * A loss at one θ whose forward and backward pass is kept: each product pays for its tangents alone, about two
 * gradients for ∇²L v and four thirds for Gauss and Newton's, for as long as what is kept fits the memory for
 * curvature; beyond, the pass is done again for each piece of the batch. Neither θ nor the batch may change while it is
 * open.
 */
public interface Linearization extends AutoCloseable {
    /** What is to be asked of it: less takes less memory. */
    enum Use {
        /** {@link #gradient} only. */
        GRADIENT,
        /** {@link #gaussNewtonVector} too. */
        GAUSS_NEWTON,
        /** {@link #hessianVector} too. */
        HESSIAN
    }

    /** L(θ). */
    Value value();

    /** The same, handed to what uses it when {@link soopt.backend.Backend#then} would run it. */
    default void value(Consumer<Value> use) {
        use.accept(value());
    }

    /** out [P] ← ∇L(θ). */
    void gradient(Tensor out);

    /** out [P] ← ∇²L(θ) v, v [P]; not into v itself. */
    void hessianVector(Tensor v, Tensor out);

    /** out [P] ← Jᵀ ∇²ℓ J v, the generalized Gauss–Newton matrix; the Fisher matrix for softmax cross-entropy. */
    void gaussNewtonVector(Tensor v, Tensor out);

    /**
     * The Fisher matrix at θ, for as long as this is open. Its products go through tangents of the outputs of each
     * example; no gradients of examples are kept.
     *
     * @param draws labels drawn for each example, if they are drawn
     * @param seed of the draws: the same numbers give the same labels
     */
    Metric fisher(Fisher kind, int draws, long seed);

    /** out [n, P] ← ∇²L(θ) v for each row of v [n, P]. */
    default void hessianVectors(Tensor v, Tensor out) {
        forEachRow(v, out, this::hessianVector);
    }

    /** out [n, P] ← Jᵀ ∇²ℓ J v for each row of v [n, P]. */
    default void gaussNewtonVectors(Tensor v, Tensor out) {
        forEachRow(v, out, this::gaussNewtonVector);
    }

    /**
     * Shows the layers whose part of the Fisher matrix has Kronecker factors, with the adjoints asked for; none for
     * losses given by formulas. Everything else of this may be asked for afterwards as before.
     */
    default void factors(OutputAdjoints adjoints, FactorVisitor visitor) {}

    /** Whether the pass is kept: else each request does it again. */
    default boolean isKept() {
        return true;
    }

    private static void forEachRow(Tensor v, Tensor out, BiConsumer<Tensor, Tensor> product) {
        for (int row = 0; row < v.length(0); row++) {
            product.accept(
                    v.rows(row, row + 1).reshape(v.length(1)),
                    out.rows(row, row + 1).reshape(out.length(1)));
        }
    }

    @Override
    void close();
}
