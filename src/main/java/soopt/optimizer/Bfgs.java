package soopt.optimizer;

import java.util.List;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.step.Problem;
import soopt.solver.LineSearch;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;
import soopt.spec.yaml.SpecException;

/**
 * θ ← θ − α H g with an H [P, P] of all pairs of steps and changes of the gradient (Nocedal and Wright 2006, alg. 6.1).
 */
@Doc("BFGS: two gradients a step, or those of a line search; P² numbers; small models, full batch")
public record Bfgs(
        @Default("1.0") @Range(above = 0) @Doc("η: α, or the first of a line search")
        double stepSize,

        @Default("strong-wolfe") @Doc("how far to go") LineSearch lineSearch,

        @Default("same-batch") @Doc("where a change of the gradient is measured")
        Pairs pairs,

        @Default("skip") @Doc("what becomes of a pair with too little yᵀs")
        QuasiNewtonIteration.LowCurvature lowCurvature,

        @Default("1.0e-10") @Range(min = 0) @Doc("a pair is taken in if yᵀs is above")
        double leastCurvature,

        @Default("20000") @Range(min = 1, max = 46_000) @Doc("most parameters")
        int parameters)
        implements Optimizer {
    public Bfgs {
        Constraints.check(Bfgs.class, stepSize, lineSearch, pairs, lowCurvature, leastCurvature, parameters);
        new QuasiNewtonIteration.Rules(stepSize, lineSearch, pairs, lowCurvature, leastCurvature);
    }

    @Override
    public void requireFit(ParameterLayout layout) {
        if (layout.size() > parameters) {
            throw new SpecException(String.format(
                    "the network has %,d parameters, whose matrix takes %.1f GiB in float64; at most %,d are allowed:"
                            + " use l-bfgs",
                    layout.size(), 8.0 * layout.size() * layout.size() / (1L << 30), parameters));
        }
    }

    private QuasiNewtonIteration.Rules rules() {
        return new QuasiNewtonIteration.Rules(stepSize, lineSearch, pairs, lowCurvature, leastCurvature);
    }

    @Override
    public List<String> remedies() {
        return rules().remedies();
    }

    @Override
    public Iteration start(Problem problem) {
        InverseHessian inverse =
                new InverseHessian.Full(problem.backend(), problem.layout().size(), leastCurvature);
        return new QuasiNewtonIteration(rules(), inverse, problem);
    }
}
