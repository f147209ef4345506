package soopt.optimizer;

import java.util.function.BinaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
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
 * A loss, a gradient and a matrix that need not fit together, so that each decision of a method can be asked for.
 *
 * @param product of θ and v
 */
record GivenObjective(
        Backend backend,
        int size,
        ToDoubleFunction<double[]> values,
        UnaryOperator<double[]> slopes,
        BinaryOperator<double[]> product)
        implements Objective {
    @Override
    public ParameterLayout layout() {
        return new ParameterLayout.Builder()
                .add("x", ParameterLayout.Role.WEIGHT, 0, 1, size)
                .build();
    }

    @Override
    public int examples() {
        return 1;
    }

    private double[] host(Tensor x) {
        double[] numbers = new double[size];
        backend.toHost(x, numbers, 0);
        return numbers;
    }

    @Override
    public double loss(Tensor theta) {
        return values.applyAsDouble(host(theta));
    }

    @Override
    public Value gradient(Tensor theta, Tensor gradient) {
        backend.fromHost(slopes.apply(host(theta)), 0, gradient);
        return Value.of(loss(theta));
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        throw new AssertionError();
    }

    @Override
    public Linearization at(Tensor theta, Linearization.Use use) {
        return new DirectLinearization(this, theta);
    }

    @Override
    public void hessianVector(Tensor theta, Tensor v, Tensor out) {
        backend.fromHost(product.apply(host(theta), host(v)), 0, out);
    }

    @Override
    public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
        hessianVector(theta, v, out);
    }
}
