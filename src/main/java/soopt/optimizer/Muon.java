package soopt.optimizer;

import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Inline;
import soopt.spec.Range;

/** θ ← θ − η u with u of {@link Direction.Muon} (Jordan et al. 2024). */
@Doc("Muon (Jordan et al. 2024) for the weight matrices but the last, Adam for the rest: a gradient a step, memory 6 P;"
        + " any model")
public record Muon(
        @Default("0.003") @Range(above = 0) @Doc("η") double stepSize,
        @Inline Direction.Muon direction) implements Optimizer {
    public Muon {
        Constraints.check(Muon.class, stepSize, direction);
    }

    @Override
    public Iteration start(Problem problem) {
        return new FirstOrder(problem, direction, stepSize);
    }
}
