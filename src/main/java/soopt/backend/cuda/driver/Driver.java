package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongToIntFunction;
import soopt.backend.cuda.library.CudaException;
import soopt.backend.cuda.library.CudaLibraries;

/** The driver API, loaded once for the process, and its errors in words. */
final class Driver {
    private static final int UNKNOWN_ERROR = 999;
    private static final int NO_DEVICE = 100;
    private static final int INITIALIZED_TOO_LATE = 3;
    private static final int STUB = 34;
    private static final int MISMATCH = 803;
    private static final int UNAVAILABLE = 46;
    private static final int ECC = 214;
    private static final int ILLEGAL_ADDRESS = 700;
    private static final int LAUNCH_FAILED = 719;
    private static final int SCRATCH_BYTES = 512;

    /** Loads at first use; what cannot be loaded is tried again, as a test may have named another folder. */
    private static final class Loaded {
        private static Optional<Driver> driver = Optional.empty();
        /** Parts that were bound too. */
        private static final Set<Class<?>> optional = new HashSet<>();
    }

    private Driver() {}

    /** @throws CudaException if there is no driver */
    static Driver load() {
        synchronized (Loaded.class) {
            if (Loaded.driver.isEmpty()) {
                CudaLibraries.Found found = CudaLibraries.driver();
                CudaLibraries.bind(
                        found.path()
                                .orElseThrow(() ->
                                        new CudaException(found.problem().orElseThrow(), CudaException.NO_LIBRARY)),
                        DriverApi.class);
                Loaded.driver = Optional.of(new Driver());
            }
            return Loaded.driver.get();
        }
    }

    /** Why the driver has no graphs; empty if it has. */
    static Optional<String> graphs() {
        return bound(GraphApi.class);
    }

    /** Whether kernels of graphs can be told other arguments. */
    static boolean hasNodes() {
        return bound(GraphApi.Nodes.class).isEmpty();
    }

    private static Optional<String> bound(Class<?> optional) {
        synchronized (Loaded.class) {
            if (!Loaded.optional.contains(optional)) {
                try {
                    CudaLibraries.bind(CudaLibraries.driver().path().orElseThrow(), optional);
                    Loaded.optional.add(optional);
                } catch (CudaException e) {
                    return Optional.of("the driver lacks them (" + e.getMessage() + ")");
                }
            }
            return Optional.empty();
        }
    }

    /** 1000 · major + 10 · minor of the newest CUDA that the driver serves. */
    int version() {
        return getInt("cuDriverGetVersion", DriverApi::cuDriverGetVersion);
    }

    void initialize() {
        check("cuInit", DriverApi.cuInit(0));
    }

    /** @throws CudaException unless the code is 0 */
    static void check(String call, int code) {
        if (code != 0) {
            throw new CudaException(words(call, code), code);
        }
    }

    static String words(String call, int code) {
        String said = name(code) + " from " + call;
        return switch (code) {
            case NO_DEVICE ->
                "the driver finds no GPU (" + said + "): is CUDA_VISIBLE_DEVICES right, and was a GPU asked"
                        + " for (--gres=gpu:1, --gpus, --nv)?";
            case INITIALIZED_TOO_LATE, STUB, MISMATCH ->
                "the NVIDIA driver does not start (" + said + "): does nvidia-smi work here?";
            case UNKNOWN_ERROR, UNAVAILABLE, ECC, ILLEGAL_ADDRESS, LAUNCH_FAILED -> {
                boolean starts = call.equals("cuInit");
                yield (starts ? "the NVIDIA driver does not start (" : "the GPU failed (") + said
                        + "): do nvidia-smi and dmesg (Xid) show errors?"
                        + (starts ? "" : " 'soopt resume' goes on from the checkpoint, here or with --device cpu");
            }
            default -> said;
        };
    }

    private static String name(int code) {
        try (Memory out = new Memory(Long.BYTES)) {
            out.setPointer(0, Pointer.NULL);
            DriverApi.cuGetErrorName(code, Pointer.nativeValue(out));
            Optional<Pointer> text = Optional.ofNullable(out.getPointer(0));
            return text.map(address -> address.getString(0)).orElse("error " + code);
        }
    }

    int getInt(String call, LongToIntFunction function) {
        try (Memory out = new Memory(SCRATCH_BYTES)) {
            check(call, function.applyAsInt(Pointer.nativeValue(out)));
            return out.getInt(0);
        }
    }

    long getLong(String call, LongToIntFunction function) {
        try (Memory out = new Memory(SCRATCH_BYTES)) {
            check(call, function.applyAsInt(Pointer.nativeValue(out)));
            return out.getLong(0);
        }
    }

    String getString(String call, int bytes, LongToIntFunction function) {
        try (Memory out = new Memory(bytes)) {
            check(call, function.applyAsInt(Pointer.nativeValue(out)));
            return out.getString(0, StandardCharsets.UTF_8.name());
        }
    }
}
