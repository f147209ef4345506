package soopt.experiment;

import java.util.Locale;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;
import soopt.backend.nd4j.CudaBuild;
import soopt.experiment.file.Device;
import soopt.host.Host;

/** Opens the backend that an experiment asks for. */
public final class Devices {
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
        int count = threads == 0 ? Host.physicalCores() : threads;
        return cuda.present() ? Backends.portable(precision, count) : Backends.cpu(precision, count);
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
