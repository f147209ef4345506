package soopt.optimizer;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.DirectLinearization;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.Value;

/**
 * L(a ⊙ θ + b) as a function of θ. Its tensors are given back with the backend.
 *
 * @param scale [P] a
 * @param shift [P] b
 */
record RescaledObjective(Objective original, Tensor scale, Tensor shift) implements Objective {
    private Tensor scaled(Tensor v) {
        Tensor result = backend().allocate(layout().size());
        backend().multiply(v, scale, result);
        return result;
    }

    private Tensor place(Tensor theta) {
        Tensor place = scaled(theta);
        backend().axpyInPlace(1, shift, place);
        return place;
    }

    @Override
    public ParameterLayout layout() {
        return original.layout();
    }

    @Override
    public Backend backend() {
        return original.backend();
    }

    @Override
    public int examples() {
        return original.examples();
    }

    @Override
    public double loss(Tensor theta) {
        return original.loss(place(theta));
    }

    @Override
    public Value gradient(Tensor theta, Tensor gradient) {
        Value value = original.gradient(place(theta), gradient);
        backend().multiply(gradient, scale, gradient);
        return value;
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        return original.summary(place(theta), scaled(u), partition, order);
    }

    @Override
    public Linearization at(Tensor theta, Linearization.Use use) {
        return new DirectLinearization(this, theta);
    }

    @Override
    public void hessianVector(Tensor theta, Tensor v, Tensor out) {
        original.hessianVector(place(theta), scaled(v), out);
        backend().multiply(out, scale, out);
    }

    @Override
    public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
        original.gaussNewtonVector(place(theta), scaled(v), out);
        backend().multiply(out, scale, out);
    }
}
