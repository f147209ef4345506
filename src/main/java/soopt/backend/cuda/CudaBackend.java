package soopt.backend.cuda;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import soopt.backend.Activation;
import soopt.backend.Averaging;
import soopt.backend.Backend;
import soopt.backend.Contract;
import soopt.backend.Convolution;
import soopt.backend.Decompositions;
import soopt.backend.Hardware;
import soopt.backend.Pooling;
import soopt.backend.Precision;
import soopt.backend.Rows;
import soopt.backend.Tensor;
import soopt.backend.Turns;
import soopt.backend.cuda.Kernels.Kernel;
import soopt.backend.cuda.Kernels.Theme;
import soopt.backend.cuda.driver.Blas;
import soopt.backend.cuda.driver.Device;
import soopt.backend.cuda.driver.Dnn;
import soopt.backend.cuda.driver.Gpu;
import soopt.backend.cuda.driver.Gpus;
import soopt.backend.cuda.driver.KernelCompiler;
import soopt.backend.cuda.driver.Solver;
import soopt.backend.cuda.library.CudaException;
import soopt.backend.cuda.library.CudaLibraries;

/**
 * An NVIDIA GPU of compute capability 7.0 or above: our own kernels, compiled for it at first use, and cuBLAS, without
 * ND4J. float32 is strict: TF32 only where the precision says so. Everything is done on one stream in the order of the
 * calls, the host waits only where a number comes back to it, and results are the same bits in every run on one GPU.
 * One thread at a time may use it.
 */
public final class CudaBackend implements Backend {
    /** First part of the least compute capability. */
    public static final int LEAST_CAPABILITY = 7;

    /** Rows that take more than the free memory by this are not kept. */
    private static final int SHARE_OF_ROWS = 4;

    private static final int MOST_ROWS = 65_535;

    private final Device device;
    private final Precision precision;
    private final Blas blas;
    private final Kernels kernels;
    private final CudaMemory memory;
    private final CudaResults results;
    private final CudaSums sums;
    private final CudaLosses losses;
    private final Optional<CudaConvolutions> convolutions;
    private final CudaImages images;
    private final Map<Activation, Kernel> activations = new EnumMap<>(Activation.class);
    private final Kernel fill;
    private final Kernel signs;
    private final Kernel axpy;
    private final Kernel scale;
    private final Kernel combine;
    private final Kernel multiply;
    private final Kernel adam;
    private final Kernel addRow;
    private final Kernel mirror;
    private final Optional<Path> solverLibrary;
    private Optional<Solver> solver = Optional.empty();
    private Optional<Decompositions> decompositions = Optional.empty();

    private CudaBackend(Device device, Blas blas, Precision precision) {
        this.device = device;
        this.precision = precision;
        this.blas = blas;
        this.solverLibrary = CudaLibraries.solver(device.gpu().driverVersion()).path();
        this.kernels = new Kernels(device, precision);
        this.memory = new CudaMemory(device, precision);
        this.results = new CudaResults(memory, kernels);
        this.sums = new CudaSums(memory, results, kernels);
        this.losses = new CudaLosses(memory, results, sums, kernels);
        this.convolutions = Dnn.isOn()
                ? Optional.of(
                        new CudaConvolutions(device, memory, precision, CudaImages.PATCH_NUMBERS * precision.bytes()))
                : Optional.empty();
        this.images = new CudaImages(this, convolutions, sums, kernels);
        for (Activation f : Activation.values()) {
            String name = f.name().charAt(0) + f.name().substring(1).toLowerCase(Locale.ROOT);
            activations.put(f, kernels.kernel(Theme.ACTIVATIONS, "activate" + name));
        }
        this.fill = kernels.kernel(Theme.VECTORS, "fill");
        this.signs = kernels.kernel(Theme.VECTORS, "signs");
        this.axpy = kernels.kernel(Theme.VECTORS, "axpy");
        this.scale = kernels.kernel(Theme.VECTORS, "scale");
        this.combine = kernels.kernel(Theme.VECTORS, "combine");
        this.multiply = kernels.kernel(Theme.VECTORS, "multiply");
        this.adam = kernels.kernel(Theme.VECTORS, "adam");
        this.addRow = kernels.kernel(Theme.VECTORS, "addRow");
        this.mirror = kernels.kernel(Theme.VECTORS, "mirror");
    }

    /**
     * The GPU of that index among those that this process sees.
     *
     * @throws CudaException if it cannot be used, in one line that says why
     */
    public static CudaBackend open(Precision precision, int index) {
        Device device = Device.open(index);
        try {
            return new CudaBackend(device, Blas.open(device, precision == Precision.TF32), precision);
        } catch (CudaException e) {
            device.close();
            throw e;
        }
    }

    /** Why that GPU cannot be used and what to do, in the rest of a sentence; empty if it can. */
    public static Optional<String> problem(int index) {
        Gpus gpus = Gpus.find();
        if (gpus.problem().isPresent()) {
            return gpus.problem();
        }
        if (index < 0 || index >= gpus.list().size()) {
            return Optional.of("there is no GPU " + index + ": the driver names "
                    + gpus.list().size() + ", numbered from 0");
        }
        Gpu gpu = gpus.list().get(index);
        if (gpu.major() < LEAST_CAPABILITY) {
            return Optional.of(gpu.name() + " has compute capability " + gpu.capability() + ", but needed is "
                    + LEAST_CAPABILITY + ".0 or above");
        }
        return CudaLibraries.toolkit(gpus.driverVersion()).stream()
                .flatMap(library -> library.problem().stream())
                .findFirst();
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String device() {
        Gpu gpu = device.gpu();
        return gpu.name() + ", compute capability " + gpu.capability() + ", driver for CUDA "
                + Gpu.version(gpu.driverVersion());
    }

    @Override
    public Hardware hardware() {
        Gpu gpu = device.gpu();
        return new Hardware(
                "cuda",
                gpu.name(),
                Optional.of(Gpu.version(gpu.driverVersion())),
                Optional.of(KernelCompiler.load(gpu.driverVersion()).version()),
                solverLibrary.map(Path::toString),
                convolutions.flatMap(CudaConvolutions::library),
                gpu.bytes());
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public long scratch(Convolution geometry) {
        return CudaImages.scratch(geometry);
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
    public Optional<Replay> replay() {
        return Optional.of(device.replay());
    }

    @Override
    public Optional<String> note() {
        return convolutions.flatMap(CudaConvolutions::note);
    }

    /** Launches, copies and times that the host waited, since the GPU was opened. */
    public Device.Counts counts() {
        return device.counts();
    }

    // ---- tensors and the host ----

    @Override
    public Tensor allocate(int... shape) {
        return memory.allocate(shape);
    }

    @Override
    public void fromHost(double[] source, int from, Tensor out) {
        Contract.host(source.length, from, out);
        memory.fromHost(source, from, out);
    }

    @Override
    public void fromHost(float[] source, int from, Tensor out) {
        Contract.host(source.length, from, out);
        memory.fromHost(source, from, out);
    }

    @Override
    public void toHost(Tensor x, double[] target, int from) {
        Contract.host(target.length, from, x);
        memory.toHost(x, target, from);
    }

    @Override
    public Optional<Rows.Kept> keep(Rows rows) {
        long bytes = CudaRows.bytes(rows, precision);
        if (bytes == 0 || bytes > device.freeBytes() / SHARE_OF_ROWS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new CudaRows(memory, kernels, precision, rows));
        } catch (CudaException e) {
            if (!e.isOutOfMemory()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    @Override
    public Optional<Turns> turns(int... shape) {
        return Tensor.sizeOf(shape) == 0
                ? Optional.empty()
                : Optional.of(new CudaTurns(device, memory, precision, shape));
    }

    @Override
    public void meanwhile(Runnable work) {
        results.meanwhile(work);
    }

    @Override
    public void fill(Tensor out, double value) {
        long address = CudaMemory.address(out);
        if (out.size() == 0) {
            return;
        }
        if (Double.doubleToRawLongBits(value) == 0) {
            device.set(address, 0, out.size() * precision.bytes() / Integer.BYTES);
        } else {
            fill.start().put(out.size()).real(value).put(address).forElements(out.size());
        }
    }

    @Override
    public void signs(long start, Tensor out) {
        if (out.size() > 0) {
            signs.start().put(out.size()).scalar(start).put(out).forElements(out.size());
        }
    }

    @Override
    public void copy(Tensor x, Tensor out) {
        Contract.sameSize(x, out);
        long from = CudaMemory.address(x);
        long to = CudaMemory.address(out);
        if (x.size() > 0) {
            device.copy(from, to, x.size() * precision.bytes());
        }
    }

    // ---- vectors ----

    @Override
    public double dot(Tensor x, Tensor y) {
        Contract.sameSize(x, y);
        return awaited(use -> sums.dot(x, y, use));
    }

    @Override
    public void axpyInPlace(double alpha, Tensor x, Tensor y) {
        Contract.sameSize(x, y);
        if (x.size() > 0) {
            axpy.start().put(x.size()).real(alpha).put(x).put(y).forElements(x.size());
        }
    }

    @Override
    public void scaleInPlace(double alpha, Tensor x) {
        if (x.size() > 0) {
            scale.start().put(x.size()).real(alpha).put(x).forElements(x.size());
        }
    }

    /** x ← β x, or 0 whatever it was when β is 0. */
    static void scaleOrClear(Backend backend, double beta, Tensor x) {
        if (beta == 0) {
            backend.fill(x, 0);
        } else if (beta != 1) {
            backend.scaleInPlace(beta, x);
        }
    }

    @Override
    public void combine(double alpha, Tensor x, double beta, Tensor y, Tensor out) {
        Contract.sameSize(x, y, out);
        if (x.size() > 0) {
            combine.start()
                    .put(x.size())
                    .real(alpha)
                    .put(x)
                    .real(beta)
                    .put(y)
                    .put(out)
                    .forElements(x.size());
        }
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
        long m = y.size();
        long n = x.size() / m;
        multiply.start().put(n).put(m).put(x).put(y).put(out).put(add ? 1 : 0).blocks(Launch.blocksFor(m), (int)
                Math.min(MOST_ROWS, n));
    }

    @Override
    public void adam(AdamStep step, Tensor g, Tensor m, Tensor v, Tensor out) {
        adam(step, g, m, v, m, v, out);
    }

    @Override
    public void adam(AdamStep step, Tensor g, Tensor m, Tensor v, Tensor nextM, Tensor nextV, Tensor out) {
        Contract.sameSize(g, m, v, nextM, nextV, out);
        if (g.size() == 0) {
            return;
        }
        adam.start()
                .put(g.size())
                .put(g)
                .put(m)
                .put(v)
                .put(nextM)
                .put(nextV)
                .real(step.beta1())
                .real(1 - step.beta1())
                .real(step.beta2())
                .real(1 - step.beta2())
                .real(step.scale())
                .real(1 / Math.sqrt(step.correction2()))
                .real(step.epsilon())
                .put(step.cautious() ? 1 : 0)
                .put(out)
                .forElements(g.size());
    }

    // ---- matrices ----

    /** cuBLAS counts column by column: cᵀ ← α op(b)ᵀ op(a)ᵀ + β cᵀ of the arrays as they lie. */
    @Override
    public void gemm(boolean transposeA, boolean transposeB, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
        Contract.product(transposeA, transposeB, a, b, c);
        int m = c.length(0);
        int n = c.length(1);
        int k = a.length(transposeA ? 0 : 1);
        long left = CudaMemory.address(a);
        long right = CudaMemory.address(b);
        long out = CudaMemory.address(c);
        if (c.size() == 0) {
            return;
        }
        if (k == 0) {
            scaleOrClear(this, beta, c);
            return;
        }
        int lda = a.length(1);
        int ldb = b.length(1);
        if (precision.isSingle()) {
            blas.multiplyFloats(transposeB, transposeA, n, m, k, alpha, right, ldb, left, lda, beta, out, n);
        } else {
            blas.multiplyDoubles(transposeB, transposeA, n, m, k, alpha, right, ldb, left, lda, beta, out, n);
        }
    }

    @Override
    public void columnGram(double alpha, Tensor x, double beta, Tensor out) {
        Contract.columnGram(x, out);
        if (CudaSums.takesGram(x.length(1), x.length(0))) {
            sums.columnGram(alpha, x, beta, out);
            return;
        }
        gemm(true, false, alpha, x, x, beta, out);
        mirror(out);
    }

    @Override
    public void rowGram(double alpha, Tensor x, double beta, Tensor out) {
        Contract.rowGram(x, out);
        if (CudaSums.takesGram(x.length(0), x.length(1))) {
            sums.rowGram(alpha, x, beta, out);
            return;
        }
        gemm(false, true, alpha, x, x, beta, out);
        mirror(out);
    }

    private void mirror(Tensor out) {
        if (out.size() > 0) {
            mirror.start().put(out.length(0)).put(out).forElements(out.size());
        }
    }

    @Override
    public void addRowInPlace(Tensor row, Tensor x) {
        Contract.rows(row, x);
        if (x.size() > 0) {
            addRow.start()
                    .put(x.size())
                    .put(Math.toIntExact(row.size()))
                    .put(row)
                    .put(x)
                    .forElements(x.size());
        }
    }

    @Override
    public void sumRows(Tensor x, double beta, Tensor out) {
        Contract.rows(out, x);
        if (x.size() == 0) {
            scaleOrClear(this, beta, out);
        } else {
            sums.sumRows(1, x, beta, out);
        }
    }

    /** By cuSOLVER, which starts at first use; on the host where there is none. */
    @Override
    public Decompositions decompositions() {
        return decompositions.orElseGet(() -> {
            Decompositions made = startDecompositions();
            decompositions = Optional.of(made);
            return made;
        });
    }

    private Decompositions startDecompositions() {
        solver = solverLibrary.flatMap(library -> Solver.open(device, library, memory::with));
        if (solver.isEmpty()) {
            return Decompositions.onHost(this);
        }
        return new CudaDecompositions(
                new HeldMatrices(device, memory, results),
                memory,
                results,
                new FactorKernels(memory, kernels),
                solver.get(),
                blas);
    }

    // ---- contractions ----

    @Override
    public void recorded(Object key, Runnable work) {
        device.recorded(key, work);
    }

    @Override
    public void together(Runnable work) {
        results.together(work);
    }

    @Override
    public void then(Runnable use) {
        results.then(use);
    }

    @Override
    public void await() {
        results.await();
    }

    @Override
    public void dot(Tensor x, Tensor y, DoubleConsumer use) {
        Contract.sameSize(x, y);
        sums.dot(x, y, use);
    }

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
        sums.gram(alpha, x, w, out, stride);
    }

    @Override
    public void gram(double alpha, Tensor x, double[] out, int stride) {
        sums.gram(alpha, x, out, stride);
    }

    // ---- activations ----

    @Override
    public void activate(Activation f, Tensor z, Tensor... jet) {
        Contract.jet(z, jet);
        activate(f, 0, 1, z, jet);
    }

    @Override
    public void activateBiased(Activation f, Tensor bias, Tensor z, Tensor... jet) {
        Contract.jet(z, jet);
        Contract.rows(bias, z);
        activate(f, CudaMemory.address(bias), Math.toIntExact(bias.size()), z, jet);
    }

    private void activate(Activation f, long bias, int d, Tensor z, Tensor... jet) {
        if (z.size() == 0) {
            return;
        }
        Launch launch =
                activations.get(f).start().put(z.size()).put(d).put(bias).put(z).put(jet.length);
        for (int k = 0; k < 4; k++) {
            launch.put(k < jet.length ? CudaMemory.address(jet[k]) : 0L);
        }
        launch.forElements(z.size());
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
        sums.tangents(first, second, n2, lambda, s1, s2, s3, gram, stride, third);
    }

    @Override
    public void activationTangents(Tensor first, Tensor lambda, Tensor s1, Tensor s2, double[] gram, int stride) {
        Contract.tangents(first, lambda, new Tensor[] {s1, s2}, gram, stride);
        sums.tangents(first, lambda, s1, s2, gram, stride);
    }

    // ---- losses ----

    /** What a consumer is handed, when all before it has been done. */
    private double awaited(Consumer<DoubleConsumer> work) {
        double[] number = new double[1];
        work.accept(value -> number[0] = value);
        results.await();
        return number[0];
    }

    @Override
    public double softmaxCrossEntropy(Tensor logits, Tensor labels, double w, Tensor p, Tensor gradient) {
        return awaited(loss -> losses.loss(logits, labels, w, p, gradient, loss));
    }

    @Override
    public void softmaxCrossEntropy(
            Tensor logits, Tensor labels, double w, Tensor p, Tensor gradient, DoubleConsumer loss) {
        losses.loss(logits, labels, w, p, gradient, loss);
    }

    @Override
    public double softmaxCrossEntropy(Tensor logits, Tensor labels, double w) {
        return awaited(loss -> losses.loss(logits, labels, w, loss));
    }

    @Override
    public void softmaxCrossEntropy(Tensor logits, Tensor labels, double w, DoubleConsumer loss) {
        losses.loss(logits, labels, w, loss);
    }

    @Override
    public int countCorrect(Tensor logits, Tensor labels) {
        return (int) awaited(correct -> losses.countCorrect(logits, labels, count -> correct.accept(count)));
    }

    @Override
    public void countCorrect(Tensor logits, Tensor labels, IntConsumer correct) {
        losses.countCorrect(logits, labels, correct);
    }

    @Override
    public void softmaxHessian(Tensor p, Tensor v, double w, Tensor out) {
        losses.hessian(p, v, w, out);
    }

    @Override
    public void outerProducts(Tensor d, Tensor v, double w, Tensor out) {
        losses.outerProducts(d, v, w, out);
    }

    @Override
    public void softmaxTangents(
            Tensor p, Tensor first, Tensor second, int n2, double w, double[] gram, int stride, double[] third) {
        losses.tangents(p, first, second, n2, w, gram, stride, third);
    }

    @Override
    public void softmaxTangents(Tensor p, Tensor first, double w, double[] gram, int stride) {
        losses.tangents(p, first, w, gram, stride);
    }

    @Override
    public double squaredError(Tensor y, Tensor target, double w, Tensor gradient) {
        Contract.sameSize(y, target, gradient);
        return awaited(loss -> squaredError(y, target, w, gradient, loss));
    }

    @Override
    public void squaredError(Tensor y, Tensor target, double w, Tensor gradient, DoubleConsumer loss) {
        Contract.sameSize(y, target, gradient);
        sums.squares(y, target, 2 * w, CudaMemory.address(gradient), sum -> loss.accept(w * sum));
    }

    @Override
    public double squaredError(Tensor y, Tensor target, double w) {
        return awaited(loss -> squaredError(y, target, w, loss));
    }

    @Override
    public void squaredError(Tensor y, Tensor target, double w, DoubleConsumer loss) {
        Contract.sameSize(y, target);
        sums.squares(y, target, 0, 0, sum -> loss.accept(w * sum));
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
        results.close();
        solver.ifPresent(Solver::close);
        convolutions.ifPresent(CudaConvolutions::close);
        kernels.close();
        blas.close();
        memory.close();
    }
}
