package soopt.optimizer;

import java.util.Optional;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Inline;
import soopt.spec.Range;

/** θ ← θ − η u with u of {@link Direction.Adam} (Kingma and Ba 2015; torch.optim.Adam 1.13). */
@Doc("Adam (Kingma and Ba 2015)")
public record Adam(
        @Default("0.001") @Range(above = 0) @Doc("η") double stepSize,
        @Inline Direction.Adam direction,

        @Doc("a learning rate for each group of parameters, times η")
        Optional<GroupStepSizes> groupStepSizes)
        implements Optimizer {
    public Adam {
        Constraints.check(Adam.class, stepSize, direction, groupStepSizes);
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
