package soopt.optimizer.system;

import java.util.Optional;
import soopt.backend.Tensor;
import soopt.optimizer.step.Problem;
import soopt.solver.CubicSubproblem;
import soopt.solver.Lanczos;

/** The running part of {@link CubicSolver.Lanczos}. */
final class LanczosCubic implements CubicSolver.Running {
    private final Lanczos lanczos;
    private Optional<Lanczos.Krylov> krylov = Optional.empty();

    LanczosCubic(Problem problem, int steps) {
        this.lanczos = new Lanczos(problem.backend(), problem.layout().size(), steps);
    }

    @Override
    public void look(Products hessian, Tensor gradient) {
        krylov = Optional.of(lanczos.run(hessian::times, gradient));
    }

    @Override
    public CubicSolver.Minimum minimum(double rho, Tensor step) {
        Lanczos.Krylov space = krylov.orElseThrow();
        if (space.t().size() == 0) {
            return new CubicSolver.Minimum(space.solve(), 0, 0, Double.NaN, false);
        }
        CubicSubproblem.Outcome outcome = CubicSubproblem.solve(space, rho);
        lanczos.combine(outcome.step(), step);
        return new CubicSolver.Minimum(
                outcome.solve(), outcome.length(), outcome.model(), outcome.multiplier(), outcome.hardCase());
    }

    @Override
    public void close() {
        lanczos.close();
    }
}
