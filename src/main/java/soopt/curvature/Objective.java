package soopt.curvature;

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

    /** L(θ). */
    double loss(Tensor theta);

    /** L(θ); gradient [P] ← ∇L(θ). */
    double gradient(Tensor theta, Tensor gradient);

    /**
     * How many of the examples were predicted right at the last {@link #gradient}; NaN if that is not known or no
     * classification.
     */
    default double correct() {
        return Double.NaN;
    }

    /**
     * ḡ, H̄ and D̄³ along u restricted to each group.
     *
     * @param u direction [P]
     */
    CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order);

    /** out [P] ← ∇²L(θ) v. */
    void hessianVector(Tensor theta, Tensor v, Tensor out);

    /** out [P] ← Jᵀ ∇²ℓ J v, the generalized Gauss–Newton matrix; the Fisher matrix for softmax cross-entropy. */
    void gaussNewtonVector(Tensor theta, Tensor v, Tensor out);
}
