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
 * θ ← θ − α H⁻¹ g with the whole Hessian H = ∇²L (Nocedal and Wright 2006, §3.3). Where H is not positive definite |H|
 * takes its place, which leaves saddles instead of seeking them (Dauphin et al. 2014), and the step says so.
 */
@Doc("Newton's method: P products a step, 16 P² bytes; small models, full batch")
public record Newton(
        @Default("1.0") @Range(above = 0) @Doc("α, or the first of a line search")
        double stepSize,

        @Default("none") @Doc("how far to go") LineSearch lineSearch,

        @Default("{}") @Doc("how the matrix is factored") LinearSolver.Dense solver)
        implements Optimizer {
    public Newton {
        Constraints.check(Newton.class, stepSize, lineSearch, solver);
    }

    @Override
    public void requireFit(ParameterLayout layout) {
        solver.requireFit(layout);
    }

    @Override
    public List<String> remedies() {
        return List.of(
                "optimizer.type: damped-newton", "optimizer.line-search: armijo", "a smaller optimizer.step-size");
    }

    @Override
    public Iteration start(Problem problem) {
        return new SecondOrderIteration(
                new SecondOrderIteration.Choice(Matrix.HESSIAN, solver, new Damping.Fixed(0), lineSearch, stepSize, 1),
                problem);
    }
}
