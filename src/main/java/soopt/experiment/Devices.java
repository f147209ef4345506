package soopt.experiment;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.backend.nd4j.CudaBuild;
import soopt.experiment.file.Device;
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
        return backend;
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
