package soopt.optimizer;

import java.util.List;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Inline;
import soopt.spec.Range;

/** As {@link KFac}, with u of {@link Direction.Ekfac}. */
@Doc("EKFAC (George et al. 2018) for dense layers and convolutions; a gradient a step, and about one more at every"
        + " statistics-period-th; memory 6 P and twice the squares of the numbers of inputs and outputs of each layer;"
        + " any model")
public record Ekfac(
        @Default("0.001") @Range(above = 0) @Doc("η") double stepSize,

        @Default("0.001") @Range(min = 0) @Doc("κ: bound of η² times the product of direction and gradient; 0 for none")
        double klClip,

        @Inline Direction.Ekfac direction)
        implements Optimizer {
    public Ekfac {
        Constraints.check(Ekfac.class, stepSize, klClip, direction);
    }

    @Override
    public void requireFit(ParameterLayout layout) {
        direction.requireFit(layout);
    }

    @Override
    public List<String> remedies() {
        return List.of("a smaller optimizer.step-size", "a larger optimizer.damping", "a smaller optimizer.kl-clip");
    }

    @Override
    public Iteration start(Problem problem) {
        return new FirstOrder(problem, gradient -> direction.start(problem, gradient, klClip), stepSize);
    }
}
