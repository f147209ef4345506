package soopt.optimizer;

import java.util.List;
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
 * θ ← θ + α δ with (B + λI) δ = −g solved by conjugate gradients on products alone (Martens 2010): they end by the
 * progress of the model, begin where the last solution was, are scaled by a diagonal, and are gone back over while the
 * loss falls; λ follows the ratio of the actual to the predicted decrease.
 */
@Doc("Hessian-free optimization (Martens 2010): a product per iteration of the solver, memory about 25 P")
public record HessianFree(
        @Default("gauss-newton") @Doc("B") Matrix matrix,

        @Default("{lambda: 1.0, rule: marquardt}") @Doc("λ") Damping.LmRatio damping,

        @Default("{warm-start: 0.95, preconditioner: gradients, kept: 12}") @Doc("how the system is solved")
        LinearSolver.Cg solver,

        @Default("{type: armijo, decrease: 1.0e-2, factor: 0.8, tries: 60}") @Doc("how far to go")
        LineSearch lineSearch,

        @Default("1.0") @Range(above = 0) @Doc("the first α of the line search")
        double stepSize)
        implements Optimizer {
    public HessianFree {
        Constraints.check(HessianFree.class, matrix, damping, solver, lineSearch, stepSize);
    }

    @Override
    public List<String> remedies() {
        return List.of("a larger optimizer.damping.lambda", "a larger training.batch-size");
    }

    @Override
    public Iteration start(Problem problem) {
        return new SecondOrderIteration(
                new SecondOrderIteration.Choice(matrix, solver, damping, lineSearch, stepSize, 1), problem);
    }
}
