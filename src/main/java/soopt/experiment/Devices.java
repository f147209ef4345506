package soopt.experiment;

import soopt.backend.Backend;
import soopt.backend.Backends;
import soopt.backend.Precision;
import soopt.experiment.folder.Host;

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
        int count = threads == 0 ? Host.physicalCores() : threads;
        return switch (device) {
            case AUTO, CPU ->
                Backends.hasVectorModule() ? Backends.cpu(precision, count) : Backends.portable(precision, count);
            case CUDA ->
                throw new DeviceException(
                        "device: cuda cannot be used: this build has no backend for it; use device: cpu");
        };
    }
}
