package soopt.experiment;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.backend.engine.Engine;
import soopt.experiment.file.Device;
import soopt.file.Shown;
import soopt.host.AddressSpace;
import soopt.host.Cpus;

/** Opens the backend that an experiment asks for. */
public final class Devices {
    private static final long MEBIBYTE = 1 << 20;
    /** Measured: the libraries alone. */
    private static final long LIBRARIES = 450 * MEBIBYTE;
    /** Two libraries of OpenBLAS reserve a buffer of 128 MiB for each thread, and ask for ever if they get none. */
    private static final long THREAD = 272 * MEBIBYTE;

    private static final int WARM_UP = 256;

    /** On which products came out right in this process: one look is enough for many runs. */
    private static final Set<String> RIGHT = ConcurrentHashMap.newKeySet();

    private static final int ROWS = 16;
    private static final int TERMS = 257;
    private static final int COLUMNS = 300;

    /**
     * What a device means on this machine.
     *
     * @param note what the user may not expect: a GPU that is there and is not used, and why
     */
    public record Choice(Engine engine, Optional<String> note) {}

    private Devices() {}

    /**
     * What a device means on this machine.
     *
     * @throws DeviceException if it cannot be used
     */
    public static Choice choose(Device device) {
        return switch (device.kind()) {
            case CPU -> new Choice(processor(device, ""), Optional.empty());
            case CUDA ->
                Backends.gpu(device.gpu())
                        .map(engine -> new Choice(engine, Optional.empty()))
                        .orElseThrow(() -> new DeviceException("device: " + device + " cannot be used: "
                                + Backends.problemOfGpu(device.gpu()) + "; or use device: cpu"));
            case AUTO ->
                Backends.gpu(0)
                        .map(engine -> new Choice(engine, Optional.empty()))
                        .orElseGet(() -> {
                            String why = Backends.problemOfGpu(0);
                            Engine processor = processor(device, why);
                            return new Choice(
                                    processor,
                                    Backends.hasGpu()
                                            ? Optional.of(
                                                    "device: auto takes the processor, as no GPU can be used: " + why)
                                            : Optional.empty());
                        });
        };
    }

    /** Whether it is a GPU on this machine. */
    public static boolean isOnGpu(Device device) {
        try {
            return choose(device).engine().isGpu();
        } catch (DeviceException unusable) {
            return false;
        }
    }

    /** Whether ND4J's native libraries are loaded when it is opened; not if it cannot be. */
    public static boolean loadsNd4j(Device device) {
        try {
            return choose(device).engine().loadsNd4j();
        } catch (DeviceException unusable) {
            return false;
        }
    }

    private static Engine processor(Device device, String whyNoGpu) {
        Engine engine = Backends.processor();
        engine.problem().ifPresent(text -> {
            throw new DeviceException("device: " + device + " "
                    + (whyNoGpu.isEmpty() ? "" : "finds no GPU that can be used (" + whyNoGpu + "), and the processor ")
                    + text);
        });
        return engine;
    }

    /**
     * The backend; the caller closes it.
     *
     * @param threads CPU threads; 0 for one per physical core
     * @throws DeviceException if the device cannot be used
     */
    public static Backend open(Device device, Precision precision, int threads) {
        return open(choose(device).engine(), precision, threads);
    }

    /**
     * The backend of an engine; the caller closes it.
     *
     * @param threads CPU threads; 0 for one per physical core
     * @throws DeviceException if it cannot be used
     */
    public static Backend open(Engine engine, Precision precision, int threads) {
        engine.refuses(precision).ifPresent(text -> {
            throw new DeviceException(text);
        });
        int count = threads == 0 ? Cpus.threads() : threads;
        OptionalLong left = engine.loadsNd4j() ? AddressSpace.left() : OptionalLong.empty();
        left.ifPresent(bytes -> requireRoom(bytes, count));
        Backend backend = engine.open(precision, count);
        if (left.isPresent()) {
            takeBuffers(backend);
        }
        String tested = engine.name() + " " + backend.device() + " " + precision;
        if (!RIGHT.contains(tested)) {
            try {
                requireRightProducts(backend);
            } catch (RuntimeException broken) {
                backend.close();
                throw broken;
            }
            RIGHT.add(tested);
        }
        return backend;
    }

    /**
     * A product of the least size where OpenBLAS 0.3.19 as shipped is known to go wrong: with its kernels for
     * Cooperlake, in float64 (made on a machine that lacks AVX-512, OpenBLAS issue 2986).
     *
     * @throws DeviceException if an entry is not that of the host
     */
    static void requireRightProducts(Backend backend) {
        double[] left = new double[ROWS * TERMS];
        double[] right = new double[TERMS * COLUMNS];
        Arrays.setAll(left, i -> (i * 37L % 101 - 50) / 64.0);
        Arrays.setAll(right, i -> (i * 53L % 103 - 51) / 64.0);
        double[] product = new double[ROWS * COLUMNS];
        try (Tensor a = backend.allocate(ROWS, TERMS);
                Tensor b = backend.allocate(TERMS, COLUMNS);
                Tensor c = backend.allocate(ROWS, COLUMNS)) {
            backend.fromHost(left, 0, a);
            backend.fromHost(right, 0, b);
            backend.gemm(false, false, 1, a, b, 0, c);
            backend.toHost(c, product, 0);
        }
        for (int i = 0; i < ROWS; i++) {
            for (int k = 0; k < TERMS; k++) {
                for (int j = 0; j < COLUMNS; j++) {
                    product[i * COLUMNS + j] -= left[i * TERMS + k] * right[k * COLUMNS + j];
                }
            }
        }
        // multiples of 2⁻¹² below 2⁸: exact in any order and precision
        if (!Arrays.stream(product).allMatch(error -> error == 0)) {
            throw new DeviceException(
                    backend.hardware().driver().isPresent()
                            ? "products of matrices come out wrong on " + backend.device()
                                    + ": its cuBLAS or the GPU is broken; use device: cpu, or another GPU"
                            : wrongProcessor());
        }
    }

    private static String wrongProcessor() {
        return "products of matrices come out wrong on this processor: the kernels that OpenBLAS takes for it are"
                + " broken; set OPENBLAS_CORETYPE=Haswell"
                + Optional.ofNullable(System.getenv("OPENBLAS_CORETYPE"))
                        .map(type -> " instead of " + Shown.text(type))
                        .orElse("");
    }

    private static void requireRoom(long left, int threads) {
        long needed = AddressSpace.holds("libnd4j") ? 0 : LIBRARIES + threads * THREAD;
        if (left < needed) {
            throw new DeviceException(String.format(
                    Locale.ROOT,
                    "ulimit -v leaves %d MiB of address space, but the engine needs %d MiB for %d thread%s:"
                            + " raise it, or use fewer --threads or a smaller heap (SOOPT_JAVA_OPTS=-Xmx…)",
                    left / MEBIBYTE,
                    needed / MEBIBYTE,
                    threads,
                    threads == 1 ? "" : "s"));
        }
    }

    /** Multiplies once while there is room, so that OpenBLAS has its buffers before tensors take the space. */
    private static void takeBuffers(Backend backend) {
        try (Tensor a = backend.allocate(WARM_UP, WARM_UP);
                Tensor c = backend.allocate(WARM_UP, WARM_UP)) {
            backend.fromHost(new double[WARM_UP * WARM_UP], 0, a);
            backend.gemm(false, false, 1, a, a, 0, c);
        }
    }
}
