package soopt.experiment.results;

import soopt.experiment.folder.RunState;

/** How a run stands, seen from outside: a run that says RUNNING may have nobody who runs it. */
public enum Standing {
    RUNNING,
    /** Begun, and nobody goes on with it. */
    STALE,
    COMPLETED,
    DIVERGED,
    STALLED,
    FAILED,
    PREEMPTED,
    TIMED_OUT,
    CANCELLED,
    /** A folder of which no file says how it stands. */
    UNKNOWN;

    static Standing of(RunState state) {
        return valueOf(state.name());
    }

    /** Whether running it again would give the same. */
    public boolean isFinal() {
        return this == COMPLETED || this == DIVERGED || this == STALLED;
    }

    /** Whether the same command would go on with it. */
    public boolean canGoOn() {
        return !isFinal() && this != RUNNING;
    }
}
