package soopt.backend.cpu;

import soopt.backend.Contract;
import soopt.backend.Tensor;
import soopt.backend.vector.Loops;

/** Sums of products on the CPU, in float64 across blocks. */
final class CpuContractions {
    /** Place of weights that are all 1: the array is not read. */
    private static final int ONES = -1;

    /** Positions of which one thread makes a Gram matrix before it is added to the others. */
    static final int GRAM_BLOCK = 8192;

    /** Rows of which one thread makes a Gram matrix of their columns before it is added to the others. */
    private static final int GRAM_ROWS = 2048;

    private final CpuBackend backend;
    private final Loops loops;

    CpuContractions(CpuBackend backend, Loops loops) {
        this.backend = backend;
        this.loops = loops;
    }

    void dots(double alpha, Tensor x, Tensor y, double[] out) {
        Contract.dots(x, y, out);
        dotRows(alpha, x, y, x.length(0), CpuBackend.size(y), 0, out);
    }

    void pairedDots(double alpha, Tensor x, Tensor y, double[] out) {
        Contract.pairedDots(x, y, out);
        int n = x.length(0);
        if (n > 0) {
            int m = CpuBackend.size(x) / n;
            dotRows(alpha, x, y, n, m, m, out);
        }
    }

    /** out ← α xᵀx + β out; x: [rows, d]. */
    void columnGram(double alpha, Tensor x, double beta, Tensor out) {
        int rows = x.length(0);
        int d = x.length(1);
        int block = Workers.block(rows, GRAM_ROWS, (long) d * d);
        double[][] sums = new double[Workers.count(rows, block)][];
        backend.workers().blocks(rows, block, (long) rows * d * d / (2 * CpuProduct.GEMM_WORK), (from, to, index) -> {
            double[] sum = new double[d * d];
            loops.columnGram(CpuBackend.bytes(x), CpuBackend.at(x) + from * d, to - from, d, sum);
            sums[index] = sum;
        });
        double[] total = new double[d * d];
        if (beta != 0) {
            backend.toHost(out, total, 0);
            for (int i = 0; i < total.length; i++) {
                total[i] *= beta;
            }
        }
        addAll(alpha, sums, total);
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < i; j++) {
                total[j * d + i] = total[i * d + j];
            }
        }
        backend.fromHost(total, 0, out);
    }

    private void dotRows(double alpha, Tensor x, Tensor y, int n, int m, int strideY, double[] out) {
        int block = Workers.block(m, CpuBackend.DOT_BLOCK, n);
        double[][] sums = new double[Workers.count(m, block)][];
        backend.workers().blocks(m, block, (long) n * m, (from, to, index) -> {
            double[] sum = new double[n];
            for (int s = 0; s < n; s++) {
                sum[s] = loops.dot(
                        CpuBackend.bytes(x),
                        CpuBackend.at(x) + s * m + from,
                        CpuBackend.bytes(y),
                        CpuBackend.at(y) + s * strideY + from,
                        to - from);
            }
            sums[index] = sum;
        });
        addAll(alpha, sums, out);
    }

    /** out += α Σ over the sums of the blocks, in their order. */
    static void addAll(double alpha, double[][] sums, double[] out) {
        for (double[] sum : sums) {
            for (int i = 0; i < sum.length; i++) {
                out[i] += alpha * sum[i];
            }
        }
    }

    void gram(double alpha, Tensor x, Tensor w, double[] out, int stride) {
        Contract.gram(x, w, out, stride);
        gram(alpha, x, w, CpuBackend.at(w), out, stride);
    }

    void gram(double alpha, Tensor x, double[] out, int stride) {
        Contract.gram(x, out, stride);
        gram(alpha, x, x, ONES, out, stride);
    }

    private void gram(double alpha, Tensor x, Tensor w, int atW, double[] out, int stride) {
        int n = x.length(0);
        if (n == 0) {
            return;
        }
        int m = CpuBackend.size(x) / n;
        int block = Workers.block(m, GRAM_BLOCK, (long) n * n);
        double[][] sums = new double[Workers.count(m, block)][n * n];
        backend.workers().share(m, block, (long) n * m, (from, to, part) -> {
            loops.gram(CpuBackend.bytes(x), CpuBackend.at(x), m, n, CpuBackend.bytes(w), atW, from, to, block, sums);
        });
        addSquare(alpha, sums, n, out, stride);
    }

    static void addSquare(double alpha, double[][] sums, int n, double[] out, int stride) {
        for (double[] sum : sums) {
            for (int s = 0; s < n; s++) {
                for (int t = 0; t < n; t++) {
                    out[s * stride + t] += alpha * sum[s * n + t];
                }
            }
        }
    }
}
