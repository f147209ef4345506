package soopt.backend.dense;

import java.util.Arrays;
import soopt.backend.dense.NativeArray.View;

/**
 * The factor Q of a square matrix S = Q R with R upper triangular and nothing negative on its diagonal, by reflections
 * I − τ v vᵀ (Householder 1958): orthonormal to rounding whatever the rank of S. From {@value #LEAST_BLOCKED} rows on
 * in blocks I − V T Vᵀ (Schreiber and Van Loan 1989), almost all of whose work is products of matrices by OpenBLAS, in
 * one thread, so that results are the same bits for any number.
 */
public final class Orthonormalization {
    /** Rows below which Java is used, as for eigenvectors. */
    static final int LEAST_BLOCKED = SymmetricEigen.LEAST_NATIVE;
    /** Reflections of a block. */
    private static final int BLOCK = 48;

    private Orthonormalization() {}

    /**
     * Makes of the columns s_k of S, which are given as rows, the columns q_k of Q, as rows: q_k spans with those
     * before it what s_k does.
     *
     * @param rows [n·n] Sᵀ on entry, Qᵀ on return
     * @return whether S is finite; if not, nothing is done
     */
    public static boolean rowsInPlace(double[] rows, int size) {
        return rowsInPlace(rows, size, size >= LEAST_BLOCKED && NativeArray.isAvailable());
    }

    static boolean rowsInPlace(double[] rows, int size, boolean blocked) {
        if (rows.length != Triangle.numbers(size)) {
            throw new IllegalArgumentException(rows.length + " numbers are no matrix of " + size + " rows");
        }
        double largest = 0;
        for (double entry : rows) {
            largest = Math.max(largest, Math.abs(entry));
        }
        if (!(largest <= Double.MAX_VALUE)) {
            return false;
        }
        // a power of two that keeps squares of the entries in range
        double unit = largest == 0 ? 1 : Math.scalb(1.0, Math.max(-1000, -Math.getExponent(largest)));
        for (int i = 0; i < rows.length; i++) {
            rows[i] *= unit;
        }
        Reflections reflections = new Reflections(size);
        if (blocked) {
            reflections.byBlocks(rows);
        } else {
            reflections.byRows(rows);
        }
        return true;
    }

    private static final class Reflections {
        private final int size;
        private final double[] tau;
        /** Of the diagonal of R before Q takes it over. */
        private final double[] sign;

        Reflections(int size) {
            this.size = size;
            this.tau = new double[size];
            this.sign = new double[size];
        }

        /** x ← v with v_0 = 1 for the reflection number k that takes x to a multiple of e_0. */
        private void reflect(int k, double[] x, int from, int to) {
            double rest = 0;
            for (int i = from + 1; i < to; i++) {
                rest += x[i] * x[i];
            }
            double first = x[from];
            sign[k] = first < 0 ? -1 : 1;
            if (rest > 0) {
                double end = -sign[k] * Math.sqrt(first * first + rest);
                sign[k] = -sign[k];
                tau[k] = (end - first) / end;
                double divisor = first - end;
                for (int i = from + 1; i < to; i++) {
                    x[i] /= divisor;
                }
            }
            x[from] = 1;
        }

        /** x ← x − τ_k (v · x) v. */
        private void apply(int k, double[] v, int vFrom, double[] x, int from, int length) {
            double product = 0;
            for (int i = 0; i < length; i++) {
                product += v[vFrom + i] * x[from + i];
            }
            product *= tau[k];
            for (int i = 0; i < length; i++) {
                x[from + i] -= product * v[vFrom + i];
            }
        }

        void byRows(double[] rows) {
            for (int k = 0; k < size; k++) {
                int at = k * size + k;
                reflect(k, rows, at, (k + 1) * size);
                for (int j = k + 1; j < size; j++) {
                    apply(k, rows, at, rows, j * size + k, size - k);
                }
            }
            double[] q = new double[rows.length];
            for (int k = size - 1; k >= 0; k--) {
                q[k * size + k] = sign[k];
                for (int j = k; j < size; j++) {
                    apply(k, rows, k * size + k, q, j * size + k, size - k);
                }
            }
            System.arraycopy(q, 0, rows, 0, rows.length);
        }

        void byBlocks(double[] rows) {
            try (NativeArray a = new NativeArray(rows.length);
                    NativeArray q = new NativeArray(rows.length);
                    ReflectionBlock block = ReflectionBlock.of(BLOCK, size)) {
                a.put(0, rows, 0, rows.length);
                for (int top = 0; top < size; top += BLOCK) {
                    int count = Math.min(BLOCK, size - top);
                    reflect(a, top, count);
                    subtract(block, a, top, false, top + count, a);
                }
                double[] row = new double[size];
                for (int k = 0; k < size; k++) {
                    row[k] = sign[k];
                    q.put((long) k * size, row, 0, size);
                    row[k] = 0;
                }
                for (int top = (size - 1) / BLOCK * BLOCK; top >= 0; top -= BLOCK) {
                    subtract(block, a, top, true, top, q);
                }
                q.get(0, rows, 0, rows.length);
            }
        }

        /** The block whose V begins in row and column top of a, applied to the rows of x from one on. */
        private void subtract(
                ReflectionBlock block, NativeArray a, int top, boolean transposes, int from, NativeArray x) {
            int length = size - top;
            View v = a.view((long) top * size + top, size);
            View target = x.view((long) from * size + top, size);
            block.subtract(v, Math.min(BLOCK, length), length, tau, top, transposes, target, size - from);
        }

        /** Rows top, top + 1, … of a ← their v, with 0 before the 1. */
        private void reflect(NativeArray a, int top, int count) {
            int length = size - top;
            double[] panel = new double[count * length];
            for (int r = 0; r < count; r++) {
                a.get((long) (top + r) * size + top, panel, r * length, length);
            }
            for (int r = 0; r < count; r++) {
                reflect(top + r, panel, r * length + r, (r + 1) * length);
                for (int j = r + 1; j < count; j++) {
                    apply(top + r, panel, r * length + r, panel, j * length + r, length - r);
                }
                Arrays.fill(panel, r * length, r * length + r, 0);
            }
            for (int r = 0; r < count; r++) {
                a.put((long) (top + r) * size + top, panel, r * length, length);
            }
        }
    }
}
