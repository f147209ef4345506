package soopt.data.fetch;

/** A data set that is missing, damaged or not what it says: one line with the file, what is wrong, and what to do. */
public final class DatasetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
