package soopt.solver.dense;

import soopt.backend.dense.Cholesky;
import soopt.backend.dense.SymmetricEigen;

/** A positive definite matrix A [n, n] that systems can be solved with. */
public sealed interface Definite {
    int size();

    /** x ← A⁻¹ b; x may be b. */
    void solve(double[] b, double[] x);

    /** X ← X A⁻¹: each row of x [rows·n] is the right side of a system, and then its solution. */
    void solveRowsInPlace(double[] x, int rows);

    /** A⁻¹ [n·n] row-major, symmetric to the bit. */
    double[] inverse();

    /** A in Cholesky's factors. */
    record Factored(Cholesky factor) implements Definite {
        @Override
        public int size() {
            return factor.size();
        }

        @Override
        public void solve(double[] b, double[] x) {
            factor.solve(b, x);
        }

        @Override
        public void solveRowsInPlace(double[] x, int rows) {
            factor.solveRowsInPlace(x, rows);
        }

        @Override
        public double[] inverse() {
            return factor.inverse();
        }
    }

    /** A in its eigenvectors. */
    record Diagonalized(SymmetricEigen eigen) implements Definite {
        @Override
        public int size() {
            return eigen.size();
        }

        @Override
        public void solve(double[] b, double[] x) {
            eigen.multiply(value -> 1 / value, b, x);
        }

        @Override
        public void solveRowsInPlace(double[] x, int rows) {
            double[] row = new double[size()];
            for (int r = 0; r < rows; r++) {
                System.arraycopy(x, r * row.length, row, 0, row.length);
                solve(row, row);
                System.arraycopy(row, 0, x, r * row.length, row.length);
            }
        }

        @Override
        public double[] inverse() {
            return eigen.apply(value -> 1 / value);
        }
    }
}
