package soopt.optimizer;

import java.util.List;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Inline;
import soopt.spec.Range;

/** θ ← θ − η u with u of {@link Direction.Shampoo} (Gupta, Koren and Singer 2018, algorithms 1 and 2). */
@Doc("Shampoo (Gupta, Koren and Singer 2018): a gradient a step; memory 4 P, with grafting 5 P, of adam 8 P, and twice"
        + " the squares of the lengths of each block's axes; any model")
public record Shampoo(
        @Default("0.1") @Range(above = 0) @Doc("η") double stepSize,
        @Inline Direction.Shampoo direction) implements Optimizer {
    public Shampoo {
        Constraints.check(Shampoo.class, stepSize, direction);
    }

    @Override
    public List<String> remedies() {
        return List.of("a smaller optimizer.step-size", "a larger optimizer.epsilon");
    }

    @Override
    public Iteration start(Problem problem) {
        return new FirstOrder(problem, direction, stepSize);
    }
}
