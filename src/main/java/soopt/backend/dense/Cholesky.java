package soopt.backend.dense;

/**
 * M = C⁻¹ L Lᵀ C⁻¹ for a symmetric matrix M [n, n] in float64 on the host, with C = diag(M_ii)^{-1/2}: whether M is
 * positive definite, and solutions of M x = b, do not depend on the scale of each row (Higham 2002, §10.1). Of M the
 * lower triangle is read. The memory is reused between factorizations. From {@value #LEAST_BLOCKED} rows on almost all
 * of the work is products of matrices by OpenBLAS, in one thread, so that results are the same bits for any number.
 */
public final class Cholesky {
    /** Rows below which Java is faster (measured: as fast at 80, half as fast at 128). */
    static final int LEAST_BLOCKED = 100;

    private final int size;
    private final double[] scale;
    private final CholeskyFactor factor;

    /** @throws IllegalArgumentException if an array does not count n² numbers: from 46,341 rows on */
    public Cholesky(int size) {
        this(size, size >= LEAST_BLOCKED && NativeArray.isAvailable());
    }

    Cholesky(int size, boolean blocked) {
        this.factor = blocked ? new BlockedCholesky(size) : new PlainCholesky(size);
        this.size = size;
        this.scale = new double[size];
    }

    public int size() {
        return size;
    }

    /**
     * Factors M + shift I. A matrix with an entry that is NaN or infinite is not positive definite.
     *
     * @param matrix [n·n] row-major M
     * @return n if it is positive definite; else the index of a row where that shows: the leading part that ends with
     * it
     *     is not
     * @throws OutOfMemoryError if there is no room for n² numbers outside the heap
     */
    public int factor(double[] matrix, double shift) {
        return factor(Triangle.of(matrix, size), row -> shift);
    }

    /**
     * Factors M + shift diag(d)².
     *
     * @param matrix [n][n] M
     * @param d [n]
     * @return as {@link #factor(double[], double)}
     */
    public int factor(double[][] matrix, double shift, double[] d) {
        return factor(Triangle.of(matrix), row -> shift * d[row] * d[row]);
    }

    /** What is added to the diagonal entry of a row. */
    private interface Addend {
        double of(int row);
    }

    private int factor(Triangle matrix, Addend addend) {
        for (int i = 0; i < size; i++) {
            double diagonal = matrix.row(i)[matrix.at(i) + i] + addend.of(i);
            if (!(diagonal > 0 && diagonal <= Double.MAX_VALUE)) {
                return i;
            }
            scale[i] = 1 / Math.sqrt(diagonal);
        }
        return factor.factor(matrix, scale);
    }

    /** min L_ii² in (0, 1]: of n roundoffs and less, M is singular to working precision. */
    public double smallestPivot() {
        return factor.smallestPivot();
    }

    /** x ← M⁻¹ b; x may be b. */
    public void solve(double[] b, double[] x) {
        halfSolve(b, x);
        factor.backward(x);
        for (int i = 0; i < size; i++) {
            x[i] *= scale[i];
        }
    }

    /** x ← L⁻¹ C b, so that ‖x‖² = bᵀ M⁻¹ b; x may be b. */
    public void halfSolve(double[] b, double[] x) {
        for (int i = 0; i < size; i++) {
            x[i] = b[i] * scale[i];
        }
        factor.forward(x);
    }

    /**
     * X ← X M⁻¹: each row is the right side of a system, and then its solution.
     *
     * @param x [rows·n]
     */
    public void solveRowsInPlace(double[] x, int rows) {
        if (x.length != (long) rows * size) {
            throw new IllegalArgumentException(x.length + " numbers are not " + rows + " rows of " + size);
        }
        scaleColumns(x, rows);
        factor.solveRows(x, rows);
        scaleColumns(x, rows);
    }

    private void scaleColumns(double[] x, int rows) {
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < size; i++) {
                x[r * size + i] *= scale[i];
            }
        }
    }

    /** M⁻¹ [n·n] row-major, symmetric to the bit. */
    public double[] inverse() {
        double[] inverse = factor.inverse();
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                inverse[i * size + j] *= scale[i] * scale[j];
            }
        }
        return inverse;
    }
}
