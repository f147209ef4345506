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
 * θ ← θ − α (G + λI)⁻¹ g with the generalized Gauss–Newton matrix G = Jᵀ ∇²ℓ J (Schraudolph 2002; for squared errors
 * Nocedal and Wright 2006, §10.3). G is singular wherever parameters outnumber the outputs of the batch: hence a small
 * λ.
 */
@Doc("Gauss and Newton's method for any loss here, matrix formed or by conjugate gradients")
public record GaussNewton(
        @Default("1.0") @Range(above = 0) @Doc("α, or the first of a line search")
        double stepSize,

        @Default("{type: fixed, lambda: 0.1}") @Doc("λ") Damping damping,

        @Default("armijo") @Doc("how far to go") LineSearch lineSearch,

        @Default("cg") @Doc("how the system is solved") LinearSolver solver)
        implements Optimizer {
    public GaussNewton {
        Constraints.check(GaussNewton.class, stepSize, damping, lineSearch, solver);
    }

    @Override
    public void requireFit(ParameterLayout layout) {
        solver.requireFit(layout);
    }

    @Override
    public List<String> remedies() {
        return List.of("a larger optimizer.damping.lambda", "a smaller optimizer.step-size");
    }

    @Override
    public Iteration start(Problem problem) {
        return new SecondOrderIteration(
                new SecondOrderIteration.Choice(Matrix.GAUSS_NEWTON, solver, damping, lineSearch, stepSize, 1),
                problem);
    }
}
