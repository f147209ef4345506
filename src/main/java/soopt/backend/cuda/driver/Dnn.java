package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.Optional;
import soopt.backend.Convolution;
import soopt.backend.Precision;
import soopt.backend.cuda.library.CudaException;
import soopt.backend.cuda.library.CudaLibraries;

/**
 * Convolutions of channels-last images by cuDNN on the stream of a device, by algorithms whose results are the same
 * bits in every run: implicit products with precomputed indices, and what its documentation calls algorithm 1 of both
 * gradients. Nothing waits. Used are the functions on descriptors, which cuDNN 8 and 9 have; 9 calls them deprecated.
 */
public final class Dnn implements AutoCloseable {
    /** "on": convolutions are done by cuDNN; no GPU has shown yet that it is faster. */
    private static final String PROPERTY = "soopt.cuda.dnn";

    private static final int CHANNELS_LAST = 1;
    private static final int CROSS_CORRELATION = 1;
    private static final int DOUBLES = 1;

    /** CUDNN_DEFAULT_MATH, which rounds factors in float32 to TF32 where the GPU has it. */
    private static final int TENSOR_CORES = 0;

    /** CUDNN_FMA_MATH: no tensor cores. */
    private static final int STRICT = 3;

    /** The algorithm of each operation. */
    private static final int ALGORITHM = 1;

    private static final int BETA = Double.BYTES;

    /** From this version on its numbers are major · 10000 + minor · 100 + patch, before major · 1000. */
    private static final long WIDE_NUMBERS = 90_000;

    /** CUDNN_STATUS_NOT_SUPPORTED of version 8; those of 9 are 3000 and above. */
    private static final int NOT_SUPPORTED = 9;

    private static final int NOT_SUPPORTED_9 = 3000;
    private static final int INTERNAL_9 = 4000;

    private static final class Loaded {
        private static boolean isBound;
        private static Optional<String> problem = Optional.empty();
    }

    /** What is computed of images x, weights w and outputs y: the one from the two others. */
    public enum Operation {
        OUTPUTS("cudnnConvolutionForward"),
        INPUT_GRADIENT("cudnnConvolutionBackwardData"),
        WEIGHT_GRADIENT("cudnnConvolutionBackwardFilter");

        private final String call;

        Operation(String call) {
            this.call = call;
        }
    }

    /**
     * The library as it was looked for.
     *
     * @param version as "9.1.0"; empty if it does not load
     * @param isUsable whether it would be used if somebody asked for it
     * @param problem why it is not used, in the rest of a sentence; empty if it is
     */
    public record Finding(Optional<Path> path, Optional<String> version, boolean isUsable, Optional<String> problem) {}

    private final Device device;
    private final Precision precision;
    private final int type;
    private final long handle;
    private final long x;
    private final long y;
    private final long w;
    private final long convolution;
    /** α and, after it, β; what a call writes. */
    private final Memory numbers = new Memory(2L * Double.BYTES);

    private Dnn(Device device, Precision precision) {
        this.device = device;
        this.precision = precision;
        this.type = precision.isSingle() ? 0 : DOUBLES;
        long out = Pointer.nativeValue(numbers);
        this.handle = made("cudnnCreate", DnnApi.cudnnCreate(out));
        check("cudnnSetStream", DnnApi.cudnnSetStream(handle, device.stream()));
        this.x = made("cudnnCreateTensorDescriptor", DnnApi.cudnnCreateTensorDescriptor(out));
        this.y = made("cudnnCreateTensorDescriptor", DnnApi.cudnnCreateTensorDescriptor(out));
        this.w = made("cudnnCreateFilterDescriptor", DnnApi.cudnnCreateFilterDescriptor(out));
        this.convolution = made("cudnnCreateConvolutionDescriptor", DnnApi.cudnnCreateConvolutionDescriptor(out));
    }

    private long made(String call, int code) {
        check(call, code);
        return numbers.getLong(0);
    }

    /** Whether somebody asked for it. */
    public static boolean isOn() {
        return System.getProperty(PROPERTY, "off").equals("on");
    }

    /** @throws CudaException if it does not start */
    public static Dnn open(Device device, Precision precision) {
        device.makeCurrent();
        return new Dnn(device, precision);
    }

    /** What is found is loaded, whether somebody asked for it or not. */
    public static Finding find(int driverVersion) {
        CudaLibraries.Found found = CudaLibraries.dnn();
        if (found.path().isEmpty()) {
            return new Finding(found.path(), Optional.empty(), false, found.problem());
        }
        Optional<String> problem = loads(found.path().get());
        if (problem.isPresent()) {
            return new Finding(found.path(), Optional.empty(), false, problem);
        }
        int cuda = Math.toIntExact(DnnApi.cudnnGetCudartVersion());
        Optional<String> tooNew = cuda / 1000 > driverVersion / 1000
                ? Optional.of("it is of CUDA " + cuda / 1000 + ", but the driver is for CUDA "
                        + Gpu.version(driverVersion) + ": update the driver, or take cuDNN for CUDA "
                        + driverVersion / 1000)
                : Optional.empty();
        Optional<String> off =
                isOn() ? Optional.empty() : Optional.of("not used: -D" + PROPERTY + "=on takes it for convolutions");
        return new Finding(
                found.path(), Optional.of(version(DnnApi.cudnnGetVersion())), tooNew.isEmpty(), tooNew.or(() -> off));
    }

    static String version(long number) {
        long unit = number < WIDE_NUMBERS ? 1000 : 10_000;
        return number / unit + "." + number % unit / 100 + "." + number % 100;
    }

    /** Why it does not. */
    private static Optional<String> loads(Path library) {
        synchronized (Loaded.class) {
            if (!Loaded.isBound && Loaded.problem.isEmpty()) {
                try {
                    CudaLibraries.bind(library, DnnApi.class);
                    Loaded.isBound = true;
                } catch (CudaException e) {
                    Loaded.problem = Optional.of(e.getMessage());
                }
            }
            return Loaded.problem;
        }
    }

    /** What cuDNN does not do, of a kind or at all. */
    public static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean isOfKind;

        private Refusal(String message, boolean isOfKind) {
            super(message);
            this.isOfKind = isOfKind;
        }

        /** Whether others may be done. */
        public boolean isOfKind() {
            return isOfKind;
        }
    }

    private static void check(String call, int code) {
        if (code != 0) {
            boolean isOfKind = code == NOT_SUPPORTED || code >= NOT_SUPPORTED_9 && code < INTERNAL_9;
            throw new Refusal(DnnApi.cudnnGetErrorString(code) + " from " + call, isOfKind);
        }
    }

    private void describe(Convolution g, int images) {
        device.makeCurrent();
        check(
                "cudnnSetTensor4dDescriptor",
                DnnApi.cudnnSetTensor4dDescriptor(x, CHANNELS_LAST, type, images, g.channels(), g.height(), g.width()));
        check(
                "cudnnSetTensor4dDescriptor",
                DnnApi.cudnnSetTensor4dDescriptor(
                        y, CHANNELS_LAST, type, images, g.outChannels(), g.outHeight(), g.outWidth()));
        check(
                "cudnnSetFilter4dDescriptor",
                DnnApi.cudnnSetFilter4dDescriptor(
                        w, type, CHANNELS_LAST, g.outChannels(), g.channels(), g.kernel(), g.kernel()));
        check(
                "cudnnSetConvolution2dDescriptor",
                DnnApi.cudnnSetConvolution2dDescriptor(
                        convolution, g.padding(), g.padding(), g.stride(), g.stride(), 1, 1, CROSS_CORRELATION, type));
        check(
                "cudnnSetConvolutionMathType",
                DnnApi.cudnnSetConvolutionMathType(convolution, precision == Precision.TF32 ? TENSOR_CORES : STRICT));
    }

    /**
     * Bytes of the workspace.
     *
     * @throws Refusal if cuDNN does not do it
     */
    public long room(Operation operation, Convolution g, int images) {
        describe(g, images);
        long out = Pointer.nativeValue(numbers);
        check(
                "the workspace size of " + operation.call,
                switch (operation) {
                    case OUTPUTS ->
                        DnnApi.cudnnGetConvolutionForwardWorkspaceSize(handle, x, w, convolution, y, ALGORITHM, out);
                    case INPUT_GRADIENT ->
                        DnnApi.cudnnGetConvolutionBackwardDataWorkspaceSize(
                                handle, w, y, convolution, x, ALGORITHM, out);
                    case WEIGHT_GRADIENT ->
                        DnnApi.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                                handle, x, y, convolution, w, ALGORITHM, out);
                });
        return numbers.getLong(0);
    }

    /**
     * out ← α the operation + β out, by addresses. Before it everything that was asked for is given to the driver: it
     * is never part of a graph.
     *
     * @param first images, or outputs for a gradient in them
     * @param second weights, or outputs for a gradient in those
     * @throws Refusal if cuDNN does not do it
     */
    public void run(
            Operation operation,
            Convolution g,
            int images,
            long workspace,
            long bytes,
            double alpha,
            long first,
            long second,
            double beta,
            long out) {
        device.replays().pause();
        describe(g, images);
        if (precision.isSingle()) {
            numbers.setFloat(0, (float) alpha);
            numbers.setFloat(BETA, (float) beta);
        } else {
            numbers.setDouble(0, alpha);
            numbers.setDouble(BETA, beta);
        }
        long a = Pointer.nativeValue(numbers);
        long b = a + BETA;
        check(
                operation.call,
                switch (operation) {
                    case OUTPUTS ->
                        DnnApi.cudnnConvolutionForward(
                                handle, a, x, first, w, second, convolution, ALGORITHM, workspace, bytes, b, y, out);
                    case INPUT_GRADIENT ->
                        DnnApi.cudnnConvolutionBackwardData(
                                handle, a, w, second, y, first, convolution, ALGORITHM, workspace, bytes, b, x, out);
                    case WEIGHT_GRADIENT ->
                        DnnApi.cudnnConvolutionBackwardFilter(
                                handle, a, x, first, y, second, convolution, ALGORITHM, workspace, bytes, b, w, out);
                });
    }

    @Override
    public void close() {
        device.makeCurrent();
        DnnApi.cudnnDestroyConvolutionDescriptor(convolution);
        DnnApi.cudnnDestroyFilterDescriptor(w);
        DnnApi.cudnnDestroyTensorDescriptor(y);
        DnnApi.cudnnDestroyTensorDescriptor(x);
        DnnApi.cudnnDestroy(handle);
        numbers.close();
    }
}
