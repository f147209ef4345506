package soopt.sweep.local;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import soopt.experiment.DeviceException;
import soopt.experiment.FailureCode;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.StopSignal;

/**
 * A bounded pool of workers that take run after run. The end of a worker costs the run that it did: another is started
 * for the rest. What another process runs is asked for again until that has finished it.
 */
public final class Launcher {
    /** How often a stop is looked for. */
    private static final long GLANCE_MILLISECONDS = 100;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /**
     * How runs are done.
     *
     * @param workers at the same time
     * @param retries how often a run that failed is begun again, from its checkpoint if it has one
     * @param mostFailures runs that may fail before no more are begun
     * @param stopsOnFailure whether then those that run are stopped, with a checkpoint
     */
    public record Settings(int workers, int retries, int mostFailures, boolean stopsOnFailure) {}

    /** Hears how the runs go, on the thread of the launcher. */
    public interface Listener {
        /** A run was given to a worker. */
        default void given(int index, int worker) {}

        default void heard(Report.Started report) {}

        default void heard(Report.Progress report) {}

        /** @param again whether it will be begun again */
        default void ended(Report.Ended report, boolean again) {}

        /** Another process has the run, which is asked for again. */
        default void elsewhere(Report.Ended report) {}

        default void message(String line) {}
    }

    /** A worker and what it does. */
    private static final class Slot {
        private final Worker worker;
        private boolean ready;
        private boolean wasReady;
        private boolean ended;
        private Optional<Integer> run = Optional.empty();

        Slot(Worker worker) {
            this.worker = worker;
        }
    }

    private final Worker.Starter starter;
    private final Settings settings;
    private final Listener listener;
    private final StopSignal stop;
    private final BlockingQueue<Worker.Heard> inbox = new LinkedBlockingQueue<>();
    private final Map<Integer, Slot> slots = new TreeMap<>();
    private final Deque<Integer> waiting = new ArrayDeque<>();
    /** Runs that others have, with when to ask again, by the clock of nanoTime. */
    private final Map<Integer, Long> elsewhere = new LinkedHashMap<>();

    private final Map<Integer, Integer> failures = new HashMap<>();
    private final Map<Integer, Report.Ended> ends = new TreeMap<>();
    private final Set<Integer> failed = new LinkedHashSet<>();
    private int started;
    private int stillborn;
    private boolean closing;

    private Launcher(Worker.Starter starter, Settings settings, Listener listener, StopSignal stop) {
        this.starter = starter;
        this.settings = settings;
        this.listener = listener;
        this.stop = stop;
    }

    /**
     * Does all runs, or as many as there are before a stop or too many failures.
     *
     * @return how each ended that was begun, by its index
     * @throws DeviceException if no worker can be started
     */
    public static Map<Integer, Report.Ended> run(
            List<Integer> indices, Worker.Starter starter, Settings settings, Listener listener, StopSignal stop) {
        Launcher launcher = new Launcher(starter, settings, listener, stop);
        launcher.waiting.addAll(indices);
        try {
            launcher.work();
        } finally {
            launcher.slots.values().forEach(slot -> slot.worker.stop());
        }
        return launcher.ends;
    }

    private void work() {
        fill();
        while (!slots.isEmpty()) {
            Optional.ofNullable(next()).ifPresent(this::hear);
            if (stop.requested().isPresent()) {
                if (!closing) {
                    listener.message(stop.requested().get().words() + ": every run saves where it is");
                }
                close(true);
            }
            fill();
        }
    }

    private Worker.Heard next() {
        try {
            return inbox.poll(GLANCE_MILLISECONDS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Begins no more runs. */
    private void close(boolean stops) {
        boolean first = !closing;
        closing = true;
        waiting.clear();
        elsewhere.clear();
        if (first && stops) {
            slots.values().forEach(slot -> slot.worker.stop());
        }
    }

    /** Gives what waits to who is idle, starts workers for the rest, and ends who is not needed. */
    private void fill() {
        long now = System.nanoTime();
        List<Integer> due = new ArrayList<>();
        elsewhere.forEach((index, when) -> {
            if (when - now <= 0) {
                due.add(index);
            }
        });
        due.forEach(index -> {
            elsewhere.remove(index);
            waiting.add(index);
        });
        slots.forEach((number, slot) -> {
            if (slot.ready && !waiting.isEmpty()) {
                give(number, slot, waiting.remove());
            }
        });
        long coming = slots.values().stream().filter(slot -> !slot.wasReady).count();
        while (!closing && slots.size() < settings.workers() && waiting.size() > coming) {
            int number = started++;
            slots.put(number, new Slot(starter.start(number, inbox::add)));
            coming++;
        }
        boolean idle = waiting.isEmpty() && elsewhere.isEmpty();
        slots.values().stream()
                .filter(slot -> slot.ready && !slot.ended && idle && !mayComeBack())
                .forEach(slot -> {
                    slot.ended = true;
                    slot.worker.end();
                });
    }

    /** Whether a run that goes on may be begun again: then an idle worker is of use. */
    private boolean mayComeBack() {
        return !closing
                && slots.values().stream()
                        .anyMatch(slot -> slot.run
                                .filter(index -> failures.getOrDefault(index, 0) < settings.retries())
                                .isPresent());
    }

    private void give(int number, Slot slot, int index) {
        slot.ready = false;
        slot.run = Optional.of(index);
        listener.given(index, number);
        slot.worker.give(index);
    }

    private void hear(Worker.Heard heard) {
        Slot slot = slots.get(heard.worker());
        if (heard.report().isEmpty()) {
            slots.remove(heard.worker());
            bury(slot, heard);
            return;
        }
        Report report = heard.report().get();
        if (report instanceof Report.Ready) {
            slot.ready = true;
            slot.wasReady = true;
        } else if (report instanceof Report.Started begun) {
            listener.heard(begun);
        } else if (report instanceof Report.Progress progress) {
            listener.heard(progress);
        } else if (report instanceof Report.Ended end) {
            slot.run = Optional.empty();
            end(end);
        }
    }

    private void bury(Slot slot, Worker.Heard heard) {
        int code = heard.exitCode().orElse(-1);
        String why = "its process ended with exit code " + code + Exits.words(code)
                + (heard.last().isEmpty() ? "" : ": " + heard.last());
        slot.run.ifPresent(index -> end(new Report.Ended(
                index,
                closing ? RunState.PREEMPTED.name() : RunState.FAILED.name(),
                closing ? RunState.PREEMPTED.exitCode() : FailureCode.DEVICE,
                false,
                why)));
        if (!slot.wasReady && !closing) {
            stillborn++;
            listener.message("a worker did not start: " + why);
            if (stillborn > settings.workers()) {
                throw new DeviceException("no worker starts: " + why);
            }
        }
    }

    private void end(Report.Ended end) {
        int index = end.index();
        if (end.state().equals(Report.ELSEWHERE) && !closing) {
            if (ends.putIfAbsent(index, end) == null) {
                listener.elsewhere(end);
            }
            elsewhere.put(index, System.nanoTime() + PATIENCE.toNanos());
            return;
        }
        boolean again = end.failed() && !closing && failures.merge(index, 1, Integer::sum) <= settings.retries();
        if (again) {
            waiting.add(index);
        }
        ends.put(index, end);
        listener.ended(end, again);
        if (end.failed() && !again && failed.add(index) && failed.size() >= settings.mostFailures() && !closing) {
            listener.message(failed.size() + " runs failed: no more are begun"
                    + (settings.stopsOnFailure() ? ", those that run are stopped" : ""));
            close(settings.stopsOnFailure());
        }
    }
}
