package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.OptionalLong;
import soopt.backend.cuda.library.CudaException;
import soopt.backend.cuda.library.CudaLibraries;

/** Matrix products by cuBLAS on the stream of a device: float32, strictly or in TF32, and float64. */
public final class Blas implements AutoCloseable {
    /** CUBLAS_DEFAULT_MATH: TF32 is used only where somebody asks for it. */
    private static final int STRICT = 0;

    /** CUBLAS_TF32_TENSOR_OP_MATH. */
    private static final int TF32 = 3;

    private static final int BETA = Double.BYTES;
    private static final int HALF = 32;
    private static final int DOUBLES = 1;
    private static final int TRANSPOSE_A = 2;
    private static final int TRANSPOSE_B = 4;

    /** What cuBLAS takes of itself on the largest GPUs; memory of our own is needed for graphs. */
    private static final long WORKSPACE_BYTES = 32L << 20;

    private static final int ALLOCATION_FAILED = 3;

    private static final class Loaded {
        private static boolean isBound;
    }

    private final Device device;
    private final long handle;
    /** α and, after it, β. */
    private final Memory scalars = new Memory(2L * Double.BYTES);

    private final Tape own = new Tape();
    /** From the first product on, which is never part of a graph. */
    private OptionalLong workspace = OptionalLong.empty();

    private Blas(Device device, long handle) {
        this.device = device;
        this.handle = handle;
        device.productsBy(this::perform);
    }

    /**
     * @param tf32 whether products in float32 round their factors to TF32
     * @throws CudaException if there is no cuBLAS that serves the driver
     */
    public static Blas open(Device device, boolean tf32) {
        load(device.gpu().driverVersion());
        device.makeCurrent();
        try (Memory out = new Memory(Long.BYTES)) {
            check("cublasCreate", BlasApi.cublasCreate_v2(Pointer.nativeValue(out)));
            long handle = out.getLong(0);
            check("cublasSetStream", BlasApi.cublasSetStream_v2(handle, device.stream()));
            check("cublasSetMathMode", BlasApi.cublasSetMathMode(handle, tf32 ? TF32 : STRICT));
            return new Blas(device, handle);
        }
    }

    static void load(int driverVersion) {
        synchronized (Loaded.class) {
            if (!Loaded.isBound) {
                CudaLibraries.Found found = CudaLibraries.blas(driverVersion);
                CudaLibraries.bind(
                        found.path()
                                .orElseThrow(() ->
                                        new CudaException(found.problem().orElseThrow(), CudaException.NO_LIBRARY)),
                        BlasApi.class);
                Loaded.isBound = true;
            }
        }
    }

    long handle() {
        return handle;
    }

    /** As 120800. */
    public int version() {
        try (Memory out = new Memory(Integer.BYTES)) {
            check("cublasGetVersion", BlasApi.cublasGetVersion_v2(handle, Pointer.nativeValue(out)));
            return out.getInt(0);
        }
    }

    /** c ← α op(a) op(b) + β c in float32, column by column: op(a) [m, k], op(b) [k, n], c [m, n]. */
    public void multiplyFloats(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            double alpha,
            long a,
            int lda,
            long b,
            int ldb,
            double beta,
            long c,
            int ldc) {
        multiply(0, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    }

    /** The same in float64. */
    public void multiplyDoubles(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            double alpha,
            long a,
            int lda,
            long b,
            int ldb,
            double beta,
            long c,
            int ldc) {
        multiply(DOUBLES, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    }

    private void multiply(
            int type,
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            double alpha,
            long a,
            int lda,
            long b,
            int ldb,
            double beta,
            long c,
            int ldc) {
        Replays replays = device.replays();
        Tape tape = replays.isActive()
                ? replays.next(Tape.Kind.PRODUCT)
                : own.clear().begin(Tape.Kind.PRODUCT);
        tape.put(type + (transposeA ? TRANSPOSE_A : 0) + (transposeB ? TRANSPOSE_B : 0))
                .put((long) m << HALF | n)
                .put((long) k << HALF | lda)
                .put((long) ldb << HALF | ldc)
                .put(a)
                .put(b)
                .put(c)
                .put(Double.doubleToRawLongBits(alpha))
                .put(Double.doubleToRawLongBits(beta));
        if (replays.isActive()) {
            replays.add();
        } else {
            own.end();
            perform(own, 0);
        }
    }

    private void takeWorkspace() {
        long memory = device.allocate(WORKSPACE_BYTES);
        workspace = OptionalLong.of(memory);
        check("cublasSetWorkspace", BlasApi.cublasSetWorkspace_v2(handle, memory, WORKSPACE_BYTES));
    }

    /** Does a product now. */
    private void perform(Tape tape, int i) {
        device.makeCurrent();
        if (workspace.isEmpty()) {
            takeWorkspace();
        }
        long flags = tape.word(i, 0);
        int opA = (flags & TRANSPOSE_A) != 0 ? 1 : 0;
        int opB = (flags & TRANSPOSE_B) != 0 ? 1 : 0;
        int m = (int) (tape.word(i, 1) >>> HALF);
        int n = (int) tape.word(i, 1);
        int k = (int) (tape.word(i, 2) >>> HALF);
        int lda = (int) tape.word(i, 2);
        int ldb = (int) (tape.word(i, 3) >>> HALF);
        int ldc = (int) tape.word(i, 3);
        long a = tape.word(i, 4);
        long b = tape.word(i, 5);
        long c = tape.word(i, 6);
        double alpha = Double.longBitsToDouble(tape.word(i, 7));
        double beta = Double.longBitsToDouble(tape.word(i, 8));
        long at = Pointer.nativeValue(scalars);
        if ((flags & DOUBLES) != 0) {
            scalars.setDouble(0, alpha);
            scalars.setDouble(BETA, beta);
            check(
                    "cublasDgemm",
                    BlasApi.cublasDgemm_v2(handle, opA, opB, m, n, k, at, a, lda, b, ldb, at + BETA, c, ldc));
        } else {
            scalars.setFloat(0, (float) alpha);
            scalars.setFloat(BETA, (float) beta);
            check(
                    "cublasSgemm",
                    BlasApi.cublasSgemm_v2(handle, opA, opB, m, n, k, at, a, lda, b, ldb, at + BETA, c, ldc));
        }
    }

    private static void check(String call, int code) {
        if (code == ALLOCATION_FAILED) {
            throw new CudaException(
                    "CUBLAS_STATUS_ALLOC_FAILED from " + call
                            + ": the GPU has no memory left for cuBLAS; lower curvature.memory or training.batch-size",
                    CudaException.OUT_OF_MEMORY);
        }
        if (code != 0) {
            throw new CudaException("CUBLAS_STATUS " + code + " (" + name(code) + ") from " + call, code);
        }
    }

    private static String name(int code) {
        return switch (code) {
            case 1 -> "the GPU or its context does not start";
            case 7 -> "a value is refused";
            case 8 -> "the GPU is too old for this cuBLAS";
            case 13 -> "execution failed";
            case 14 -> "internal error";
            default -> "see the documentation of cuBLAS";
        };
    }

    @Override
    public void close() {
        device.makeCurrent();
        BlasApi.cublasDestroy_v2(handle);
        workspace.ifPresent(DriverApi::cuMemFree_v2);
        scalars.close();
    }
}
