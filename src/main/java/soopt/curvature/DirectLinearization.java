package soopt.curvature;

import soopt.backend.Tensor;

/**
 * For losses given by formulas, which have no pass to keep: asks the objective for each product. The objective must
 * override both of its products.
 */
public record DirectLinearization(Objective objective, Tensor theta) implements Linearization {
    @Override
    public Value value() {
        return Value.of(objective.loss(theta));
    }

    @Override
    public void gradient(Tensor out) {
        objective.gradient(theta, out);
    }

    @Override
    public void hessianVector(Tensor v, Tensor out) {
        objective.hessianVector(theta, v, out);
    }

    @Override
    public void gaussNewtonVector(Tensor v, Tensor out) {
        objective.gaussNewtonVector(theta, v, out);
    }

    /** Without labels there is the Gauss–Newton matrix alone. */
    @Override
    public Metric fisher(Fisher kind, int draws, long seed) {
        if (kind != Fisher.EXACT) {
            throw new IllegalArgumentException("a loss without labels has no Fisher matrix of them");
        }
        return this::gaussNewtonVector;
    }

    @Override
    public void close() {}
}
