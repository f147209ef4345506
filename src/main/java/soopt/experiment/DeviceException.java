package soopt.experiment;

/** The device asked for cannot be used, in one line that says why. */
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }
}
