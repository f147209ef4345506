package soopt.curvature;

import java.util.Optional;
import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;

/**
 * The mean loss L on one batch (or on a whole data set) as a function of θ ∈ R^P, with its derivatives. Vectors are
 * flat tensors [P] of {@link #backend()}'s precision; none is kept or modified.
 */
public interface Objective {
    ParameterLayout layout();

    Backend backend();

    /** Number of examples that L averages over. */
    int examples();

    /**
     * The mean loss of examples from … to − 1 alone, valid as long as this; empty if it cannot be divided.
     *
     * @param to from + 1 or more, N at most
     */
    default Optional<Objective> part(int from, int to) {
        return Optional.empty();
    }

    /** L(θ). */
    double loss(Tensor theta);

    /** L(θ); gradient [P] ← ∇L(θ). */
    Value gradient(Tensor theta, Tensor gradient);

    /** gradient [P] ← ∇L(θ); L(θ) is handed to what uses it when {@link Backend#then} would run it. */
    default void gradient(Tensor theta, Tensor gradient, Consumer<Value> use) {
        use.accept(gradient(theta, gradient));
    }

    /**
     * Does work on these examples whose numbers on the host are needed when it ends ({@link Backend#together}), and
     * which comes again with others ({@link Backend#recorded}).
     *
     * @param key what kind of work it is
     */
    default void asOne(Object key, Runnable work) {
        backend().together(work);
    }

    /**
     * ḡ, H̄ and D̄³ along u restricted to each group.
     *
     * @param u direction [P]
     */
    CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order);

    /**
     * DᵏL along u and along u restricted to each group, k from 1 to K.
     *
     * @param u direction [P]
     * @param order K ≥ 1
     * @throws UnsupportedOperationException if this loss has no pass that carries Taylor coefficients
     */
    default TaylorTerms taylor(Tensor theta, Tensor u, Partition partition, int order) {
        throw new UnsupportedOperationException("Taylor terms are those of networks; this loss is a formula");
    }

    /**
     * L at θ with what its derivatives need, kept for many products; the caller closes it before the next pass over
     * another batch.
     */
    Linearization at(Tensor theta, Linearization.Use use);

    /** out [P] ← ∇²L(θ) v. */
    default void hessianVector(Tensor theta, Tensor v, Tensor out) {
        try (Linearization here = at(theta, Linearization.Use.HESSIAN)) {
            here.hessianVector(v, out);
        }
    }

    /** out [P] ← Jᵀ ∇²ℓ J v, the generalized Gauss–Newton matrix; the Fisher matrix for softmax cross-entropy. */
    default void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
        try (Linearization here = at(theta, Linearization.Use.GAUSS_NEWTON)) {
            here.gaussNewtonVector(v, out);
        }
    }
}
