package soopt.optimizer.system;

import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.backend.dense.Cholesky;
import soopt.file.JsonObject;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.solver.Solve;

/** The running part of {@link LinearSolver.Dense}. */
final class DenseSolver implements LinearSolver.Running {
    /** Roundoffs of the products that are not told from a matrix of random ones: norm √n. */
    private static final double NOISE = 10;

    private final Backend backend;
    private final DenseMatrix matrix;
    private final double[] gradient;
    private final Cholesky cholesky;
    private final double noise;
    private Optional<double[]> values = Optional.empty();

    DenseSolver(Problem problem) {
        this.backend = problem.backend();
        this.matrix = new DenseMatrix(problem);
        this.gradient = new double[matrix.size()];
        this.cholesky = new Cholesky(matrix.size());
        this.noise = NOISE * Math.sqrt(matrix.size()) * backend.precision().unitRoundoff();
    }

    @Override
    public void look(Products products) {
        values = Optional.of(matrix.form(products));
    }

    @Override
    public LinearSolver.Solution solve(double lambda, Tensor g, Tensor delta) {
        backend.toHost(g, gradient, 0);
        int n = matrix.size();
        SymmetricSolution solution = SymmetricSolution.of(cholesky, values.orElseThrow(), lambda, noise, gradient);
        double[] x = solution.x();
        double slope = 0;
        for (int i = 0; i < n; i++) {
            x[i] = -x[i];
            slope += gradient[i] * x[i];
        }
        double model = slope + quadratic(values.orElseThrow(), lambda, x) / 2;
        backend.fromHost(x, 0, delta);
        Solve solve = solution.solve();
        JsonObject details =
                new JsonObject().put("factorization", solve.ending().words()).put("residual", solve.residual());
        return new LinearSolver.Solution(solve, model, List.of(), details);
    }

    /** xᵀ(B + λI)x, also where another matrix than B gave x. */
    private static double quadratic(double[] b, double lambda, double[] x) {
        int n = x.length;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double row = lambda * x[i];
            for (int j = 0; j < n; j++) {
                row += b[i * n + j] * x[j];
            }
            sum += row * x[i];
        }
        return sum;
    }

    /** Nothing goes from one θ to the next. */
    @Override
    public void save(State state) {}

    @Override
    public void restore(State state) {}

    @Override
    public void close() {
        matrix.close();
    }
}
