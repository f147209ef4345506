package soopt.backend.cpu;

import java.nio.ByteBuffer;
import soopt.backend.Tensor;
import soopt.backend.vector.Loops;

/** Sums of products on the CPU, in float64 across the shares of the threads. */
final class CpuContractions {
    private final CpuBackend backend;
    private final Loops loops;

    CpuContractions(CpuBackend backend, Loops loops) {
        this.backend = backend;
        this.loops = loops;
    }

    void dots(double alpha, Tensor x, Tensor y, double[] out) {
        int m = CpuBackend.size(y);
        CpuBackend.require(m > 0 && x.size() % m == 0, x, y);
        dotRows(alpha, x, y, CpuBackend.size(x) / m, m, 0, out);
    }

    void pairedDots(double alpha, Tensor x, Tensor y, double[] out) {
        CpuBackend.require(x.size() == y.size(), x, y);
        int n = x.length(0);
        if (n > 0) {
            int m = CpuBackend.size(x) / n;
            dotRows(alpha, x, y, n, m, m, out);
        }
    }

    private void dotRows(double alpha, Tensor x, Tensor y, int n, int m, int strideY, double[] out) {
        double[][] sums = new double[backend.threads()][];
        backend.workers().share(m, 4096, (long) n * m, (from, to, part) -> {
            double[] sum = new double[n];
            for (int s = 0; s < n; s++) {
                sum[s] = loops.dot(
                        CpuBackend.bytes(x),
                        CpuBackend.at(x) + s * m + from,
                        CpuBackend.bytes(y),
                        CpuBackend.at(y) + s * strideY + from,
                        to - from);
            }
            sums[part] = sum;
        });
        addAll(alpha, sums, out);
    }

    /** out += α Σ over the threads' partial sums, in the threads' order. */
    static void addAll(double alpha, double[][] sums, double[] out) {
        for (double[] sum : sums) {
            if (sum != null) {
                for (int i = 0; i < sum.length; i++) {
                    out[i] += alpha * sum[i];
                }
            }
        }
    }

    void gram(double alpha, Tensor x, Tensor w, double[] out, int stride) {
        int n = x.length(0);
        if (n == 0) {
            return;
        }
        int m = CpuBackend.size(x) / n;
        CpuBackend.require(w == null || w.size() == m, x);
        double[][] sums = new double[backend.threads()][];
        backend.workers().share(m, 1024, (long) n * m, (from, to, part) -> {
            double[] sum = new double[n * n];
            ByteBuffer weights = w == null ? null : CpuBackend.bytes(w);
            loops.gram(
                    CpuBackend.bytes(x),
                    CpuBackend.at(x),
                    m,
                    n,
                    weights,
                    w == null ? -1 : CpuBackend.at(w),
                    from,
                    to,
                    sum,
                    n);
            sums[part] = sum;
        });
        addSquare(alpha, sums, n, out, stride);
    }

    static void addSquare(double alpha, double[][] sums, int n, double[] out, int stride) {
        for (double[] sum : sums) {
            if (sum != null) {
                for (int s = 0; s < n; s++) {
                    for (int t = 0; t < n; t++) {
                        out[s * stride + t] += alpha * sum[s * n + t];
                    }
                }
            }
        }
    }
}
