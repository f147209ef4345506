package soopt.optimizer.system;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.backend.dense.SymmetricEigen;
import soopt.optimizer.step.Problem;
import soopt.solver.CubicSubproblem;
import soopt.solver.Solve;

/** The running part of {@link CubicSolver.Dense}. */
final class DenseCubic implements CubicSolver.Running {
    private final Backend backend;
    private final DenseMatrix matrix;
    private final double[] gradient;
    private Optional<SymmetricEigen> eigen = Optional.empty();

    DenseCubic(Problem problem) {
        this.backend = problem.backend();
        this.matrix = new DenseMatrix(problem);
        this.gradient = new double[matrix.size()];
    }

    @Override
    public void look(Products hessian, Tensor g) {
        backend.toHost(g, gradient, 0);
        eigen = SymmetricEigen.of(matrix.form(hessian), matrix.size());
    }

    @Override
    public CubicSolver.Minimum minimum(double rho, Tensor step) {
        if (eigen.isEmpty()) {
            return new CubicSolver.Minimum(
                    new Solve(Solve.Ending.NOT_FINITE, 1, Double.NaN), 0, Double.NaN, Double.NaN, false);
        }
        SymmetricEigen basis = eigen.get();
        int n = basis.size();
        double[] inBasis = new double[n];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                inBasis[k] += basis.vectors()[k * n + i] * gradient[i];
            }
        }
        CubicSubproblem.Outcome outcome = CubicSubproblem.solve(basis.values(), inBasis, rho);
        double[] x = new double[n];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                x[i] += basis.vectors()[k * n + i] * outcome.step()[k];
            }
        }
        backend.fromHost(x, 0, step);
        return new CubicSolver.Minimum(
                outcome.solve(), outcome.length(), outcome.model(), outcome.multiplier(), outcome.hardCase());
    }

    @Override
    public void close() {
        matrix.close();
    }
}
