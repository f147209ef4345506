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

/**
 * θ ← θ − η u with u of {@link Direction.KFac}, whose part of each batch is shrunk to ν = min(1, √(κ / (η² ⟨V, ∇L⟩)))
 * of it: a step of at most κ in the metric of the model (Ba, Grosse and Martens 2017, §5).
 */
@Doc(
        "K-FAC (Martens and Grosse 2015; Grosse and Martens 2016) for dense layers and convolutions; a gradient a step, and"
                + " with fisher: mc 2/3 more at every statistics-period-th; memory 4 P and twice the squares of the numbers of"
                + " inputs and outputs of each layer; any model")
public record KFac(
        @Default("0.001") @Range(above = 0) @Doc("η") double stepSize,

        @Default("0.001") @Range(min = 0) @Doc("κ: bound of η² times the product of direction and gradient; 0 for none")
        double klClip,

        @Default("none") @Doc("step length and momentum from a quadratic model")
        Rescale rescale,

        @Inline Direction.KFac direction)
        implements Optimizer {
    /** What scales the direction and the step before. */
    public enum Rescale {
        @Doc("step-size, momentum and kl-clip")
        NONE,
        @Doc(
                "the minimum of the quadratic model with the exact Gauss–Newton matrix, times step-size; momentum and kl-clip"
                        + " take no part; 3 gradients more a step (Martens and Grosse 2015, §7)")
        EXACT
    }

    public KFac {
        Constraints.check(KFac.class, stepSize, klClip, rescale, direction);
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
        if (rescale == Rescale.EXACT) {
            return new RescaledIteration(
                    problem,
                    gradient -> direction.withoutMomentum().start(problem, gradient),
                    stepSize,
                    direction.damping(),
                    direction.weightDecay());
        }
        return new FirstOrder(problem, gradient -> direction.start(problem, gradient, klClip), stepSize);
    }
}
