package soopt.backend;

/** What is thrown when a device cannot do what was asked for; its message is one line that says what to do. */
public interface DeviceFailure {}
