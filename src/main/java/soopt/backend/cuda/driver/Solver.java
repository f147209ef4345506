package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongToIntFunction;
import soopt.backend.cuda.library.CudaException;
import soopt.backend.cuda.library.CudaLibraries;

/**
 * Factors of square matrices in float64 by cuSOLVER on the stream of a device. Matrices [n, n] lie one row after
 * another, of symmetric ones the lower triangle counts: to the library, which counts column by column, it is the upper
 * one. Nothing waits; how a call ended is written to the device as a number of four bytes, 0 if well.
 */
public final class Solver implements AutoCloseable {
    private static final int VECTORS = 1;

    /** CUBLAS_FILL_MODE_UPPER. */
    private static final int UPPER = 1;

    private static final int ALLOCATION_FAILED = 2;

    private static final class Loaded {
        private static boolean isBound;
        private static Optional<String> problem = Optional.empty();
    }

    /** Memory on the device for the time of a call. */
    public interface Workspace {
        /** Calls with the address of so many numbers in float64, which may be used by others afterwards. */
        void with(int numbers, Call call);

        /** A call that needs room. */
        interface Call {
            void at(long address);
        }
    }

    private final Device device;
    private final Workspace workspace;
    private final long handle;
    private final Memory size = new Memory(Long.BYTES);

    private Solver(Device device, Workspace workspace, long handle) {
        this.device = device;
        this.workspace = workspace;
        this.handle = handle;
    }

    /**
     * Empty if it cannot be loaded.
     *
     * @param library its file, as {@link CudaLibraries#solver} finds it
     * @throws CudaException if it does not start
     */
    public static Optional<Solver> open(Device device, Path library, Workspace workspace) {
        if (!loads(library)) {
            return Optional.empty();
        }
        device.replays().pause();
        device.makeCurrent();
        try (Memory out = new Memory(Long.BYTES)) {
            check("cusolverDnCreate", SolverApi.cusolverDnCreate(Pointer.nativeValue(out)));
            long handle = out.getLong(0);
            check("cusolverDnSetStream", SolverApi.cusolverDnSetStream(handle, device.stream()));
            return Optional.of(new Solver(device, workspace, handle));
        }
    }

    /** Why there is none that can be used, in the rest of a sentence; what is found is loaded. */
    public static Optional<String> problem(int driverVersion) {
        CudaLibraries.Found found = CudaLibraries.solver(driverVersion);
        if (found.path().isPresent()) {
            Blas.load(driverVersion);
            loads(found.path().get());
            return Loaded.problem;
        }
        return found.problem();
    }

    private static boolean loads(Path library) {
        synchronized (Loaded.class) {
            if (!Loaded.isBound && Loaded.problem.isEmpty()) {
                try {
                    bind(library);
                    Loaded.isBound = true;
                } catch (CudaException e) {
                    Loaded.problem = Optional.of(e.getMessage() + ": factors are decomposed on the host");
                }
            }
            return Loaded.isBound;
        }
    }

    /** Where the loader does not find what the library needs, we look for it. */
    private static void bind(Path library) {
        try {
            CudaLibraries.bind(library, SolverApi.class);
        } catch (CudaException notByTheLoader) {
            CudaLibraries.loadNeeds(library);
            CudaLibraries.bind(library, SolverApi.class);
        }
    }

    /** A ← its eigenvectors, one in each row; w [n] ← its eigenvalues, ascending. */
    public void eigen(int n, long a, long w, long info) {
        int numbers = room(
                "cusolverDnDsyevd_bufferSize",
                at -> SolverApi.cusolverDnDsyevd_bufferSize(handle, VECTORS, UPPER, n, a, n, w, at));
        workspace.with(
                numbers,
                at -> check(
                        "cusolverDnDsyevd",
                        SolverApi.cusolverDnDsyevd(handle, VECTORS, UPPER, n, a, n, w, at, numbers, info)));
    }

    /** A ← L with A = L Lᵀ, in its lower triangle; info: the order of the first leading part that is not definite. */
    public void cholesky(int n, long a, long info) {
        int numbers = room(
                "cusolverDnDpotrf_bufferSize", at -> SolverApi.cusolverDnDpotrf_bufferSize(handle, UPPER, n, a, n, at));
        workspace.with(
                numbers,
                at -> check("cusolverDnDpotrf", SolverApi.cusolverDnDpotrf(handle, UPPER, n, a, n, at, numbers, info)));
    }

    /** L ← the lower triangle of (L Lᵀ)⁻¹; info: the first zero on the diagonal. */
    public void invert(int n, long l, long info) {
        int numbers = room(
                "cusolverDnDpotri_bufferSize", at -> SolverApi.cusolverDnDpotri_bufferSize(handle, UPPER, n, l, n, at));
        workspace.with(
                numbers,
                at -> check("cusolverDnDpotri", SolverApi.cusolverDnDpotri(handle, UPPER, n, l, n, at, numbers, info)));
    }

    /** The rows of A are columns of S = Q R: A ← R in the triangle i ≥ j, and reflections with τ [n]. */
    public void reflect(int n, long a, long tau, long info) {
        int numbers = room(
                "cusolverDnDgeqrf_bufferSize", at -> SolverApi.cusolverDnDgeqrf_bufferSize(handle, n, n, a, n, at));
        workspace.with(
                numbers,
                at -> check(
                        "cusolverDnDgeqrf", SolverApi.cusolverDnDgeqrf(handle, n, n, a, n, tau, at, numbers, info)));
    }

    /** A ← the columns of Q, as rows, of what {@link #reflect} left. */
    public void orthonormal(int n, long a, long tau, long info) {
        int numbers = room(
                "cusolverDnDorgqr_bufferSize",
                at -> SolverApi.cusolverDnDorgqr_bufferSize(handle, n, n, n, a, n, tau, at));
        workspace.with(
                numbers,
                at -> check(
                        "cusolverDnDorgqr", SolverApi.cusolverDnDorgqr(handle, n, n, n, a, n, tau, at, numbers, info)));
    }

    /** Numbers of the workspace. Before it everything that was asked for is given to the driver. */
    private int room(String call, LongToIntFunction query) {
        device.replays().pause();
        device.makeCurrent();
        check(call, query.applyAsInt(Pointer.nativeValue(size)));
        return size.getInt(0);
    }

    private static void check(String call, int code) {
        if (code == ALLOCATION_FAILED) {
            throw new CudaException(
                    "CUSOLVER_STATUS_ALLOC_FAILED from " + call
                            + ": the GPU has no memory left for cuSOLVER; lower curvature.memory or"
                            + " training.batch-size",
                    CudaException.OUT_OF_MEMORY);
        }
        if (code != 0) {
            throw new CudaException("CUSOLVER_STATUS " + code + " (" + name(code) + ") from " + call, code);
        }
    }

    private static String name(int code) {
        return switch (code) {
            case 1 -> "the GPU or its context does not start";
            case 3 -> "a value is refused";
            case 4 -> "the GPU is too old for this cuSOLVER";
            case 6 -> "execution failed";
            case 7 -> "internal error";
            default -> "see the documentation of cuSOLVER";
        };
    }

    @Override
    public void close() {
        device.makeCurrent();
        SolverApi.cusolverDnDestroy(handle);
        size.close();
    }
}
