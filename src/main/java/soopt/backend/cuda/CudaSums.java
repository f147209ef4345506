package soopt.backend.cuda;

import java.util.function.DoubleConsumer;
import soopt.backend.Contract;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaMemory.Scratch;
import soopt.backend.cuda.Kernels.Kernel;
import soopt.backend.cuda.Kernels.Theme;

/**
 * Contractions to the host: kernels leave the parts of each sum by block, which {@link CudaResults} adds up. Into how
 * many blocks a sum is cut depends on sizes alone.
 */
final class CudaSums {
    /** Products of one block beside which starting it does not count. */
    private static final int LEAST = 2048;

    /** Blocks that fill the largest GPU. */
    private static final int MOST_BLOCKS = 1024;

    /** Rows and columns of a tile of a Gram matrix, and columns that a block takes at once. */
    private static final int SIDE = 32;

    private static final int CHUNK = 256;
    /** Numbers of all partial sums of one Gram matrix: 32 MiB. */
    private static final long GRAM_NUMBERS = 1 << 22;

    private static final int MOST_ROWS = 65_535;
    private static final int FEW_ROWS = 32;
    private static final int LONG_ROWS = 1024;

    private final CudaMemory memory;
    private final CudaResults results;
    private final Kernel dots;
    private final Kernel gram;
    private final Kernel tangents;
    private final Kernel softmaxThirds;
    private final Kernel squares;
    private final Kernel sumRows;
    private final Kernel addBlocksTo;

    CudaSums(CudaMemory memory, CudaResults results, Kernels kernels) {
        this.memory = memory;
        this.results = results;
        this.dots = kernels.kernel(Theme.SUMS, "dots");
        this.gram = kernels.kernel(Theme.SUMS, "gram");
        this.tangents = kernels.kernel(Theme.SUMS, "tangents");
        this.softmaxThirds = kernels.kernel(Theme.SUMS, "softmaxThirds");
        this.squares = kernels.kernel(Theme.SUMS, "squares");
        this.sumRows = kernels.kernel(Theme.SUMS, "sumRows");
        this.addBlocksTo = kernels.kernel(Theme.SUMS, "addBlocksTo");
    }

    /** Blocks of a sum over m products in each of n rows. */
    private static int blocks(long n, long m) {
        long most = Math.max(1, MOST_BLOCKS / Math.max(1, n));
        return (int) Math.max(1, Math.min(most, (m + LEAST - 1) / LEAST));
    }

    private static int rows(int n) {
        return Math.min(n, MOST_ROWS);
    }

    void dot(Tensor x, Tensor y, DoubleConsumer use) {
        if (x.size() == 0) {
            results.then(() -> use.accept(0));
        } else {
            dots(x, y, 0, 1, x.size(), (sums, from) -> use.accept(sums[from]));
        }
    }

    void dots(double alpha, Tensor x, Tensor y, double[] out) {
        int n = x.length(0);
        dots(x, y, 0, n, y.size(), (sums, from) -> add(alpha, sums, from, n, out));
    }

    void pairedDots(double alpha, Tensor x, Tensor y, double[] out) {
        int n = x.length(0);
        long m = n == 0 ? 0 : x.size() / n;
        dots(x, y, m, n, m, (sums, from) -> add(alpha, sums, from, n, out));
    }

    private void dots(Tensor x, Tensor y, long yStep, int n, long m, CudaResults.Use use) {
        if (n == 0 || m == 0) {
            return;
        }
        int blocks = blocks(n, m);
        long out = results.reserve(n);
        results.sum(
                blocks,
                n,
                out,
                parts -> dots.start()
                        .put(x)
                        .put(y)
                        .put(yStep)
                        .put(n)
                        .put(m)
                        .put(parts)
                        .blocks(blocks, rows(n)));
        results.give(n, use);
    }

    /** out_s += α · sums_{from + s} for s &lt; n. */
    private static void add(double alpha, double[] sums, int from, int n, double[] out) {
        for (int s = 0; s < n; s++) {
            out[s] += alpha * sums[from + s];
        }
    }

    private static void addSquare(double alpha, double[] sums, int from, int n, double[] out, int stride) {
        for (int s = 0; s < n; s++) {
            for (int t = 0; t < n; t++) {
                out[s * stride + t] += alpha * sums[from + s * n + t];
            }
        }
    }

    // ---- Gram matrices ----

    private static int gramBlocks(int n, long m) {
        long most = Math.max(1, Math.min(MOST_BLOCKS / 2, GRAM_NUMBERS / ((long) n * n)));
        return (int) Math.max(1, Math.min(most, (m + CHUNK - 1) / CHUNK));
    }

    /** out ← Σ w v x_s x_t; w and v are addresses of [m] or 0. */
    private void gram(Tensor x, long w, long v, int n, long m, long out) {
        int blocks = gramBlocks(n, m);
        results.sum(blocks, (long) n * n, out, parts -> gramParts(x, m, 1, w, v, n, m, blocks, parts));
    }

    private void gramParts(Tensor x, long rowStep, long step, long w, long v, int n, long m, int blocks, long parts) {
        int tiles = (n + SIDE - 1) / SIDE;
        gram.start()
                .put(x)
                .put(rowStep)
                .put(step)
                .put(w)
                .put(v)
                .put(n)
                .put(m)
                .put(parts)
                .blocks(blocks, Math.multiplyExact(tiles, tiles + 1) / 2);
    }

    /** Whether few rows are so long that a product of matrices would add all their numbers in float32. */
    static boolean takesGram(int rows, int length) {
        return rows > 0 && rows <= FEW_ROWS && length >= LONG_ROWS;
    }

    /** out ← α xᵀ x + β out; x: [N, d]. */
    void columnGram(double alpha, Tensor x, double beta, Tensor out) {
        gram(x, 1, x.length(1), x.length(1), x.length(0), alpha, beta, out);
    }

    /** out ← α x xᵀ + β out; x: [d, N]. */
    void rowGram(double alpha, Tensor x, double beta, Tensor out) {
        gram(x, x.length(1), 1, x.length(0), x.length(1), alpha, beta, out);
    }

    private void gram(Tensor x, long rowStep, long step, int n, long m, double alpha, double beta, Tensor out) {
        int blocks = gramBlocks(n, m);
        try (Scratch partial = memory.scratch((long) n * n * blocks)) {
            gramParts(x, rowStep, step, 0, 0, n, m, blocks, partial.at(0));
            addTo(partial.at(0), blocks, n * n, alpha, beta, out);
        }
    }

    private void addTo(long partial, int blocks, int numbers, double alpha, double beta, Tensor out) {
        addBlocksTo
                .start()
                .put(partial)
                .put(blocks)
                .put(numbers)
                .wide(alpha)
                .wide(beta)
                .put(out)
                .forWarps(numbers);
    }

    void gram(double alpha, Tensor x, Tensor w, double[] out, int stride) {
        Contract.gram(x, w, out, stride);
        gram(alpha, x, CudaMemory.address(w), out, stride);
    }

    void gram(double alpha, Tensor x, double[] out, int stride) {
        Contract.gram(x, out, stride);
        gram(alpha, x, 0, out, stride);
    }

    private void gram(double alpha, Tensor x, long w, double[] out, int stride) {
        int n = x.length(0);
        if (x.size() == 0) {
            return;
        }
        int square = Math.multiplyExact(n, n);
        gram(x, w, 0, n, x.size() / n, results.reserve(square));
        results.give(square, (sums, from) -> addSquare(alpha, sums, from, n, out, stride));
    }

    /** With second-order tangents; {@link Contract#tangents} has been asked. */
    void tangents(
            Tensor first,
            Tensor second,
            int n2,
            Tensor lambda,
            Tensor s1,
            Tensor s2,
            Tensor s3,
            double[] out,
            int stride,
            double[] third) {
        int n = first.length(0);
        long m = lambda.size();
        if (n == 0 || m == 0) {
            return;
        }
        int blocks = blocks(n, m);
        int square = Math.multiplyExact(n, n);
        long sums = results.reserve(square + n);
        gram(first, CudaMemory.address(lambda), CudaMemory.address(s2), n, m, sums);
        results.sum(
                blocks,
                n,
                sums + (long) square * Double.BYTES,
                parts -> tangents.start()
                        .put(first)
                        .put(second)
                        .put(n)
                        .put(n2)
                        .put(m)
                        .put(lambda)
                        .put(s1)
                        .put(s2)
                        .put(s3)
                        .put(parts)
                        .blocks(blocks, rows(n)));
        giveBoth(1, n, out, stride, third);
    }

    /** Without them. */
    void tangents(Tensor first, Tensor lambda, Tensor s1, Tensor s2, double[] out, int stride) {
        int n = first.length(0);
        long m = lambda.size();
        if (n == 0 || m == 0) {
            return;
        }
        int square = Math.multiplyExact(n, n);
        gram(first, CudaMemory.address(lambda), CudaMemory.address(s2), n, m, results.reserve(square));
        tangents.start()
                .put(first)
                .put(0L)
                .put(n)
                .put(0)
                .put(m)
                .put(lambda)
                .put(s1)
                .put(s2)
                .put(s2)
                .put(0L)
                .blocks(blocks(n, m), rows(n));
        results.give(square, (sums, from) -> addSquare(1, sums, from, n, out, stride));
    }

    /** A matrix [n, n] and, after it, a vector [n] that were reserved. */
    private void giveBoth(double alpha, int n, double[] out, int stride, double[] third) {
        results.give(n * n + n, (sums, from) -> {
            addSquare(alpha, sums, from, n, out, stride);
            add(alpha, sums, from + n * n, n, third);
        });
    }

    /** third_s += w Σ p v_s (v_s² + 3 v̈_s) and gram += w Σ p v_s v_t of centred v: [n, N, C], not empty. */
    void softmax(Tensor p, Tensor v, Tensor second, int n2, double w, double[] out, int stride, double[] third) {
        int n = v.length(0);
        long m = p.size();
        int blocks = blocks(n, m);
        int square = Math.multiplyExact(n, n);
        long sums = results.reserve(square + n);
        gram(v, CudaMemory.address(p), 0, n, m, sums);
        results.sum(
                blocks,
                n,
                sums + (long) square * Double.BYTES,
                parts -> softmaxThirds
                        .start()
                        .put(v)
                        .put(second)
                        .put(n)
                        .put(n2)
                        .put(m)
                        .put(p)
                        .put(parts)
                        .blocks(blocks, rows(n)));
        giveBoth(w, n, out, stride, third);
    }

    /** Σ (y − t)²; gradient, unless 0, ← slope (y − t). */
    void squares(Tensor y, Tensor target, double slope, long gradient, DoubleConsumer use) {
        if (y.size() == 0) {
            results.then(() -> use.accept(0));
            return;
        }
        int blocks = blocks(1, y.size());
        long out = results.reserve(1);
        results.sum(
                blocks,
                1,
                out,
                parts -> squares.start()
                        .put(y.size())
                        .put(y)
                        .put(target)
                        .real(slope)
                        .put(gradient)
                        .put(parts)
                        .blocks(blocks, 1));
        results.give(1, (sums, from) -> use.accept(sums[from]));
    }

    /** out ← α Σ_i x_i + β out over the rows of x [rows, d], rows &gt; 0. */
    void sumRows(double alpha, Tensor x, double beta, Tensor out) {
        int d = Math.toIntExact(out.size());
        long rows = x.size() / d;
        int columns = Math.min(Launch.WARP, Integer.highestOneBit(2 * d - 1));
        int groups = (d + columns - 1) / columns;
        long most = Math.max(1, MOST_BLOCKS / groups);
        int blocks = (int) Math.max(1, Math.min(most, rows * columns / LEAST));
        try (Scratch partial = memory.scratch((long) d * blocks)) {
            sumRows.start().put(x).put(rows).put(d).put(partial.at(0)).blocks(groups, blocks, columns);
            addTo(partial.at(0), blocks, d, alpha, beta, out);
        }
    }
}
