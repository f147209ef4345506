package soopt.optimizer.system;

import java.util.Optional;
import soopt.backend.dense.Cholesky;
import soopt.backend.dense.SymmetricEigen;
import soopt.solver.Solve;

/**
 * x of (B + λI) x = b; where that is not positive definite x of (|B| + λI) x = b, with |B| of B's eigenvectors and the
 * absolute values of its eigenvalues, so that directions of negative curvature are left and not sought (Dauphin et al.
 * 2014).
 */
record SymmetricSolution(double[] x, Solve solve) {
    /**
     * @param cholesky memory for a factor
     * @param noise of B's entries beside its largest eigenvalue: eigenvalues below are raised to it
     */
    static SymmetricSolution of(Cholesky cholesky, double[] b, double lambda, double noise, double[] right) {
        int n = right.length;
        double[] x = new double[n];
        boolean definite = cholesky.factor(b, lambda) == n && cholesky.smallestPivot() > noise;
        if (definite) {
            cholesky.solve(right, x);
            return new SymmetricSolution(x, ended(Solve.Ending.CONVERGED, x));
        }
        Optional<SymmetricEigen> eigen = SymmetricEigen.of(b, n);
        if (eigen.isEmpty()) {
            return new SymmetricSolution(x, new Solve(Solve.Ending.NOT_FINITE, 1, Double.NaN));
        }
        double[] values = eigen.get().values();
        double floor = noise * Math.max(Math.abs(values[0]), Math.abs(values[n - 1]));
        eigen.get().multiply(value -> 1 / Math.max(Math.abs(value) + lambda, floor), right, x);
        return new SymmetricSolution(x, ended(Solve.Ending.CLIPPED, x));
    }

    private static Solve ended(Solve.Ending ending, double[] x) {
        for (double entry : x) {
            if (!Double.isFinite(entry)) {
                return new Solve(Solve.Ending.NOT_FINITE, 1, Double.NaN);
            }
        }
        return new Solve(ending, 1, Double.NaN);
    }
}
