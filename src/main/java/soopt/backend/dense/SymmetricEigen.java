package soopt.backend.dense;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * M = Σ_k λ_k v_k v_kᵀ for a symmetric matrix M [n, n] in float64 on the host, of which the lower triangle is read.
 * From {@value #LEAST_NATIVE} rows on by LAPACK's reduction to a tridiagonal matrix and division into halves (sytrd,
 * stedc), in one thread, so that results are the same bits for any number.
 *
 * @param values [n] λ, ascending
 * @param vectors [n·n] row-major, v_k in row k: orthonormal; of no length if they were not asked for
 */
public record SymmetricEigen(double[] values, double[] vectors) {
    /** Rows below which Java is used: 1 ms at most, and the same bits on every machine. */
    static final int LEAST_NATIVE = 100;

    /**
     * Values and vectors; none if an entry is NaN or infinite, or the iteration does not end.
     *
     * @param matrix [n·n] row-major
     * @throws OutOfMemoryError if there is no room for 3n² numbers outside the heap
     */
    public static Optional<SymmetricEigen> of(double[] matrix, int size) {
        return of(Triangle.of(matrix, size), true);
    }

    /** The same of rows that are arrays. */
    public static Optional<SymmetricEigen> of(double[][] matrix) {
        Triangle.numbers(matrix.length);
        return of(Triangle.of(matrix), true);
    }

    /** λ alone, in less than half of the time; none as for {@link #of(double[], int)}. */
    public static Optional<double[]> values(double[] matrix, int size) {
        return of(Triangle.of(matrix, size), false).map(SymmetricEigen::values);
    }

    /** The same of rows that are arrays. */
    public static Optional<double[]> values(double[][] matrix) {
        Triangle.numbers(matrix.length);
        return of(Triangle.of(matrix), false).map(SymmetricEigen::values);
    }

    private static Optional<SymmetricEigen> of(Triangle matrix, boolean vectors) {
        return of(matrix, vectors, matrix.size() >= LEAST_NATIVE && NativeArray.isAvailable());
    }

    static Optional<SymmetricEigen> of(Triangle matrix, boolean vectors, boolean byLapack) {
        double largest = matrix.largest();
        if (!(largest <= Double.MAX_VALUE)) {
            return Optional.empty();
        }
        if (matrix.size() == 0) {
            return Optional.of(new SymmetricEigen(new double[0], new double[0]));
        }
        // a power of two that keeps squares of the entries in range, exact to undo
        double unit = largest == 0 ? 1 : Math.scalb(1.0, Math.max(-1000, -Math.getExponent(largest)));
        return byLapack ? LapackEigen.decompose(matrix, unit, vectors) : PlainEigen.decompose(matrix, unit, vectors);
    }

    public int size() {
        return values.length;
    }

    /** f(M) = Σ_k f(λ_k) v_k v_kᵀ [n·n] row-major, symmetric to the bit. */
    public double[] apply(DoubleUnaryOperator f) {
        int size = size();
        double[] weights = new double[size];
        for (int k = 0; k < size; k++) {
            weights[k] = f.applyAsDouble(values[k]);
        }
        return size >= Cholesky.LEAST_BLOCKED && NativeArray.isAvailable()
                ? LapackEigen.compose(vectors, weights)
                : PlainEigen.compose(vectors, weights);
    }

    /**
     * x ← Σ_k f(λ_k) v_k (v_k · b); x may be b.
     *
     * @param b [n]
     */
    public void multiply(DoubleUnaryOperator f, double[] b, double[] x) {
        int size = size();
        double[] result = new double[size];
        for (int k = 0; k < size; k++) {
            double part = 0;
            for (int i = 0; i < size; i++) {
                part += vectors[k * size + i] * b[i];
            }
            part *= f.applyAsDouble(values[k]);
            for (int i = 0; i < size; i++) {
                result[i] += part * vectors[k * size + i];
            }
        }
        System.arraycopy(result, 0, x, 0, size);
    }
}
