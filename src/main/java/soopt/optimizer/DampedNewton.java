package soopt.optimizer;

import java.util.List;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.step.Problem;
import soopt.optimizer.system.LinearSolver;
import soopt.optimizer.system.Matrix;
import soopt.solver.Damping;
import soopt.solver.LineSearch;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * θ ← θ − α (H + λI)⁻¹ g with the whole Hessian H = ∇²L and a λ that is fixed or follows the ratio of the actual to the
 * predicted decrease (Nocedal and Wright 2006, §3.4 and §4.1). Where H + λI is not positive definite |H| + λI takes its
 * place (Dauphin et al. 2014).
 */
@Doc("Newton's method with H + λI: P products a step, 16 P² bytes; small models, full batch")
public record DampedNewton(
        @Default("1.0") @Range(above = 0) @Doc("α, or the first of a line search")
        double stepSize,

        @Default("fixed") @Doc("λ") Damping damping,

        @Default("none") @Doc("how far to go") LineSearch lineSearch,

        @Default("{}") @Doc("how the matrix is factored") LinearSolver.Dense solver,

        @Default("10") @Range(min = 1, max = 100) @Doc("most λ tried at one θ, where λ follows the ratio")
        int tries)
        implements Optimizer {
    public DampedNewton {
        Constraints.check(DampedNewton.class, stepSize, damping, lineSearch, solver, tries);
    }

    @Override
    public void requireFit(ParameterLayout layout) {
        solver.requireFit(layout);
    }

    @Override
    public List<String> remedies() {
        return List.of("a larger optimizer.damping.lambda", "optimizer.line-search: armijo");
    }

    @Override
    public Iteration start(Problem problem) {
        int most = damping instanceof Damping.LmRatio ? tries : 1;
        return new SecondOrderIteration(
                new SecondOrderIteration.Choice(Matrix.HESSIAN, solver, damping, lineSearch, stepSize, most), problem);
    }
}
