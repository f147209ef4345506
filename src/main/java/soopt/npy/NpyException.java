package soopt.npy;

/**
 * A NumPy file is missing, damaged, or holds what is not read here; the message names the file, the array and a remedy.
 */
public final class NpyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NpyException(String message) {
        super(message);
    }

    public NpyException(String message, Throwable cause) {
        super(message, cause);
    }
}
