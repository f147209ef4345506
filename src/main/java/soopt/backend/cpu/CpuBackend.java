package soopt.backend.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import soopt.backend.Activation;
import soopt.backend.Averaging;
import soopt.backend.Backend;
import soopt.backend.BlockPool;
import soopt.backend.Contract;
import soopt.backend.Convolution;
import soopt.backend.Hardware;
import soopt.backend.Pooling;
import soopt.backend.Precision;
import soopt.backend.SoftmaxLoops;
import soopt.backend.Storage;
import soopt.backend.Tensor;
import soopt.backend.vector.ImageLoops;
import soopt.backend.vector.Loops;
import soopt.backend.vector.WinogradLoops;

/**
 * CPU: ND4J's off-heap arrays, its BLAS called without the copies that INDArray's own gemm makes for row-major results,
 * and fused vectorized loops for everything elementwise. One thread at a time may use it; it spreads its loops over its
 * own workers.
 */
public final class CpuBackend implements Backend {
    /** Products summed by one thread before they are added to the others. */
    static final int DOT_BLOCK = 8192;
    /** Columns up to which a Gram matrix of many rows is our own loop's (measured). */
    private static final int NARROW_GRAM = 176;

    private static final int LEAST_GRAM_ROWS = 512;
    /** Numbers of the rows that one thread sums before they are added to the others. */
    private static final int ROW_NUMBERS = 1 << 16;

    /** One ND4J allocation and the two faces of it that are used. */
    private record Block(INDArray array, ByteBuffer bytes, Pointer pointer) {}

    private static final class CpuStorage implements Storage {
        private final CpuBackend backend;
        private final long bytes;
        private final Block block;
        private boolean released;

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
            if (released) {
                throw new IllegalStateException("tensor closed twice");
            }
            released = true;
            backend.pool.giveBack(bytes, block);
        }
    }

    private final Precision precision;
    private final Workers workers;
    private final Loops loops;
    private final SoftmaxLoops softmax;
    private final CpuContractions contractions;
    private final CpuActivations activations;
    private final CpuImages images;
    private final BlockPool<Block> pool;

    public CpuBackend(
            Precision precision, int threads, Loops loops, ImageLoops imageLoops, WinogradLoops winogradLoops) {
        this.precision = precision;
        this.workers = new Workers(threads);
        this.loops = loops;
        this.softmax = new SoftmaxLoops(this);
        this.contractions = new CpuContractions(this, loops);
        this.activations = new CpuActivations(this, loops);
        this.images = new CpuImages(this, imageLoops, winogradLoops);
        this.pool = new BlockPool<>(
                this::newBlock,
                block -> block.array().close(),
                block -> block.array().assign(Double.NaN));
    }

    Workers workers() {
        return workers;
    }

    private Block newBlock(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a single array of " + bytes / (1 << 20)
                    + " MiB is beyond 2 GiB; lower curvature.memory or the batch size");
        }
        DataType type = precision.isSingle() ? DataType.FLOAT : DataType.DOUBLE;
        // 64 bytes more: loops may read one vector past the end.
        INDArray array = Nd4j.createUninitialized(type, (bytes + 64) / precision.bytes());
        // The workers split products themselves: OpenBLAS's own threads spin between calls, take the cores from the
        // loops and cut sums by their number. ND4J sets them to all cores when its first array loads it.
        if (openblas.blas_get_num_threads() != 1) {
            openblas.blas_set_num_threads(1);
        }
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
    public Hardware hardware() {
        return Hardware.processor();
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public long scratch(Convolution geometry) {
        return CpuWinograd.buffers(geometry);
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
        long bytes = BlockPool.sizeClass(precision.bytesOf(shape));
        return Tensor.owning(new CpuStorage(this, bytes, pool.take(bytes)), shape);
    }

    // ---- access to the memory of a tensor ----

    private static Block block(Tensor x) {
        CpuStorage storage = (CpuStorage) x.storage();
        if (storage.released) {
            throw new IllegalStateException("tensor used after it was closed: " + x);
        }
        return storage.block;
    }

    static ByteBuffer bytes(Tensor x) {
        return block(x).bytes();
    }

    static Pointer pointer(Tensor x) {
        return block(x).pointer();
    }

    static int at(Tensor x) {
        return (int) x.offset();
    }

    static int size(Tensor x) {
        return (int) x.size();
    }

    // ---- tensors and the host ----

    @Override
    public void fromHost(double[] source, int from, Tensor out) {
        Contract.host(source.length, from, out);
        int n = size(out);
        if (!precision.isSingle()) {
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
        Contract.host(source.length, from, out);
        int n = size(out);
        if (precision.isSingle()) {
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
        Contract.host(target.length, from, x);
        int n = size(x);
        ByteBuffer source = bytes(x);
        if (!precision.isSingle()) {
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
        Contract.sameSize(x, out);
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
        Contract.sameSize(x, y);
        double[] sums = new double[Workers.count(size(x), DOT_BLOCK)];
        workers.blocks(
                size(x),
                DOT_BLOCK,
                x.size(),
                (from, to, block) ->
                        sums[block] = loops.dot(bytes(x), at(x) + from, bytes(y), at(y) + from, to - from));
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
        Contract.sameSize(x, y);
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
        Contract.sameSize(x, y, out);
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
        Contract.repeated(x, y, out);
        if (x.size() == 0) {
            return;
        }
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
    public void adam(AdamStep step, Tensor g, Tensor m, Tensor v, Tensor out) {
        Contract.sameSize(g, m, v, out);
        workers.share(
                size(g),
                64,
                4 * g.size(),
                (from, to, part) -> loops.adam(
                        step,
                        bytes(g),
                        at(g) + from,
                        bytes(m),
                        at(m) + from,
                        bytes(v),
                        at(v) + from,
                        bytes(out),
                        at(out) + from,
                        to - from));
    }

    // ---- matrices ----

    @Override
    public void gemm(boolean transposeA, boolean transposeB, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
        CpuProduct.multiply(this, transposeA, transposeB, alpha, a, b, beta, c);
    }

    @Override
    public void columnGram(double alpha, Tensor x, double beta, Tensor out) {
        Contract.columnGram(x, out);
        if (x.length(1) <= NARROW_GRAM && x.length(0) >= LEAST_GRAM_ROWS) {
            contractions.columnGram(alpha, x, beta, out);
            return;
        }
        CpuProduct.gram(this, true, alpha, x, beta, out);
        mirror(out);
    }

    @Override
    public void rowGram(double alpha, Tensor x, double beta, Tensor out) {
        Contract.rowGram(x, out);
        CpuProduct.gram(this, false, alpha, x, beta, out);
        mirror(out);
    }

    private void mirror(Tensor out) {
        int d = out.length(0);
        workers.share(d, 1, out.size() / 2, (from, to, part) -> loops.mirror(bytes(out), at(out), d, from, to));
    }

    @Override
    public void addRowInPlace(Tensor row, Tensor x) {
        Contract.rows(row, x);
        int d = size(row);
        workers.share(
                size(x) / d,
                1,
                x.size(),
                (from, to, part) -> loops.addRow(bytes(row), at(row), bytes(x), at(x) + from * d, to - from, d));
    }

    @Override
    public void sumRows(Tensor x, double beta, Tensor out) {
        Contract.rows(out, x);
        int d = size(out);
        int rows = size(x) / d;
        int block = Workers.block(rows, Math.max(64, Integer.highestOneBit(ROW_NUMBERS / d)), d);
        double[][] sums = new double[Workers.count(rows, block)][];
        workers.blocks(rows, block, x.size(), (from, to, index) -> {
            double[] sum = new double[d];
            loops.sumRows(bytes(x), at(x) + from * d, to - from, d, sum);
            sums[index] = sum;
        });
        double[] total = new double[d];
        if (beta != 0) {
            toHost(out, total, 0);
            Arrays.setAll(total, i -> beta * total[i]);
        }
        CpuContractions.addAll(1, sums, total);
        fromHost(total, 0, out);
    }

    // ---- contractions ----

    @Override
    public void dots(double alpha, Tensor x, Tensor y, double[] out) {
        contractions.dots(alpha, x, y, out);
    }

    @Override
    public void pairedDots(double alpha, Tensor x, Tensor y, double[] out) {
        contractions.pairedDots(alpha, x, y, out);
    }

    @Override
    public void gram(double alpha, Tensor x, Tensor w, double[] out, int stride) {
        contractions.gram(alpha, x, w, out, stride);
    }

    @Override
    public void gram(double alpha, Tensor x, double[] out, int stride) {
        contractions.gram(alpha, x, out, stride);
    }

    // ---- activations ----

    @Override
    public void activate(Activation f, Tensor z, Tensor... jet) {
        activations.activate(f, z, jet);
    }

    @Override
    public void activateBiased(Activation f, Tensor bias, Tensor z, Tensor... jet) {
        activations.activateBiased(f, bias, z, jet);
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
        activations.tangents(first, second, n2, lambda, s1, s2, s3, gram, stride, third);
    }

    @Override
    public void activationTangents(Tensor first, Tensor lambda, Tensor s1, Tensor s2, double[] gram, int stride) {
        activations.tangents(first, lambda, s1, s2, gram, stride);
    }

    // ---- losses ----

    @Override
    public double softmaxCrossEntropy(Tensor logits, Tensor labels, double w, Tensor p, Tensor gradient) {
        return softmax.loss(logits, labels, w, p, gradient);
    }

    @Override
    public double softmaxCrossEntropy(Tensor logits, Tensor labels, double w) {
        return softmax.loss(logits, labels, w);
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
    public void softmaxTangents(Tensor p, Tensor first, double w, double[] gram, int stride) {
        softmax.tangents(p, first, w, gram, stride);
    }

    @Override
    public double squaredError(Tensor y, Tensor target, double w, Tensor gradient) {
        Contract.sameSize(y, target, gradient);
        try (Tensor difference = allocate(y.shape())) {
            combine(1, y, -1, target, difference);
            double loss = w * dot(difference, difference);
            combine(2 * w, difference, 0, difference, gradient);
            return loss;
        }
    }

    @Override
    public double squaredError(Tensor y, Tensor target, double w) {
        Contract.sameSize(y, target);
        try (Tensor difference = allocate(y.shape())) {
            combine(1, y, -1, target, difference);
            return w * dot(difference, difference);
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
    public void convolveGram(Convolution g, Tensor x, double alpha, double beta, Tensor gram, Tensor sum) {
        images.gram(g, x, alpha, beta, gram, sum);
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
