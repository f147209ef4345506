package soopt.optimizer;

import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Doc;
import soopt.spec.Inline;
import soopt.spec.Range;

/** θ ← θ − η u with u of {@link Direction.Sgd} (torch.optim.SGD 1.13). */
@Doc("stochastic gradient descent with momentum")
public record Sgd(
        @Range(above = 0) @Doc("η") double stepSize, @Inline Direction.Sgd direction) implements Optimizer {
    public Sgd {
        Constraints.check(Sgd.class, stepSize, direction);
    }

    @Override
    public Iteration start(Problem problem) {
        return new FirstOrder(problem, direction, stepSize);
    }
}
