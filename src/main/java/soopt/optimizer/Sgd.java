package soopt.optimizer;

import java.util.Optional;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Doc;
import soopt.spec.Inline;
import soopt.spec.Range;

/** θ ← θ − η u with u of {@link Direction.Sgd} (torch.optim.SGD 1.13). */
@Doc("stochastic gradient descent with momentum")
public record Sgd(
        @Range(above = 0) @Doc("η") double stepSize,
        @Inline Direction.Sgd direction,

        @Doc("a learning rate for each group of parameters, times η")
        Optional<GroupStepSizes> groupStepSizes)
        implements Optimizer {
    public Sgd {
        Constraints.check(Sgd.class, stepSize, direction, groupStepSizes);
    }

    @Override
    public void requireFit(ParameterLayout layout) {
        groupStepSizes.ifPresent(own -> own.rates(layout));
    }

    @Override
    public Iteration start(Problem problem) {
        return new FirstOrder(problem, direction, stepSize, groupStepSizes);
    }
}
