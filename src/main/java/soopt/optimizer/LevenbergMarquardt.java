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
 * θ ← θ − (G + λI)⁻¹ g where the loss falls, with the generalized Gauss–Newton matrix G and a λ that follows the ratio
 * of the actual to the predicted decrease (Levenberg 1944; Marquardt 1963; Madsen, Nielsen and Tingleff 2004, alg.
 * 3.16). A step that does not lower the loss of the batch is tried again with a larger λ.
 */
@Doc("Levenberg and Marquardt's method for any loss here, matrix formed or by conjugate gradients")
public record LevenbergMarquardt(
        @Default("{lambda: 1.0e-2, rule: nielsen}") @Doc("λ")
        Damping.LmRatio damping,

        @Default("dense") @Doc("how the system is solved") LinearSolver solver,

        @Default("10") @Range(min = 1, max = 100) @Doc("most solutions at one θ")
        int tries)
        implements Optimizer {
    public LevenbergMarquardt {
        Constraints.check(LevenbergMarquardt.class, damping, solver, tries);
    }

    @Override
    public void requireFit(ParameterLayout layout) {
        solver.requireFit(layout);
    }

    @Override
    public List<String> remedies() {
        return List.of("a larger optimizer.damping.lambda", "training.full-batch: true");
    }

    @Override
    public Iteration start(Problem problem) {
        return new SecondOrderIteration(
                new SecondOrderIteration.Choice(Matrix.GAUSS_NEWTON, solver, damping, new LineSearch.None(), 1, tries),
                problem);
    }
}
