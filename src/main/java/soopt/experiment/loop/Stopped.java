package soopt.experiment.loop;

/** Work was left in the middle because a stop was asked for; what it would have given does not exist. */
public final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final StopSignal.Reason reason;

    Stopped(StopSignal.Reason reason) {
        super(reason.words(), null, false, false);
        this.reason = reason;
    }

    public StopSignal.Reason reason() {
        return reason;
    }
}
