package soopt.experiment;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.experiment.loop.Counts;

/** An objective whose derivatives are counted. */
record CountedObjective(Objective objective, Counts.Tally counts) implements Objective {
    @Override
    public ParameterLayout layout() {
        return objective.layout();
    }

    @Override
    public Backend backend() {
        return objective.backend();
    }

    @Override
    public int examples() {
        return objective.examples();
    }

    @Override
    public double loss(Tensor theta) {
        return objective.loss(theta);
    }

    @Override
    public double gradient(Tensor theta, Tensor gradient) {
        counts.addGradient();
        return objective.gradient(theta, gradient);
    }

    @Override
    public double correct() {
        return objective.correct();
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        counts.addSummary();
        return objective.summary(theta, u, partition, order);
    }

    @Override
    public void hessianVector(Tensor theta, Tensor v, Tensor out) {
        counts.addProduct();
        objective.hessianVector(theta, v, out);
    }

    @Override
    public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
        counts.addProduct();
        objective.gaussNewtonVector(theta, v, out);
    }
}
