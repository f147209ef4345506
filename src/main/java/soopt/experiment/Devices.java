package soopt.experiment;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.backend.nd4j.CudaBuild;
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

    private static final int ROWS = 16;
    private static final int TERMS = 257;
    private static final int COLUMNS = 300;

    private Devices() {}

    /**
     * The backend; the caller closes it.
     *
     * @param threads CPU threads; 0 for one per physical core
     * @throws DeviceException if the device cannot be used
     */
    public static Backend open(Device device, Precision precision, int threads) {
        CudaBuild cuda = CudaBuild.find();
        problem(device, cuda).ifPresent(text -> {
            throw new DeviceException(text);
        });
        int count = threads == 0 ? Cpus.threads() : threads;
        OptionalLong left = AddressSpace.left();
        left.ifPresent(bytes -> requireRoom(bytes, count));
        Backend backend = cuda.present() ? Backends.portable(precision, count) : Backends.cpu(precision, count);
        if (left.isPresent()) {
            takeBuffers(backend);
        }
        try {
            requireRightProducts(backend);
        } catch (DeviceException broken) {
            backend.close();
            throw broken;
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
            throw new DeviceException("products of matrices come out wrong on this processor: the kernels that OpenBLAS"
                    + " takes for it are broken; set OPENBLAS_CORETYPE=Haswell"
                    + Optional.ofNullable(System.getenv("OPENBLAS_CORETYPE"))
                            .map(type -> " instead of " + Shown.text(type))
                            .orElse(""));
        }
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

    /** Why this build cannot use the device. */
    static Optional<String> problem(Device device, CudaBuild cuda) {
        String name = "device: " + device.name().toLowerCase(Locale.ROOT) + " ";
        return switch (device) {
            case CPU ->
                cuda.present()
                        ? Optional.of(name + "needs the program built by 'mvn clean package'; this is the build for"
                                + " GPUs: use device: cuda")
                        : Optional.empty();
            case AUTO -> cuda.present() ? cuda.problem().map(name::concat) : Optional.empty();
            case CUDA -> cuda.problem().map(name::concat);
        };
    }
}
