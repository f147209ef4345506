package soopt.optimizer;

import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Inline;
import soopt.spec.Range;

/** θ ← θ − η u with u of {@link Direction.Adamw} (Loshchilov and Hutter 2019; torch.optim.AdamW 1.13). */
@Doc("Adam with decoupled weight decay (Loshchilov and Hutter 2019); a gradient a step, memory 4 P, any model")
public record Adamw(
        @Default("0.001") @Range(above = 0) @Doc("η") double stepSize,
        @Inline Direction.Adamw direction) implements Optimizer {
    public Adamw {
        Constraints.check(Adamw.class, stepSize, direction);
    }

    @Override
    public Iteration start(Problem problem) {
        return new FirstOrder(problem, direction, stepSize);
    }
}
