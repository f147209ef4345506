package soopt.optimizer;

import java.util.List;
import soopt.optimizer.step.Problem;
import soopt.solver.LineSearch;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * θ ← θ − α H g with H of the last pairs of steps and changes of the gradient (Nocedal and Wright 2006, alg. 7.5; as
 * torch.optim.LBFGS 1.13 with one iteration a step). The first step goes along −g with α = min(1, 1/‖g‖₁) η.
 */
@Doc("L-BFGS (Nocedal 1980): two gradients a step, or those of a line search; memory (2 history + 6) P; any model")
public record LBfgs(
        @Default("1.0") @Range(above = 0) @Doc("η: α, or the first of a line search")
        double stepSize,

        @Default("10") @Range(min = 1, max = 1000) @Doc("pairs kept")
        int history,

        @Default("strong-wolfe") @Doc("how far to go") LineSearch lineSearch,

        @Default("same-batch") @Doc("where a change of the gradient is measured")
        Pairs pairs,

        @Default("skip") @Doc("what becomes of a pair with too little yᵀs")
        QuasiNewtonIteration.LowCurvature lowCurvature,

        @Default("1.0e-10") @Range(min = 0) @Doc("a pair is kept if yᵀs is above")
        double leastCurvature)
        implements Optimizer {
    public LBfgs {
        Constraints.check(LBfgs.class, stepSize, history, lineSearch, pairs, lowCurvature, leastCurvature);
        new QuasiNewtonIteration.Rules(stepSize, lineSearch, pairs, lowCurvature, leastCurvature);
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
        CurvaturePairs kept =
                new CurvaturePairs(problem.backend(), problem.layout().size(), history, leastCurvature);
        return new QuasiNewtonIteration(rules(), kept, problem);
    }
}
