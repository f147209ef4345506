package soopt.backend.dense;

import java.util.Optional;
import org.bytedeco.openblas.global.openblas;
import soopt.backend.dense.NativeArray.View;

/**
 * Q T Qᵀ = M with T tridiagonal by LAPACK's sytrd, T = Z Λ Zᵀ by stedc (Cuppen 1981; Gu and Eisenstat 1995), and QZ by
 * products of matrices: Q is a product of reflections I − τ v vᵀ, in blocks I − V T Vᵀ (Schreiber and Van Loan 1989).
 */
final class LapackEigen {
    /** Reflections of a block. */
    private static final int BLOCK = 64;
    /** Rows of a symmetric product that are made at once. */
    private static final int STRIP = 256;

    private LapackEigen() {}

    /** @param unit what the entries are multiplied by */
    static Optional<SymmetricEigen> decompose(Triangle matrix, double unit, boolean vectors) {
        int size = matrix.size();
        try (NativeArray a = scaled(matrix, unit);
                NativeArray d = new NativeArray(size);
                NativeArray e = new NativeArray(size);
                NativeArray tau = new NativeArray(size)) {
            int reduced = openblas.LAPACKE_dsytrd(
                    openblas.LAPACK_COL_MAJOR,
                    (byte) 'U',
                    size,
                    a.pointer(0),
                    size,
                    d.pointer(0),
                    e.pointer(0),
                    tau.pointer(0));
            if (!NativeArray.succeeded(reduced)) {
                return Optional.empty();
            }
            double[] factors = new double[size];
            tau.get(0, factors, 0, size - 1);
            double[] rows = new double[vectors ? Triangle.numbers(size) : 0];
            if (!(vectors ? solve(a, d, e, factors, rows) : solve(size, d, e))) {
                return Optional.empty();
            }
            double[] values = new double[size];
            d.get(0, values, 0, size);
            for (int k = 0; k < size; k++) {
                values[k] /= unit;
            }
            return Optional.of(new SymmetricEigen(values, rows));
        }
    }

    /** The lower triangle in rows, which is the upper one in LAPACK's columns. */
    private static NativeArray scaled(Triangle matrix, double unit) {
        int size = matrix.size();
        NativeArray a = new NativeArray((long) size * size);
        double[] entries = new double[size];
        for (int i = 0; i < size; i++) {
            double[] row = matrix.row(i);
            int at = matrix.at(i);
            for (int j = 0; j <= i; j++) {
                entries[j] = row[at + j] * unit;
            }
            a.put((long) i * size, entries, 0, i + 1);
        }
        return a;
    }

    /** d ← the eigenvalues of T, in place of its diagonal. */
    private static boolean solve(int size, NativeArray d, NativeArray e) {
        return NativeArray.succeeded(openblas.LAPACKE_dsterf(size, d.pointer(0), e.pointer(0)));
    }

    /** The same with rows ← the eigenvectors of M. */
    private static boolean solve(NativeArray a, NativeArray d, NativeArray e, double[] tau, double[] rows) {
        int size = tau.length;
        try (NativeArray z = new NativeArray((long) size * size)) {
            int ended = openblas.LAPACKE_dstedc(
                    openblas.LAPACK_COL_MAJOR, (byte) 'I', size, d.pointer(0), e.pointer(0), z.pointer(0), size);
            if (!NativeArray.succeeded(ended)) {
                return false;
            }
            rotate(a, tau, z, size);
            z.get(0, rows, 0, rows.length);
            return true;
        }
    }

    /**
     * z ← z Qᵀ = z H₁ H₂ … H_{n−1}; its rows are vectors. H_c = I − τ_{c−1} v vᵀ, where v lies in row c of a: c − 1
     * entries, then a 1 that is not stored.
     */
    private static void rotate(NativeArray a, double[] tau, NativeArray z, int size) {
        double[] unit = new double[size + 1];
        unit[0] = 1;
        for (int c = 1; c < size; c++) {
            a.put((long) c * size + c - 1, unit, 0, size - c + 1);
        }
        int block = Math.min(BLOCK, size);
        try (ReflectionBlock reflections = ReflectionBlock.of(block, size)) {
            for (int from = 1; from < size; from += block) {
                int count = Math.min(block, size - from);
                View v = a.view((long) from * size, size);
                reflections.subtract(v, count, from + count - 1, tau, from - 1, false, z.view(0, size), size);
            }
        }
    }

    /** Σ_k w_k v_k v_kᵀ [n·n]. */
    static double[] compose(double[] vectors, double[] weights) {
        int size = weights.length;
        double[] result = new double[vectors.length];
        try (NativeArray v = new NativeArray(vectors.length);
                NativeArray weighted = new NativeArray(vectors.length);
                NativeArray strip = new NativeArray((long) Math.min(STRIP, size) * size)) {
            v.put(0, vectors, 0, vectors.length);
            double[] row = new double[size];
            for (int k = 0; k < size; k++) {
                for (int i = 0; i < size; i++) {
                    row[i] = weights[k] * vectors[k * size + i];
                }
                weighted.put((long) k * size, row, 0, size);
            }
            for (int top = 0; top < size; top += STRIP) {
                int rows = Math.min(STRIP, size - top);
                int width = top + rows;
                NativeArray.product(
                        true,
                        false,
                        rows,
                        width,
                        size,
                        1,
                        weighted.view(top, size),
                        v.view(0, size),
                        0,
                        strip.view(0, width));
                for (int r = 0; r < rows; r++) {
                    strip.get((long) r * width, result, (top + r) * size, top + r + 1);
                }
            }
        }
        BlockedCholesky.mirror(result, size);
        return result;
    }
}
