package soopt.backend.dense;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.openblas.global.openblas;

/**
 * Numbers in float64 outside the heap, where OpenBLAS takes them, and its product of matrices. One thread: the sum of
 * an entry is cut by nothing but the sizes.
 *
 * <p>OpenBLAS's triangular products and solves (trmm, trsm) are not used, nor what LAPACK makes of them (potrf, potrs,
 * potri, ormtr, syevd): in the build of 0.3.19 that is shipped their kernels for AVX-512 (SkylakeX, Cooperlake) give
 * wrong numbers and write beyond their arrays, because it was made on a machine without (OpenBLAS issue 2986).
 */
final class NativeArray implements AutoCloseable {
    private final DoublePointer start;

    /** From some index on, as a matrix whose rows begin so far apart. */
    record View(DoublePointer start, int stride) {}

    /** @throws OutOfMemoryError if there is no room */
    NativeArray(long length) {
        if (!isAvailable()) {
            throw new IllegalStateException("there is no OpenBLAS for this platform");
        }
        // ND4J sets them to all cores when it is loaded
        if (openblas.blas_get_num_threads() != 1) {
            openblas.blas_set_num_threads(1);
        }
        try {
            start = new DoublePointer(Math.max(1, length));
        } catch (OutOfMemoryError e) {
            OutOfMemoryError none = new OutOfMemoryError("the system gives no " + 8 * length + " bytes for a matrix");
            none.initCause(e);
            throw none;
        }
    }

    /** Whether this platform has OpenBLAS. */
    static boolean isAvailable() {
        return Library.AVAILABLE;
    }

    /** Loaded once, when it is first asked for. */
    private static final class Library {
        static final boolean AVAILABLE = load();

        private static boolean load() {
            try {
                openblas.blas_set_num_threads(1);
                return true;
            } catch (LinkageError none) {
                return false;
            }
        }
    }

    /**
     * Whether a routine of LAPACKE ended well.
     *
     * @throws OutOfMemoryError if it had no room to work in
     */
    static boolean succeeded(int info) {
        if (info == openblas.LAPACK_WORK_MEMORY_ERROR) {
            throw new OutOfMemoryError("the system gives LAPACK no room to work in");
        }
        return info == 0;
    }

    DoublePointer pointer(long at) {
        return new DoublePointer(start).position(at);
    }

    View view(long at, int stride) {
        return new View(pointer(at), stride);
    }

    void put(long at, double[] source, int from, int count) {
        pointer(at).put(source, from, count);
    }

    void get(long at, double[] target, int from, int count) {
        pointer(at).get(target, from, count);
    }

    /** c ← α op(a) op(b) + β c; c: [m, n], k products are summed. Nothing is done for m, n or k = 0. */
    static void product(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            double alpha,
            View a,
            View b,
            double beta,
            View c) {
        if (m == 0 || n == 0 || k == 0) {
            return;
        }
        openblas.cblas_dgemm(
                openblas.CblasRowMajor,
                transposeA ? openblas.CblasTrans : openblas.CblasNoTrans,
                transposeB ? openblas.CblasTrans : openblas.CblasNoTrans,
                m,
                n,
                k,
                alpha,
                a.start,
                a.stride,
                b.start,
                b.stride,
                beta,
                c.start,
                c.stride);
    }

    @Override
    public void close() {
        start.close();
    }
}
