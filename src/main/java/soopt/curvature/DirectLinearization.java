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

    @Override
    public void close() {}
}
