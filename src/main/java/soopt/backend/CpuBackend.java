package soopt.backend;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import soopt.backend.vector.ImageLoops;
import soopt.backend.vector.Loops;
import soopt.backend.vector.WinogradLoops;

/**
 * CPU: ND4J's off-heap arrays, its BLAS called without the copies that INDArray's own gemm makes for row-major results, and fused
 * vectorized loops for everything elementwise. One thread at a time may use it; it spreads its loops over its own workers.
 */
final class CpuBackend implements Backend {
    /** One ND4J allocation and the two faces of it that are used. */
    private record Block(INDArray array, ByteBuffer bytes, Pointer pointer) {}

    private static final class CpuStorage implements Storage {
        private final CpuBackend backend;
        private final long bytes;
        private Block block;

        CpuStorage(CpuBackend backend, long bytes, Block block) {
            this.backend = backend;
            this.bytes = bytes;
            this.block = block;
        }

        @Override
        public Precision precision() {
            return backend.precision;
        }

        @Override
        public long capacity() {
            return bytes / backend.precision.bytes();
        }

        @Override
        public void release() {
            if (block == null) {
                throw new IllegalStateException("tensor closed twice");
            }
            backend.pool.giveBack(bytes, block);
            block = null;
        }
    }

    private final Precision precision;
    private final Workers workers;
    private final Loops loops;
    private final SoftmaxLoops softmax;
    private final CpuImages images;
    private final BlockPool<Block> pool;

    CpuBackend(Precision precision, int threads, Loops loops, ImageLoops imageLoops, WinogradLoops winogradLoops) {
        this.precision = precision;
        this.workers = new Workers(threads);
        this.loops = loops;
        this.softmax = new SoftmaxLoops(this);
        this.images = new CpuImages(this, imageLoops, winogradLoops);
        this.pool = new BlockPool<>(this::newBlock, block -> block.array().close());
        // The workers split products themselves: OpenBLAS's own threads spin between calls and take the cores from the
        // loops.
        openblas.blas_set_num_threads(1);
    }

    Workers workers() {
        return workers;
    }

    private Block newBlock(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a single array of " + bytes / (1 << 20)
                    + " MiB is beyond 2 GiB; lower curvature.memory or the batch size");
        }
        DataType type = precision == Precision.FLOAT32 ? DataType.FLOAT : DataType.DOUBLE;
        // 64 bytes more: loops may read one vector past the end.
        INDArray array = Nd4j.createUninitialized(type, (bytes + 64) / precision.bytes());
        Pointer pointer = array.data().pointer();
        return new Block(array, pointer.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN), pointer);
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String device() {
        return "CPU, " + workers.threads() + (workers.threads() == 1 ? " thread" : " threads");
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public int threads() {
        return workers.threads();
    }

    @Override
    public Memory memory() {
        return pool.memory();
    }

    @Override
    public void resetPeak() {
        pool.resetPeak();
    }

    @Override
    public Tensor allocate(int... shape) {
        long bytes = BlockPool.sizeClass(Tensor.sizeOf(shape) * precision.bytes());
        return Tensor.owning(new CpuStorage(this, bytes, pool.take(bytes)), shape);
    }

    // ---- access to the memory of a tensor ----

    private static Block block(Tensor x) {
        Block block = ((CpuStorage) x.storage()).block;
        if (block == null) {
            throw new IllegalStateException("tensor used after it was closed: " + x);
        }
        return block;
    }

    static ByteBuffer bytes(Tensor x) {
        return block(x).bytes();
    }

    static int at(Tensor x) {
        return (int) x.offset();
    }

    private static int size(Tensor x) {
        return (int) x.size();
    }

    static void require(boolean condition, Tensor... tensors) {
        if (!condition) {
            throw new IllegalArgumentException("shapes do not fit: " + Arrays.toString(tensors));
        }
    }

    // ---- tensors and the host ----

    @Override
    public void fromHost(double[] source, int from, Tensor out) {
        int n = size(out);
        if (precision == Precision.FLOAT64) {
            bytes(out)
                    .slice(at(out) * 8, n * 8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asDoubleBuffer()
                    .put(source, from, n);
            return;
        }
        ByteBuffer target = bytes(out);
        for (int i = 0; i < n; i++) {
            target.putFloat((at(out) + i) * 4, (float) source[from + i]);
        }
    }

    @Override
    public void fromHost(float[] source, int from, Tensor out) {
        int n = size(out);
        if (precision == Precision.FLOAT32) {
            bytes(out)
                    .slice(at(out) * 4, n * 4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .put(source, from, n);
            return;
        }
        ByteBuffer target = bytes(out);
        for (int i = 0; i < n; i++) {
            target.putDouble((at(out) + i) * 8, source[from + i]);
        }
    }

    @Override
    public void toHost(Tensor x, double[] target, int from) {
        int n = size(x);
        ByteBuffer source = bytes(x);
        if (precision == Precision.FLOAT64) {
            source.slice(at(x) * 8, n * 8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asDoubleBuffer()
                    .get(target, from, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            target[from + i] = source.getFloat((at(x) + i) * 4);
        }
    }

    @Override
    public void fill(Tensor out, double value) {
        workers.share(
                size(out),
                64,
                out.size(),
                (from, to, part) -> loops.fill(bytes(out), at(out) + from, to - from, value));
    }

    @Override
    public void copy(Tensor x, Tensor out) {
        require(x.size() == out.size(), x, out);
        int b = precision.bytes();
        workers.share(
                size(out),
                64,
                out.size() / 4,
                (from, to, part) ->
                        bytes(out).put((at(out) + from) * b, bytes(x), (at(x) + from) * b, (to - from) * b));
    }

    // ---- vectors ----

    @Override
    public double dot(Tensor x, Tensor y) {
        require(x.size() == y.size(), x, y);
        double[] sums = new double[workers.threads()];
        workers.share(
                size(x),
                4096,
                x.size(),
                (from, to, part) -> sums[part] = loops.dot(bytes(x), at(x) + from, bytes(y), at(y) + from, to - from));
        return sum(sums);
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    @Override
    public void axpyInPlace(double alpha, Tensor x, Tensor y) {
        require(x.size() == y.size(), x, y);
        workers.share(
                size(x),
                64,
                x.size(),
                (from, to, part) -> loops.axpy(alpha, bytes(x), at(x) + from, bytes(y), at(y) + from, to - from));
    }

    @Override
    public void scaleInPlace(double alpha, Tensor x) {
        workers.share(size(x), 64, x.size(), (from, to, part) -> loops.scale(alpha, bytes(x), at(x) + from, to - from));
    }

    @Override
    public void combine(double alpha, Tensor x, double beta, Tensor y, Tensor out) {
        require(x.size() == y.size() && x.size() == out.size(), x, y, out);
        workers.share(
                size(x),
                64,
                x.size(),
                (from, to, part) -> loops.combine(
                        alpha,
                        bytes(x),
                        at(x) + from,
                        beta,
                        bytes(y),
                        at(y) + from,
                        bytes(out),
                        at(out) + from,
                        to - from));
    }

    @Override
    public void multiply(Tensor x, Tensor y, Tensor out) {
        multiply(x, y, out, false);
    }

    @Override
    public void multiplyAddInPlace(Tensor x, Tensor y, Tensor out) {
        multiply(x, y, out, true);
    }

    private void multiply(Tensor x, Tensor y, Tensor out, boolean add) {
        require(x.size() == out.size() && y.size() > 0 && x.size() % y.size() == 0, x, y, out);
        int m = size(y);
        int n = size(x) / m;
        workers.share(m, 64, x.size(), (from, to, part) -> {
            for (int r = 0; r < n; r++) {
                int i = r * m + from;
                loops.multiply(bytes(x), at(x) + i, bytes(y), at(y) + from, bytes(out), at(out) + i, to - from, add);
            }
        });
    }

    @Override
    public void adam(
            Tensor g,
            Tensor m,
            Tensor v,
            double beta1,
            double beta2,
            double scale,
            double correction2,
            double epsilon,
            Tensor out) {
        require(g.size() == m.size() && g.size() == v.size() && g.size() == out.size(), g, m, v, out);
        workers.share(
                size(g),
                64,
                4 * g.size(),
                (from, to, part) -> loops.adam(
                        bytes(g),
                        at(g) + from,
                        bytes(m),
                        at(m) + from,
                        bytes(v),
                        at(v) + from,
                        bytes(out),
                        at(out) + from,
                        to - from,
                        beta1,
                        beta2,
                        scale,
                        1 / Math.sqrt(correction2),
                        epsilon));
    }

    // ---- matrices ----

    @Override
    public void gemm(boolean transposeA, boolean transposeB, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
        require(a.rank() == 2 && b.rank() == 2 && c.rank() == 2, a, b, c);
        int m = c.length(0);
        int n = c.length(1);
        int k = a.length(transposeA ? 0 : 1);
        require(
                a.length(transposeA ? 1 : 0) == m
                        && b.length(transposeB ? 0 : 1) == n
                        && b.length(transposeB ? 1 : 0) == k,
                a,
                b,
                c);
        if (m == 0 || n == 0) {
            return;
        }
        Product product = new Product(transposeA, transposeB, alpha, a, b, beta, c, k);
        // Splitting the larger side of the result keeps both shares efficient; the sums over k are never split, so that
        // the number of threads does not change the order of additions.
        long work = (long) m * n * k / GEMM_WORK;
        if (n >= m) {
            workers.share(n, 16, work, (from, to, part) -> product.run(0, m, from, to));
        } else {
            workers.share(m, 8, work, (from, to, part) -> product.run(from, to, 0, n));
        }
    }

    /** Multiply-adds that cost as much as one element of an elementwise loop. */
    private static final int GEMM_WORK = 16;

    /** One matrix product, any block of whose result can be computed by itself. */
    private final class Product {
        private final int transposeA;
        private final int transposeB;
        private final double alpha;
        private final Tensor a;
        private final Tensor b;
        private final double beta;
        private final Tensor c;
        private final int k;

        Product(
                boolean transposeA,
                boolean transposeB,
                double alpha,
                Tensor a,
                Tensor b,
                double beta,
                Tensor c,
                int k) {
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
            if (precision == Precision.FLOAT32) {
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
    }

    private static FloatPointer floats(Tensor x, long from) {
        return new FloatPointer(block(x).pointer()).position(x.offset() + from);
    }

    private static DoublePointer doubles(Tensor x, long from) {
        return new DoublePointer(block(x).pointer()).position(x.offset() + from);
    }

    @Override
    public void addRowInPlace(Tensor row, Tensor x) {
        int d = size(row);
        require(d > 0 && x.size() % d == 0, row, x);
        workers.share(
                size(x) / d,
                1,
                x.size(),
                (from, to, part) -> loops.addRow(bytes(row), at(row), bytes(x), at(x) + from * d, to - from, d));
    }

    @Override
    public void sumRows(Tensor x, double beta, Tensor out) {
        int d = size(out);
        require(d > 0 && x.size() % d == 0, x, out);
        double[][] sums = new double[workers.threads()][];
        workers.share(size(x) / d, 64, x.size(), (from, to, part) -> {
            double[] sum = new double[d];
            loops.sumRows(bytes(x), at(x) + from * d, to - from, d, sum);
            sums[part] = sum;
        });
        double[] total = new double[d];
        if (beta != 0) {
            toHost(out, total, 0);
            Arrays.setAll(total, i -> beta * total[i]);
        }
        addAll(1, sums, total);
        fromHost(total, 0, out);
    }

    // ---- contractions ----

    @Override
    public void dots(double alpha, Tensor x, Tensor y, double[] out) {
        int m = size(y);
        require(m > 0 && x.size() % m == 0, x, y);
        dotRows(alpha, x, y, size(x) / m, m, 0, out);
    }

    @Override
    public void pairedDots(double alpha, Tensor x, Tensor y, double[] out) {
        require(x.size() == y.size(), x, y);
        int n = x.length(0);
        if (n > 0) {
            int m = size(x) / n;
            dotRows(alpha, x, y, n, m, m, out);
        }
    }

    private void dotRows(double alpha, Tensor x, Tensor y, int n, int m, int strideY, double[] out) {
        double[][] sums = new double[workers.threads()][];
        workers.share(m, 4096, (long) n * m, (from, to, part) -> {
            double[] sum = new double[n];
            for (int s = 0; s < n; s++) {
                sum[s] = loops.dot(bytes(x), at(x) + s * m + from, bytes(y), at(y) + s * strideY + from, to - from);
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

    @Override
    public void gram(double alpha, Tensor x, Tensor w, double[] out, int stride) {
        int n = x.length(0);
        if (n == 0) {
            return;
        }
        int m = size(x) / n;
        require(w == null || w.size() == m, x);
        double[][] sums = new double[workers.threads()][];
        workers.share(m, 1024, (long) n * m, (from, to, part) -> {
            double[] sum = new double[n * n];
            ByteBuffer weights = w == null ? null : bytes(w);
            loops.gram(bytes(x), at(x), m, n, weights, w == null ? -1 : at(w), from, to, sum, n);
            sums[part] = sum;
        });
        addSquare(alpha, sums, n, out, stride);
    }

    private static void addSquare(double alpha, double[][] sums, int n, double[] out, int stride) {
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

    // ---- activations ----

    @Override
    public void activate(Activation f, Tensor z, Tensor... jet) {
        requireJet(z, jet);
        // A transcendental is worth about eight passes.
        workers.share(size(z), 64, 8 * z.size(), (from, to, part) -> activate(f, z, jet, from, to));
    }

    @Override
    public void activateBiased(Activation f, Tensor bias, Tensor z, Tensor... jet) {
        requireJet(z, jet);
        int d = size(bias);
        require(d > 0 && z.size() % d == 0, bias, z);
        int block = Math.max(1, CACHED_NUMBERS / d);
        workers.share(size(z) / d, 1, 8 * z.size(), (from, to, part) -> {
            for (int row = from; row < to; row += block) {
                int end = Math.min(to, row + block);
                loops.addRow(bytes(bias), at(bias), bytes(z), at(z) + row * d, end - row, d);
                activate(f, z, jet, row * d, end * d);
            }
        });
    }

    /** Numbers of which five arrays stay in the first-level cache. */
    private static final int CACHED_NUMBERS = 1024;

    private static void requireJet(Tensor z, Tensor... jet) {
        require(jet.length == 1 || jet.length == 2 || jet.length == 4, jet);
        for (Tensor output : jet) {
            require(z.size() == output.size(), z, output);
        }
    }

    private void activate(Activation f, Tensor z, Tensor[] jet, int from, int to) {
        int order = jet.length - 1;
        Loops.Operands arrays = new Loops.Operands(
                bytes(z),
                at(z) + from,
                bytes(jet[0]),
                at(jet[0]) + from,
                order < 1 ? null : bytes(jet[1]),
                order < 1 ? 0 : at(jet[1]) + from,
                order < 3 ? null : bytes(jet[2]),
                order < 3 ? 0 : at(jet[2]) + from,
                order < 3 ? null : bytes(jet[3]),
                order < 3 ? 0 : at(jet[3]) + from);
        switch (f) {
            case TANH -> loops.tanh(arrays, to - from, order);
            case SIGMOID -> loops.sigmoid(arrays, to - from, order);
            case RELU -> loops.relu(arrays, to - from, order);
            case ELU -> loops.elu(arrays, to - from, order);
            case SOFTPLUS -> loops.softplus(arrays, to - from, order);
            case SILU -> loops.silu(arrays, to - from, order);
            case IDENTITY -> loops.identity(arrays, to - from, order);
            case GELU -> gelu(arrays, to - from, order);
        }
    }

    /** σ = zΦ, σ′ = Φ + zφ, σ″ = (2 − z²)φ, σ‴ = (z² − 4)zφ; scalar, in float64. */
    private void gelu(Loops.Operands x, int n, int order) {
        for (int i = 0; i < n; i++) {
            double z = get(x.z(), x.atZ() + i);
            double cdf = NormalDistribution.cumulative(z);
            put(x.a(), x.atA() + i, z * cdf);
            if (order >= 1) {
                // beyond 40 the density is 0, and z³ must not overflow against it
                double c = Math.max(-40, Math.min(40, z));
                double density = NormalDistribution.density(c);
                put(x.s1(), x.at1() + i, cdf + c * density);
                if (order >= 3) {
                    put(x.s2(), x.at2() + i, (2 - c * c) * density);
                    put(x.s3(), x.at3() + i, (c * c - 4) * c * density);
                }
            }
        }
    }

    private double get(ByteBuffer x, int i) {
        return precision == Precision.FLOAT32 ? x.getFloat(i * 4) : x.getDouble(i * 8);
    }

    private void put(ByteBuffer x, int i, double value) {
        if (precision == Precision.FLOAT32) {
            x.putFloat(i * 4, (float) value);
        } else {
            x.putDouble(i * 8, value);
        }
    }

    @Override
    public void activationTangents(
            Tensor first,
            Tensor second,
            int n2,
            Tensor lambda,
            Tensor s1,
            Tensor s2,
            Tensor s3,
            double[] gram,
            int stride,
            double[] third) {
        int n = first.length(0);
        if (n == 0) {
            return;
        }
        int m = size(lambda);
        require(first.size() == (long) n * m && (second == null || second.size() == first.size()), first, lambda);
        double[][] grams = new double[workers.threads()][];
        double[][] thirds = new double[workers.threads()][];
        workers.share(m, 1024, (long) n * m * 2, (from, to, part) -> {
            grams[part] = new double[n * n];
            thirds[part] = new double[n];
            loops.tangents(
                    bytes(first),
                    at(first),
                    second == null ? null : bytes(second),
                    second == null ? 0 : at(second),
                    m,
                    n,
                    n2,
                    bytes(lambda),
                    at(lambda),
                    bytes(s1),
                    at(s1),
                    bytes(s2),
                    at(s2),
                    bytes(s3),
                    at(s3),
                    from,
                    to,
                    grams[part],
                    n,
                    thirds[part]);
        });
        addSquare(1, grams, n, gram, stride);
        if (second != null) {
            addAll(1, thirds, third);
        }
    }

    // ---- losses ----

    @Override
    public double softmaxCrossEntropy(Tensor logits, Tensor labels, double w, Tensor p, Tensor gradient) {
        return softmax.loss(logits, labels, w, p, gradient);
    }

    @Override
    public int countCorrect(Tensor logits, Tensor labels) {
        return softmax.countCorrect(logits, labels);
    }

    @Override
    public void softmaxHessian(Tensor p, Tensor v, double w, Tensor out) {
        softmax.hessian(p, v, w, out);
    }

    @Override
    public void softmaxTangents(
            Tensor p, Tensor first, Tensor second, int n2, double w, double[] gram, int stride, double[] third) {
        softmax.tangents(p, first, second, n2, w, gram, stride, third);
    }

    @Override
    public double squaredError(Tensor y, Tensor target, double w, Tensor gradient) {
        require(y.size() == target.size(), y, target);
        try (Tensor difference = allocate(y.shape())) {
            combine(1, y, -1, target, difference);
            double loss = w * dot(difference, difference);
            if (gradient != null) {
                combine(2 * w, difference, 0, difference, gradient);
            }
            return loss;
        }
    }

    // ---- images ----

    @Override
    public void convolve(Convolution g, Tensor x, Tensor w, double alpha, double beta, Tensor out) {
        images.convolve(g, x, w, alpha, beta, out);
    }

    @Override
    public void convolveAdjoint(Convolution g, Tensor dy, Tensor w, double beta, Tensor dx) {
        images.adjoint(g, dy, w, beta, dx);
    }

    @Override
    public void convolveWeightGradient(Convolution g, Tensor x, Tensor dy, double beta, Tensor dw) {
        images.weightGradient(g, x, dy, beta, dw);
    }

    @Override
    public void maxPool(Pooling g, Tensor x, Tensor out, Tensor index) {
        images.maxPool(g, x, out, index);
    }

    @Override
    public void maxPoolSelect(Pooling g, Tensor x, Tensor index, Tensor out) {
        images.select(g, x, index, out);
    }

    @Override
    public void maxPoolScatter(Pooling g, Tensor dy, Tensor index, Tensor dx) {
        images.scatter(g, dy, index, dx);
    }

    @Override
    public void averagePool(Averaging g, Tensor x, Tensor out) {
        images.averagePool(g, x, out);
    }

    @Override
    public void averagePoolAdjoint(Averaging g, Tensor dy, Tensor dx) {
        images.averagePoolAdjoint(g, dy, dx);
    }

    @Override
    public void close() {
        pool.close();
        workers.close();
    }
}
