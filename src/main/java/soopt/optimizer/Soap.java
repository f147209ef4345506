package soopt.optimizer;

import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Inline;
import soopt.spec.Range;

/** θ ← θ − η u with u of {@link Direction.Soap} (Vyas et al. 2024, algorithm 3). */
@Doc("SOAP (Vyas et al. 2024), Adam in Shampoo's eigenbases: a gradient a step; memory 8 P, held 10 P, and twice the"
        + " squares of the lengths of each block's axes; any model")
public record Soap(
        @Default("0.003") @Range(above = 0) @Doc("η") double stepSize,
        @Inline Direction.Soap direction) implements Optimizer {
    public Soap {
        Constraints.check(Soap.class, stepSize, direction);
    }

    @Override
    public Iteration start(Problem problem) {
        return new FirstOrder(problem, direction, stepSize);
    }
}
