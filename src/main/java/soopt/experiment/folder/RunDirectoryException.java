package soopt.experiment.folder;

/** The results folder cannot be used, in one line that says which and why; nothing was written. */
public final class RunDirectoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean inUse;

    public RunDirectoryException(String message) {
        super(message);
        inUse = false;
    }

    public RunDirectoryException(String message, Throwable cause) {
        super(message, cause);
        inUse = false;
    }

    private RunDirectoryException(String message, boolean inUse) {
        super(message);
        this.inUse = inUse;
    }

    /** Another process has the run. */
    static RunDirectoryException inUse(String message) {
        return new RunDirectoryException(message, true);
    }

    /** Whether another process has the run, which may finish it. */
    public boolean isInUse() {
        return inUse;
    }
}
