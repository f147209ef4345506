package soopt.experiment.loop;

/** Work was left in the middle because a stop was asked for; what it would have given does not exist. */
public final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final StopSignal.Reason reason;

    /** @param words why, for the user */
    Stopped(StopSignal.Reason reason, String words) {
        super(words, null, false, false);
        this.reason = reason;
    }

    public StopSignal.Reason reason() {
        return reason;
    }
}
