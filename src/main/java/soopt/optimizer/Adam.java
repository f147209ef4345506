package soopt.optimizer;

import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** θ ← θ − η u with u of {@link Direction.Adam} (Kingma and Ba 2015; torch.optim.Adam 1.13). */
@Doc("Adam (Kingma and Ba 2015)")
public record Adam(
        @Default("0.001") @Range(above = 0) @Doc("η") double stepSize,

        @Default("0.9") @Range(min = 0, below = 1) @Doc("β₁: memory of the mean of the gradient")
        double beta1,

        @Default("0.999") @Range(min = 0, below = 1) @Doc("β₂: memory of the mean of its square")
        double beta2,

        @Default("1.0e-8") @Range(min = 0) @Doc("ε, added to the root of the mean square")
        double epsilon,

        @Default("0.0") @Range(min = 0) @Doc("adds this times the parameters to the gradient")
        double weightDecay)
        implements Optimizer {
    public Adam {
        Constraints.check(Adam.class, stepSize, beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public Iteration start(Problem problem) {
        return new FirstOrder(problem, new Direction.Adam(beta1, beta2, epsilon, weightDecay), stepSize);
    }
}
