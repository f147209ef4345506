package soopt.experiment;

import soopt.backend.DeviceFailure;

/** The device asked for cannot be used, in one line that says why. */
public class DeviceException extends RuntimeException implements DeviceFailure {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }
}
