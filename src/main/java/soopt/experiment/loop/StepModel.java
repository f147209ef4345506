package soopt.experiment.loop;

import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;

/**
 * Taylor's model of a loss along an update δ, exact for any optimizer.
 *
 * @param second DL[δ] + ½ D²L[δ,δ]
 * @param third that plus ⅙ D³L[δ,δ,δ]
 */
record StepModel(double second, double third) {
    /** The model at θ; costs one summary with S = 1. */
    static StepModel of(Objective objective, Tensor theta, Tensor update) {
        CurvatureSummary summary = objective.summary(theta, update, Partition.whole(objective.layout()), Order.THIRD);
        double second = summary.gradient()[0] + summary.hessian()[0][0] / 2;
        return new StepModel(second, second + summary.third()[0] / 6);
    }
}
