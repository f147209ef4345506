package soopt.backend.cpu;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import soopt.backend.Contract;
import soopt.backend.Tensor;

/** A matrix product, any rows and columns of whose result can be computed by themselves. */
final class CpuProduct {
    /** Multiply-adds that cost as much as one element of an elementwise loop. */
    static final int GEMM_WORK = 16;
    /** Multiply-adds of a product that is not worth cutting. */
    private static final long LEAST_WORK = 1 << 20;
    /** Columns of a piece; with fewer, packing the rows again for each piece counts: 4 % at 256 columns of 100 rows. */
    private static final int LEAST_COLUMNS = 384;
    /** Rows of a piece. */
    private static final int LEAST_ROWS = 512;

    private static final int MOST_PIECES = 64;
    /** Rows of a band of a symmetric product. */
    private static final int BAND = 192;

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
        if (m == 0 || n == 0) {
            return;
        }
        if (c.precision().isSingle()) {
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

    /**
     * c ← α op(a) op(b) + β c, in pieces shared by the threads. OpenBLAS adds in another order in another part of its
     * loops, and which part an element falls into follows from where its product is cut (measured on 0.3.19: in
     * float32 almost every cut changes bits). So the pieces depend on the sizes alone, and one thread cuts as many do.
     */
    static void multiply(
            CpuBackend backend,
            boolean transposeA,
            boolean transposeB,
            double alpha,
            Tensor a,
            Tensor b,
            double beta,
            Tensor c) {
        CpuProduct product = of(transposeA, transposeB, alpha, a, b, beta, c);
        int m = c.length(0);
        int n = c.length(1);
        long work = (long) m * n * product.k;
        int rows = pieces(m, LEAST_ROWS, work);
        int columns = pieces(n, LEAST_COLUMNS, work);
        // Rows that lie in columns take longer to pack.
        boolean byColumns = transposeA ? rows == 1 : columns > rows || columns == rows && n >= m;
        if (byColumns) {
            backend.workers()
                    .blocks(n, piece(n, columns), work / GEMM_WORK, (from, to, i) -> product.run(0, m, from, to));
        } else {
            backend.workers().blocks(m, piece(m, rows), work / GEMM_WORK, (from, to, i) -> product.run(from, to, 0, n));
        }
    }

    /** A power of two, so that two or four threads have equal shares. */
    private static int pieces(int length, int least, long work) {
        long most = Math.max(1, Math.min(MOST_PIECES, Math.min(length / least, work / LEAST_WORK)));
        return (int) Long.highestOneBit(most);
    }

    private static int piece(int length, int pieces) {
        return Math.max(1, (length + 16 * pieces - 1) / (16 * pieces) * 16);
    }

    /** The lower triangle of c ← α xᵀ x + β c, or of α x xᵀ + β c, in bands of rows. */
    static void gram(CpuBackend backend, boolean ofColumns, double alpha, Tensor x, double beta, Tensor c) {
        CpuProduct product = of(ofColumns, !ofColumns, alpha, x, x, beta, c);
        int d = c.length(0);
        long work = (long) d * d / 2 * product.k;
        backend.workers().blocks(d, BAND, work / GEMM_WORK, (from, to, i) -> {
            product.run(from, to, 0, from);
            product.triangle(from, to);
        });
    }

    /**
     * The lower triangle of rows and columns from … to − 1 of a symmetric c: 0.6 to 0.7 times the time of its square.
     */
    private void triangle(int from, int to) {
        int lda = a.length(1);
        int ldc = c.length(1);
        int lower = openblas.CblasLower;
        long atA = transposeA == openblas.CblasTrans ? from : (long) from * lda;
        long atC = (long) from * ldc + from;
        int n = to - from;
        if (k == 0) { // OpenBLAS leaves c as it is
            run(from, to, from, to);
            return;
        }
        if (c.precision().isSingle()) {
            openblas.cblas_ssyrk(
                    openblas.CblasRowMajor,
                    lower,
                    transposeA,
                    n,
                    k,
                    (float) alpha,
                    floats(a, atA),
                    lda,
                    (float) beta,
                    floats(c, atC),
                    ldc);
        } else {
            openblas.cblas_dsyrk(
                    openblas.CblasRowMajor,
                    lower,
                    transposeA,
                    n,
                    k,
                    alpha,
                    doubles(a, atA),
                    lda,
                    beta,
                    doubles(c, atC),
                    ldc);
        }
    }

    /** c ← α op(a) op(b) + β c by the calling thread, uncut. */
    static void multiplyAlone(
            boolean transposeA, boolean transposeB, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
        of(transposeA, transposeB, alpha, a, b, beta, c).run(0, c.length(0), 0, c.length(1));
    }

    private static CpuProduct of(
            boolean transposeA, boolean transposeB, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
        Contract.product(transposeA, transposeB, a, b, c);
        int k = a.length(transposeA ? 0 : 1);
        return new CpuProduct(transposeA, transposeB, alpha, a, b, beta, c, k);
    }

    private static FloatPointer floats(Tensor x, long from) {
        return new FloatPointer(CpuBackend.pointer(x)).position(x.offset() + from);
    }

    private static DoublePointer doubles(Tensor x, long from) {
        return new DoublePointer(CpuBackend.pointer(x)).position(x.offset() + from);
    }
}
