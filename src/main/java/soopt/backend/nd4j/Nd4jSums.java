package soopt.backend.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;
import soopt.backend.Precision;
import soopt.backend.Tensor;

/**
 * Contractions to the host, accumulated in float64: pieces are widened and contracted by BLAS, because ND4J 1.0.0-M2.1
 * sums float32 in float32 (relative error 7e-5 over five million elements).
 */
final class Nd4jSums {
    /** Columns below which a piece of a wide matrix would be all start-up. */
    private static final int LEAST_COLUMNS = 256;

    private final Nd4jMemory memory;

    Nd4jSums(Nd4jMemory memory) {
        this.memory = memory;
    }

    /** c ← α op(a) op(b) + β c; the operation that writes a row-major result without a hidden copy. */
    static void multiply(
            boolean transposeA, boolean transposeB, double alpha, INDArray a, INDArray b, double beta, INDArray c) {
        Nd4j.exec(DynamicCustomOp.builder("matmul")
                .addInputs(a, b)
                .addOutputs(c)
                .addFloatingPointArguments(alpha, beta)
                .addIntegerArguments(transposeA ? 1 : 0, transposeB ? 1 : 0, 0)
                .build());
    }

    /** Σ x_i y_i. */
    double dot(Tensor x, Tensor y) {
        double sum = 0;
        for (long from = 0; from < x.size(); from += Nd4jMemory.CHUNK) {
            int length = (int) Math.min(Nd4jMemory.CHUNK, x.size() - from);
            try (Tensor a = memory.wideCopy(Nd4jMemory.flat(x.slice(from, length)), length);
                    Tensor b = memory.wideCopy(Nd4jMemory.flat(y.slice(from, length)), length)) {
                sum += Nd4j.getBlasWrapper().dot(Nd4jMemory.flat(a), Nd4jMemory.flat(b));
            }
        }
        return sum;
    }

    /** out_s += α ⟨x_s, y⟩. */
    void dots(double alpha, Tensor x, Tensor y, double[] out) {
        int n = x.length(0);
        long m = y.size();
        long step = columnsAtOnce(n);
        for (long from = 0; from < m && n > 0; from += step) {
            int length = (int) Math.min(step, m - from);
            try (Tensor a = memory.wideCopy(Nd4jMemory.columns(x, m, from, from + length), n, length);
                    Tensor b = memory.wideCopy(Nd4jMemory.flat(y.slice(from, length)), length)) {
                addProduct(alpha, a, b, out);
            }
        }
    }

    /** out_s += α ⟨x_s, y_s⟩. */
    void pairedDots(double alpha, Tensor x, Tensor y, double[] out) {
        int n = x.length(0);
        long m = n == 0 ? 0 : x.size() / n;
        long step = columnsAtOnce(n);
        for (long from = 0; from < m; from += step) {
            int length = (int) Math.min(step, m - from);
            try (Tensor a = memory.wideCopy(Nd4jMemory.columns(x, m, from, from + length), n, length);
                    Tensor b = memory.wideCopy(Nd4jMemory.columns(y, m, from, from + length), n, length);
                    Tensor ones = memory.allocate(Precision.FLOAT64, length)) {
                Nd4jMemory.flat(a).muli(Nd4jMemory.flat(b));
                Nd4jMemory.flat(ones).assign(1);
                addProduct(alpha, a, ones, out);
            }
        }
    }

    /** out ← out + α a b; a: [n, m], b: [m]. */
    private void addProduct(double alpha, Tensor a, Tensor b, double[] out) {
        int n = a.length(0);
        try (Tensor product = memory.allocate(Precision.FLOAT64, n)) {
            INDArray column = Nd4jMemory.matrix(product, 1);
            multiply(false, false, 1, Nd4jMemory.matrix(a, b.size()), Nd4jMemory.matrix(b, 1), 0, column);
            double[] part = Nd4jMemory.flat(product).toDoubleVector();
            for (int s = 0; s < n; s++) {
                out[s] += alpha * part[s];
            }
        }
    }

    /** out_{s·stride+t} += α Σ_i w_i x_si x_ti. */
    void gram(double alpha, Tensor x, Tensor w, double[] out, int stride) {
        gram(alpha, x, (a, from) -> weighted(a, w.slice(from, a.length(1))), out, stride);
    }

    /** out_{s·stride+t} += α ⟨x_s, x_t⟩. */
    void gram(double alpha, Tensor x, double[] out, int stride) {
        gram(alpha, x, (a, from) -> a.reshape(a.shape()), out, stride);
    }

    /** Columns of x from some place on, times their weights; closed by the caller. */
    private interface Weighting {
        Tensor of(Tensor columns, long from);
    }

    private void gram(double alpha, Tensor x, Weighting weighting, double[] out, int stride) {
        int n = x.length(0);
        long m = n == 0 ? 0 : x.size() / n;
        long step = columnsAtOnce(n);
        for (long from = 0; from < m; from += step) {
            int length = (int) Math.min(step, m - from);
            try (Tensor a = memory.wideCopy(Nd4jMemory.columns(x, m, from, from + length), n, length);
                    Tensor weighted = weighting.of(a, from);
                    Tensor sums = memory.allocate(Precision.FLOAT64, n, n)) {
                multiply(
                        false,
                        true,
                        1,
                        Nd4jMemory.matrix(weighted, length),
                        Nd4jMemory.matrix(a, length),
                        0,
                        Nd4jMemory.matrix(sums, n));
                double[] part = Nd4jMemory.flat(sums).toDoubleVector();
                for (int i = 0; i < n * n; i++) {
                    out[i / n * stride + i % n] += alpha * part[i];
                }
            }
        }
    }

    private Tensor weighted(Tensor a, Tensor w) {
        int n = a.length(0);
        int length = a.length(1);
        Tensor product = memory.allocate(Precision.FLOAT64, n, length);
        try (Tensor wide = memory.wideCopy(Nd4jMemory.flat(w), length)) {
            multiplyRows(a, wide, product);
        }
        return product;
    }

    /** out ← x ⊙ y, where y repeats along the leading axis of x; out may be x. */
    static void multiplyRows(Tensor x, Tensor y, Tensor out) {
        if (x.size() == y.size()) {
            Nd4jMemory.flat(x).muli(Nd4jMemory.flat(y), Nd4jMemory.flat(out));
            return;
        }
        long m = y.size();
        Nd4j.exec(new BroadcastMulOp(Nd4jMemory.matrix(x, m), Nd4jMemory.flat(y), Nd4jMemory.matrix(out, m), 1));
    }

    private static long columnsAtOnce(int n) {
        return Math.max(LEAST_COLUMNS, Nd4jMemory.CHUNK / Math.max(1, n));
    }
}
