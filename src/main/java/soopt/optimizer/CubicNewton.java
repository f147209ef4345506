package soopt.optimizer;

import java.util.List;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.step.Problem;
import soopt.optimizer.system.CubicSolver;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * θ ← θ + s with s the global minimum of gᵀs + ½ sᵀHs + (ρ/6) ‖s‖³ (Nesterov and Polyak 2006, eq. 2.4). With an
 * adaptive ρ a step is taken only if the loss falls by a tenth of what the model says, and ρ follows the ratio of the
 * two (Cartis, Gould and Toint 2011, alg. 2.1 with σ = ρ/2): halved above 9/10, doubled below 1/10.
 */
@Doc("Newton's method with cubic regularization (Nesterov and Polyak 2006); small models, or a few products a step")
public record CubicNewton(
        @Default("1.0") @Range(above = 0) @Doc("ρ: the Lipschitz constant of H, or where it begins")
        double rho,

        @Default("true") @Doc("whether ρ follows the run, and steps that do not pay are not taken")
        boolean adaptive,

        @Default("dense") @Doc("how the model is minimized") CubicSolver solver,

        @Default("10") @Range(min = 1, max = 100) @Doc("most values of ρ tried at one θ, if adaptive")
        int tries,

        @Default("1.0e-8") @Range(above = 0) @Doc("ρ stays at or above, if adaptive")
        double least)
        implements Optimizer {
    public CubicNewton {
        Constraints.check(CubicNewton.class, rho, adaptive, solver, tries, least);
    }

    @Override
    public void requireFit(ParameterLayout layout) {
        solver.requireFit(layout);
    }

    @Override
    public List<String> remedies() {
        return List.of("a larger optimizer.rho", "optimizer.adaptive: true");
    }

    @Override
    public Iteration start(Problem problem) {
        return new CubicNewtonIteration(this, problem);
    }
}
