package soopt.backend.cpu;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import soopt.backend.Precision;
import soopt.backend.Tensor;

/** A matrix product, any block of whose result can be computed by itself. */
final class CpuProduct {
    /** Multiply-adds that cost as much as one element of an elementwise loop. */
    private static final int GEMM_WORK = 16;

    private final int transposeA;
    private final int transposeB;
    private final double alpha;
    private final Tensor a;
    private final Tensor b;
    private final double beta;
    private final Tensor c;
    private final int k;

    private CpuProduct(
            boolean transposeA, boolean transposeB, double alpha, Tensor a, Tensor b, double beta, Tensor c, int k) {
        this.transposeA = transposeA ? openblas.CblasTrans : openblas.CblasNoTrans;
        this.transposeB = transposeB ? openblas.CblasTrans : openblas.CblasNoTrans;
        this.alpha = alpha;
        this.a = a;
        this.b = b;
        this.beta = beta;
        this.c = c;
        this.k = k;
    }

    /** Rows m0 … m1 − 1 and columns n0 … n1 − 1 of c. */
    void run(int m0, int m1, int n0, int n1) {
        int lda = a.length(1);
        int ldb = b.length(1);
        int ldc = c.length(1);
        long atA = transposeA == openblas.CblasTrans ? m0 : (long) m0 * lda;
        long atB = transposeB == openblas.CblasTrans ? (long) n0 * ldb : n0;
        long atC = (long) m0 * ldc + n0;
        int m = m1 - m0;
        int n = n1 - n0;
        if (c.precision() == Precision.FLOAT32) {
            openblas.cblas_sgemm(
                    openblas.CblasRowMajor,
                    transposeA,
                    transposeB,
                    m,
                    n,
                    k,
                    (float) alpha,
                    floats(a, atA),
                    lda,
                    floats(b, atB),
                    ldb,
                    (float) beta,
                    floats(c, atC),
                    ldc);
        } else {
            openblas.cblas_dgemm(
                    openblas.CblasRowMajor,
                    transposeA,
                    transposeB,
                    m,
                    n,
                    k,
                    alpha,
                    doubles(a, atA),
                    lda,
                    doubles(b, atB),
                    ldb,
                    beta,
                    doubles(c, atC),
                    ldc);
        }
    }

    /** c ← α op(a) op(b) + β c. */
    static void multiply(
            CpuBackend backend,
            boolean transposeA,
            boolean transposeB,
            double alpha,
            Tensor a,
            Tensor b,
            double beta,
            Tensor c) {
        CpuBackend.require(a.rank() == 2 && b.rank() == 2 && c.rank() == 2, a, b, c);
        int m = c.length(0);
        int n = c.length(1);
        int k = a.length(transposeA ? 0 : 1);
        CpuBackend.require(
                a.length(transposeA ? 1 : 0) == m
                        && b.length(transposeB ? 0 : 1) == n
                        && b.length(transposeB ? 1 : 0) == k,
                a,
                b,
                c);
        if (m == 0 || n == 0) {
            return;
        }
        CpuProduct product = new CpuProduct(transposeA, transposeB, alpha, a, b, beta, c, k);
        // Splitting the larger side of the result keeps both shares efficient; the sums over k are never split, so that
        // the number of threads does not change the order of additions.
        long work = (long) m * n * k / GEMM_WORK;
        if (n >= m) {
            backend.workers().share(n, 16, work, (from, to, part) -> product.run(0, m, from, to));
        } else {
            backend.workers().share(m, 8, work, (from, to, part) -> product.run(from, to, 0, n));
        }
    }

    private static FloatPointer floats(Tensor x, long from) {
        return new FloatPointer(CpuBackend.pointer(x)).position(x.offset() + from);
    }

    private static DoublePointer doubles(Tensor x, long from) {
        return new DoublePointer(CpuBackend.pointer(x)).position(x.offset() + from);
    }
}
