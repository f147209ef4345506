package soopt.experiment.claim;

/** Another process has taken over what this one was writing, which therefore writes no more. */
public final class ClaimLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClaimLostException(String message) {
        super(message);
    }
}
