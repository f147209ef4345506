package soopt.optimizer;

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
        @Inline Direction.Adam direction) implements Optimizer {
    public Adam {
        Constraints.check(Adam.class, stepSize, direction);
    }

    @Override
    public Iteration start(Problem problem) {
        return new FirstOrder(problem, direction, stepSize);
    }
}
