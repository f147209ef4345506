package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** Matrix products by cuBLAS on the stream of a device: float32 without TF32, and float64. */
public final class Blas implements AutoCloseable {
    /** CUBLAS_DEFAULT_MATH: TF32 is used only where somebody asks for it. */
    private static final int STRICT = 0;

    private static final int BETA = Double.BYTES;
    private static final int ALLOCATION_FAILED = 3;

    private static final class Loaded {
        private static boolean isBound;
    }

    private final Device device;
    private final long handle;
    /** α and, after it, β. */
    private final Memory scalars = new Memory(2L * Double.BYTES);

    private Blas(Device device, long handle) {
        this.device = device;
        this.handle = handle;
    }

    /** @throws CudaException if there is no cuBLAS that serves the driver */
    public static Blas open(Device device) {
        load(device.gpu().driverVersion());
        device.makeCurrent();
        try (Memory out = new Memory(Long.BYTES)) {
            check("cublasCreate", BlasApi.cublasCreate_v2(Pointer.nativeValue(out)));
            long handle = out.getLong(0);
            check("cublasSetStream", BlasApi.cublasSetStream_v2(handle, device.stream()));
            check("cublasSetMathMode", BlasApi.cublasSetMathMode(handle, STRICT));
            return new Blas(device, handle);
        }
    }

    private static void load(int driverVersion) {
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
        device.makeCurrent();
        scalars.setFloat(0, (float) alpha);
        scalars.setFloat(BETA, (float) beta);
        long at = Pointer.nativeValue(scalars);
        check(
                "cublasSgemm",
                BlasApi.cublasSgemm_v2(
                        handle, op(transposeA), op(transposeB), m, n, k, at, a, lda, b, ldb, at + BETA, c, ldc));
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
        device.makeCurrent();
        scalars.setDouble(0, alpha);
        scalars.setDouble(BETA, beta);
        long at = Pointer.nativeValue(scalars);
        check(
                "cublasDgemm",
                BlasApi.cublasDgemm_v2(
                        handle, op(transposeA), op(transposeB), m, n, k, at, a, lda, b, ldb, at + BETA, c, ldc));
    }

    private static int op(boolean transpose) {
        return transpose ? 1 : 0;
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
        scalars.close();
    }
}
