package soopt.experiment.folder;

/**
 * How a run stands, as status.json says; with the exit code of a process that ran it to there, but for the kinds of
 * failures.
 */
public enum RunState {
    RUNNING(1),
    COMPLETED(0),
    /** The loss or an update was not finite, or the loss exploded. */
    DIVERGED(6),
    /** Trained to the end, but no parameter differs from its start. */
    STALLED(6),
    TIMED_OUT(75),
    /** Stopped by a signal, to be started again. */
    PREEMPTED(75),
    FAILED(1),
    /** Stopped by the user. */
    CANCELLED(130);

    private final int exitCode;

    RunState(int exitCode) {
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }

    /** Whether running it again would give the same: the outcome belongs to the spec, not to the machine. */
    public boolean isFinal() {
        return this == COMPLETED || this == DIVERGED || this == STALLED;
    }
}
