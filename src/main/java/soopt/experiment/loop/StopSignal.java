package soopt.experiment.loop;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import soopt.experiment.folder.RunState;

/**
 * A request to stop, made from a signal handler or another thread, and heard between two steps or two batches of longer
 * work.
 */
public final class StopSignal {
    /** Why a run is asked to stop. */
    public enum Reason {
        /** Ctrl-C. */
        CANCEL(RunState.CANCELLED, "stopped by the user"),
        /** The batch system takes the machine back, or the terminal is gone. */
        PREEMPT(RunState.PREEMPTED, "stopped by a signal"),
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

        public String words() {
            return words;
        }
    }

    /** @param words why, for the user */
    private record Request(Reason why, String words, Optional<String> signal) {}

    private final CompletableFuture<Request> asked = new CompletableFuture<>();

    /** Asks to stop; the first reason given counts. Safe in a signal handler. */
    public void request(Reason why) {
        asked.complete(new Request(why, why.words(), Optional.empty()));
    }

    /** Asks to stop because a signal came. */
    public void request(Reason why, String signal) {
        asked.complete(new Request(why, "stopped by " + signal, Optional.of(signal)));
    }

    public Optional<Reason> requested() {
        return Optional.ofNullable(asked.getNow(null)).map(Request::why);
    }

    /** The signal that asked to stop, e.g. USR1; empty if nothing did or something else. */
    public Optional<String> signal() {
        return Optional.ofNullable(asked.getNow(null)).flatMap(Request::signal);
    }

    /** @throws Stopped if a stop was asked for */
    public void check() {
        Optional.ofNullable(asked.getNow(null)).ifPresent(request -> {
            throw new Stopped(request.why(), request.words());
        });
    }

    /**
     * The result of work that asks nobody, such as loading data. A request leaves the work behind, on a thread that
     * does not keep the process alive: only for work whose half does no harm.
     *
     * @throws Stopped if a stop was asked for first
     */
    public <T> T unlessAsked(Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread worker = new Thread(() -> complete(result, work), "work");
        worker.setDaemon(true);
        worker.start();
        try {
            CompletableFuture.anyOf(result, asked).join();
            check();
            return result.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failed.getCause();
        }
    }

    private static <T> void complete(CompletableFuture<T> result, Supplier<T> work) {
        try {
            result.complete(work.get());
        } catch (RuntimeException | Error failure) {
            result.completeExceptionally(failure);
        }
    }
}
