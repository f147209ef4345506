package soopt.backend.nd4j;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.api.ops.impl.transforms.comparison.CompareAndSet;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.api.ops.impl.transforms.same.Sign;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.conditions.Conditions;
import org.nd4j.nativeblas.NativeOpsHolder;
import soopt.backend.Activation;
import soopt.backend.Averaging;
import soopt.backend.Backend;
import soopt.backend.Contract;
import soopt.backend.Convolution;
import soopt.backend.Hardware;
import soopt.backend.Pooling;
import soopt.backend.Precision;
import soopt.backend.SoftmaxLoops;
import soopt.backend.Tensor;

/**
 * ND4J's own operations and nothing else, so that it runs wherever ND4J does: without the Vector API, on other
 * processors, and on the GPUs of ND4J's CUDA jar. Sums and transcendentals go through float64 ({@link Nd4jSums},
 * {@link Nd4jActivations}), the few numbers of a softmax through the host.
 */
public final class Nd4jBackend implements Backend {
    /** Elements copied from the host at once, through one temporary array. */
    private static final int TRANSFER = 1 << 20;

    private final Precision precision;
    private final Hardware hardware;
    private final Nd4jMemory memory = new Nd4jMemory();
    private final Nd4jSums sums = new Nd4jSums(memory);
    private final SoftmaxLoops softmax = new SoftmaxLoops(this);
    private final Nd4jImages images = new Nd4jImages(this);

    public Nd4jBackend(Precision precision, int threads) {
        this(precision, threads, Hardware.processor());
    }

    /** @param hardware what ND4J computes on */
    public Nd4jBackend(Precision precision, int threads, Hardware hardware) {
        this.hardware = hardware;
        this.precision = precision;
        // setMaxThreads does nothing in 1.0.0-M2.1; this one obeys up to the limit that OMP_NUM_THREADS set at the
        // start
        Nd4j.getEnvironment()
                .setMaxMasterThreads(Math.min(threads, Nd4j.getEnvironment().maxThreads()));
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
        // products that are cut by the number of threads, as oneDNN's are too, have other last bits for each number
        Nd4j.factory().blas().setMaxThreads(1);
        Nd4j.getEnvironment().allowHelpers(false);
    }

    @Override
    public String name() {
        return "portable";
    }

    @Override
    public String device() {
        return Nd4j.getExecutioner().getEnvironmentInformation().getProperty("backend") + " through ND4J, " + threads()
                + (threads() == 1 ? " thread" : " threads");
    }

    @Override
    public Hardware hardware() {
        return hardware;
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public int threads() {
        return Nd4j.getEnvironment().maxMasterThreads();
    }

    @Override
    public Memory memory() {
        return memory.memory();
    }

    @Override
    public void resetPeak() {
        memory.resetPeak();
    }

    @Override
    public Tensor allocate(int... shape) {
        return memory.allocate(precision, shape);
    }

    private static INDArray flat(Tensor x) {
        return Nd4jMemory.flat(x);
    }

    // ---- tensors and the host ----

    @Override
    public void fromHost(double[] source, int from, Tensor out) {
        Contract.host(source.length, from, out);
        for (int done = 0; done < out.size(); done += TRANSFER) {
            int n = (int) Math.min(TRANSFER, out.size() - done);
            int at = from + done;
            try (INDArray part = Nd4j.createFromArray(Arrays.copyOfRange(source, at, at + n))) {
                flat(out.slice(done, n)).assign(part);
            }
        }
    }

    @Override
    public void fromHost(float[] source, int from, Tensor out) {
        Contract.host(source.length, from, out);
        for (int done = 0; done < out.size(); done += TRANSFER) {
            int n = (int) Math.min(TRANSFER, out.size() - done);
            int at = from + done;
            try (INDArray part = Nd4j.createFromArray(Arrays.copyOfRange(source, at, at + n))) {
                flat(out.slice(done, n)).assign(part);
            }
        }
    }

    @Override
    public void toHost(Tensor x, double[] target, int from) {
        Contract.host(target.length, from, x);
        if (x.size() == 0) {
            return;
        }
        if (!precision.isSingle()) {
            System.arraycopy(flat(x).toDoubleVector(), 0, target, from, (int) x.size());
            return;
        }
        float[] values = flat(x).toFloatVector();
        for (int i = 0; i < values.length; i++) {
            target[from + i] = values[i];
        }
    }

    @Override
    public void fill(Tensor out, double value) {
        if (out.size() > 0) {
            flat(out).assign(value);
        }
    }

    @Override
    public void copy(Tensor x, Tensor out) {
        Contract.sameSize(x, out);
        if (out.size() > 0) {
            flat(out).assign(flat(x));
        }
    }

    // ---- vectors ----

    @Override
    public double dot(Tensor x, Tensor y) {
        Contract.sameSize(x, y);
        return sums.dot(x, y);
    }

    @Override
    public void axpyInPlace(double alpha, Tensor x, Tensor y) {
        Contract.sameSize(x, y);
        if (x.size() > 0) {
            try (Tensor product = allocate(x.shape())) {
                flat(y).addi(flat(x).mul(alpha, flat(product)));
            }
        }
    }

    @Override
    public void scaleInPlace(double alpha, Tensor x) {
        if (x.size() > 0) {
            flat(x).muli(alpha);
        }
    }

    @Override
    public void combine(double alpha, Tensor x, double beta, Tensor y, Tensor out) {
        Contract.sameSize(x, y, out);
        if (x.size() > 0) {
            try (Tensor product = allocate(x.shape())) {
                INDArray scaled = flat(x).mul(alpha, flat(product));
                flat(y).mul(beta, flat(out)).addi(scaled);
            }
        }
    }

    @Override
    public void multiply(Tensor x, Tensor y, Tensor out) {
        Contract.repeated(x, y, out);
        if (x.size() > 0) {
            Nd4jSums.multiplyRows(x, y, out);
        }
    }

    @Override
    public void multiplyAddInPlace(Tensor x, Tensor y, Tensor out) {
        try (Tensor product = allocate(x.shape())) {
            multiply(x, y, product);
            axpyInPlace(1, product, out);
        }
    }

    @Override
    public void adam(AdamStep step, Tensor g, Tensor m, Tensor v, Tensor out) {
        Contract.sameSize(g, m, v, out);
        if (g.size() == 0) {
            return;
        }
        combine(1 - step.beta1(), g, step.beta1(), m, m);
        try (Tensor square = allocate(g.shape())) {
            multiply(g, g, square);
            combine(1 - step.beta2(), square, step.beta2(), v, v);
        }
        INDArray root = Nd4j.exec(new Sqrt(flat(v), flat(out)));
        root.muli(1 / Math.sqrt(step.correction2()))
                .addi(step.epsilon())
                .rdivi(flat(m))
                .muli(step.scale());
        if (step.cautious()) {
            clearAgainst(g, m, out);
        }
    }

    /** out_i ← 0 where g_i and m_i have opposite signs, whose product may be too small for a number. */
    private void clearAgainst(Tensor g, Tensor m, Tensor out) {
        try (Tensor signs = allocate(g.shape());
                Tensor other = allocate(g.shape())) {
            INDArray sum = Nd4j.exec(new Sign(flat(g), flat(signs)));
            sum.muli(Nd4j.exec(new Sign(flat(m), flat(other)))).addi(1);
            // takes the number of the second array where that is 0
            Nd4j.exec(new CompareAndSet(flat(out), sum, flat(out), Conditions.equals(0)));
        }
    }

    // ---- matrices ----

    @Override
    public void gemm(boolean transposeA, boolean transposeB, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
        Contract.product(transposeA, transposeB, a, b, c);
        int k = a.length(transposeA ? 0 : 1);
        if (c.size() == 0) {
            return;
        }
        if (k == 0) {
            scaleOrClear(beta, c);
            return;
        }
        Nd4jSums.multiply(transposeA, transposeB, alpha, matrix(a), matrix(b), beta, matrix(c));
    }

    /** The product and its transpose may differ in bits: their mean does not. */
    @Override
    public void columnGram(double alpha, Tensor x, double beta, Tensor out) {
        Contract.columnGram(x, out);
        gram(true, alpha, x, beta, out);
    }

    @Override
    public void rowGram(double alpha, Tensor x, double beta, Tensor out) {
        Contract.rowGram(x, out);
        gram(false, alpha, x, beta, out);
    }

    private void gram(boolean ofColumns, double alpha, Tensor x, double beta, Tensor out) {
        if (out.size() == 0) {
            return;
        }
        gemm(ofColumns, !ofColumns, alpha, x, x, beta, out);
        INDArray matrix = matrix(out);
        matrix.assign(matrix.add(matrix.transpose()).mul(0.5));
    }

    private static INDArray matrix(Tensor x) {
        return Nd4jMemory.matrix(x, x.length(1));
    }

    /** x ← β x, where β = 0 clears even NaN. */
    void scaleOrClear(double beta, Tensor x) {
        if (beta == 0) {
            fill(x, 0);
        } else {
            scaleInPlace(beta, x);
        }
    }

    @Override
    public void addRowInPlace(Tensor row, Tensor x) {
        Contract.rows(row, x);
        if (x.size() > 0) {
            INDArray rows = Nd4jMemory.matrix(x, row.size());
            Nd4j.exec(new BroadcastAddOp(rows, flat(row), rows, 1));
        }
    }

    /** As 1ᵀx, because ND4J's sum over rows is twenty-five times slower than its matrix product. */
    @Override
    public void sumRows(Tensor x, double beta, Tensor out) {
        Contract.rows(out, x);
        int d = (int) out.size();
        int rows = (int) (x.size() / d);
        try (Tensor ones = allocate(1, rows)) {
            fill(ones, 1);
            gemm(false, false, 1, ones, x.reshape(rows, d), beta, out.reshape(1, d));
        }
    }

    // ---- contractions to the host ----

    @Override
    public void dots(double alpha, Tensor x, Tensor y, double[] out) {
        Contract.dots(x, y, out);
        sums.dots(alpha, x, y, out);
    }

    @Override
    public void pairedDots(double alpha, Tensor x, Tensor y, double[] out) {
        Contract.pairedDots(x, y, out);
        sums.pairedDots(alpha, x, y, out);
    }

    @Override
    public void gram(double alpha, Tensor x, Tensor w, double[] out, int stride) {
        Contract.gram(x, w, out, stride);
        sums.gram(alpha, x, w, out, stride);
    }

    @Override
    public void gram(double alpha, Tensor x, double[] out, int stride) {
        Contract.gram(x, out, stride);
        sums.gram(alpha, x, out, stride);
    }

    // ---- activations ----

    @Override
    public void activate(Activation f, Tensor z, Tensor... jet) {
        Contract.jet(z, jet);
        Nd4jActivations.activate(memory, f, z, jet);
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
        Contract.tangents(first, second, n2, lambda, new Tensor[] {s1, s2, s3}, gram, stride, third);
        int m = (int) lambda.size();
        if (first.size() == 0) {
            return;
        }
        try (Tensor curvature = allocate(m)) {
            multiply(lambda, s2, curvature);
            sums.gram(1, first, curvature, gram, stride);
            secondTangents(first, second, n2, curvature, lambda, s1, s2, s3, third);
        }
        multiply(first, s1, first);
    }

    @Override
    public void activationTangents(Tensor first, Tensor lambda, Tensor s1, Tensor s2, double[] gram, int stride) {
        Contract.tangents(first, lambda, new Tensor[] {s1, s2}, gram, stride);
        if (first.size() == 0) {
            return;
        }
        try (Tensor curvature = allocate((int) lambda.size())) {
            multiply(lambda, s2, curvature);
            sums.gram(1, first, curvature, gram, stride);
        }
        multiply(first, s1, first);
    }

    /**
     * third += Σ (λσ‴ ż² + 3 λσ″ z̈) ż and second ← σ′ z̈ + σ″ ż², where z̈ is read in n2 rows only; destroys curvature
     * = λσ″.
     */
    private void secondTangents(
            Tensor first,
            Tensor second,
            int n2,
            Tensor curvature,
            Tensor lambda,
            Tensor s1,
            Tensor s2,
            Tensor s3,
            double[] third) {
        int n = first.length(0);
        Tensor known = second.rows(0, n2);
        try (Tensor square = allocate(first.shape());
                Tensor weight = allocate(first.shape());
                Tensor jerk = allocate(lambda.shape())) {
            multiply(first, first, square);
            multiply(lambda, s3, jerk);
            multiply(square, jerk, weight);
            scaleInPlace(3, curvature);
            multiplyAddInPlace(known, curvature, weight.rows(0, n2));
            pairedDots(1, weight, first, third);
            multiply(known, s1, known);
            multiplyAddInPlace(square.rows(0, n2), s2, known);
            multiply(square.rows(n2, n), s2, second.rows(n2, n));
        }
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
        memory.close();
    }
}
