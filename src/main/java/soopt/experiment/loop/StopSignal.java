package soopt.experiment.loop;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import soopt.experiment.folder.RunState;

/** A request to stop, made from a signal handler or another thread, and heard by the trainer between two steps. */
public final class StopSignal {
    /** Why a run is asked to stop. */
    public enum Reason {
        /** Ctrl-C. */
        CANCEL(RunState.CANCELLED, "stopped by the user"),
        /** The batch system takes the machine back. */
        PREEMPT(RunState.PREEMPTED, "preempted"),
        TIME_LIMIT(RunState.TIMED_OUT, "time limit reached");

        private final RunState state;
        private final String words;

        Reason(RunState state, String words) {
            this.state = state;
            this.words = words;
        }

        /** How the run ends. */
        public RunState state() {
            return state;
        }

        String words() {
            return words;
        }
    }

    private final AtomicReference<Reason> reason = new AtomicReference<>();

    /** Asks to stop; the first reason given counts. Safe in a signal handler. */
    public void request(Reason why) {
        reason.compareAndSet(null, why);
    }

    public Optional<Reason> requested() {
        return Optional.ofNullable(reason.get());
    }
}
