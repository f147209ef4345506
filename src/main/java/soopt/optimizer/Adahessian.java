package soopt.optimizer;

import java.util.List;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Inline;
import soopt.spec.Range;

/** θ ← θ − η u with u of {@link Direction.Adahessian} (Yao et al. 2021, algorithm 1). */
@Doc("AdaHessian (Yao et al. 2021): a gradient a step and an H·v at every period-th; memory 6 P; any model")
public record Adahessian(
        @Default("0.1") @Range(above = 0) @Doc("η") double stepSize,
        @Inline Direction.Adahessian direction) implements Optimizer {
    public Adahessian {
        Constraints.check(Adahessian.class, stepSize, direction);
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
