package soopt.backend.cuda.driver;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import soopt.backend.cuda.driver.Captures.Graph;
import soopt.backend.cuda.driver.Recording.Segment;
import soopt.backend.cuda.driver.Tape.Kind;
import soopt.backend.cuda.library.CudaException;

/**
 * Stretches of work that come again. The first time one is done as it is asked for, and recorded. From then on what is
 * asked for is compared with the record and held back as long as it is the same; a run of operations that were the same
 * is done by launching a graph, which is captured from the record when it is first met. So a graph never does anything
 * but what was asked for, and whatever differs (another size, other memory) is done plainly and recorded anew.
 */
final class Replays implements AutoCloseable {
    /** "off": everything is done plainly. */
    private static final String PROPERTY = "soopt.cuda.graphs";

    /** Stretches whose records are kept, the last used ones. */
    private static final int MOST_KEPT = 64;

    /** Operations of all graphs: some 16 MiB of the driver's memory. */
    private static final int MOST_NODES = 1 << 14;

    private final Device device;
    private final Captures captures;
    private final Map<Object, Recording> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final Tape next = new Tape();
    private Optional<String> problem;
    private Recording recording = new Recording();
    private int depth;
    private boolean active;
    private boolean follows;
    /** Operations that came so far, and the segment of the next. */
    private int position;

    private int segment;
    /** Whether this segment is done one by one. */
    private boolean broken;

    private long captured;

    /** @param problem why graphs cannot be used; empty if they can */
    Replays(Device device, Optional<String> problem) {
        this.device = device;
        this.captures = new Captures(device);
        this.problem = System.getProperty(PROPERTY, "on").equals("off")
                ? Optional.of("-D" + PROPERTY + "=off says so")
                : problem;
    }

    Optional<String> problem() {
        return problem;
    }

    /** Graphs that are kept now. */
    int graphs() {
        return kept.values().stream().mapToInt(Recording::graphs).sum();
    }

    /** Their operations. */
    int nodes() {
        return kept.values().stream().mapToInt(Recording::nodes).sum();
    }

    /** Graphs that were captured so far. */
    long captured() {
        return captured;
    }

    // ---- a stretch ----

    /** Begins a stretch; within another one this does nothing. */
    void begin(Object key) {
        if (depth++ > 0 || problem.isPresent()) {
            return;
        }
        recording = kept.computeIfAbsent(key, unused -> new Recording());
        active = !recording.isHopeless();
        follows = recording.isKnown();
        position = 0;
        segment = 0;
        broken = false;
    }

    /** @param whole whether it was done to its end */
    void end(Object key, boolean whole) {
        if (--depth > 0 || !active) {
            return;
        }
        active = false;
        if (!whole || problem.isPresent()) {
            kept.remove(key);
            giveUp();
            return;
        }
        if (follows && position < recording.tape().count()) {
            part();
        }
        recording.complete();
        if (recording.isHopeless()) {
            recording.drop();
        }
        bound();
    }

    /** What was asked for is done; that the device failed is being thrown already. */
    private void giveUp() {
        try {
            doHeld();
        } catch (CudaException e) {
            problem = Optional.of(e.getMessage());
        }
        recording.drop();
    }

    private void bound() {
        Iterator<Recording> oldest = kept.values().iterator();
        int nodes = nodes();
        while (kept.size() > MOST_KEPT || nodes > MOST_NODES && kept.size() > 1) {
            Recording last = oldest.next();
            nodes -= last.nodes();
            last.drop();
            oldest.remove();
        }
    }

    /** Whether operations are to be handed to {@link #add}. */
    boolean isActive() {
        return active;
    }

    /** Where the next operation is put together. */
    Tape next(Kind kind) {
        return next.clear().begin(kind);
    }

    /** Does the operation that was put together, or holds it back. */
    void add() {
        next.end();
        if (!follows) {
            record();
            return;
        }
        Tape tape = recording.tape();
        boolean same = tape.equals(position, next);
        if (!same && !tape.isLike(position, next)) {
            part();
            record();
            return;
        }
        Segment here = recording.segment(segment);
        if (!same && !takesScalars(here)) {
            if (here.isFixed() && !broken) {
                doHeld();
                broken = true;
            }
            recording.change(position, next);
        }
        position++;
        if (!here.isFixed() || broken) {
            device.perform(next, 0);
        } else if (position == here.to()) {
            replay(here);
        }
        if (position == here.to()) {
            segment++;
            broken = false;
        }
    }

    /** Whether the operation differs in scalars alone, and its graph takes them. */
    private boolean takesScalars(Segment here) {
        boolean takes = here.isFixed()
                && !broken
                && here.takesScalars(position)
                && recording.tape().differsInScalars(position, next);
        if (takes) {
            recording.changeScalars(here, position, next);
        }
        return takes;
    }

    private void record() {
        recording.tape().append(next);
        device.perform(next, 0);
    }

    /** What comes from here on is not what came the last time. */
    private void part() {
        doHeld();
        recording.truncate(position);
        follows = false;
    }

    /** Does what was held back, one by one. */
    private void doHeld() {
        if (follows && position < recording.tape().count() && !broken) {
            Segment here = recording.segment(segment);
            for (int i = here.from(); here.isFixed() && i < position; i++) {
                device.perform(recording.tape(), i);
            }
        }
    }

    private void replay(Segment here) {
        if (isReady(here)) {
            device.launch(here.graph().orElseThrow());
        } else {
            for (int i = here.from(); i < here.to(); i++) {
                device.perform(recording.tape(), i);
            }
        }
    }

    /** Captures the segment, or tells its graph the scalars of this time; false if the driver does not. */
    private boolean isReady(Segment here) {
        if (problem.isPresent()) {
            return false;
        }
        try {
            if (here.graph().isEmpty()) {
                here.keep(captures.graph(recording.tape(), here.from(), here.to()));
                captured++;
            }
            Graph graph = here.graph().orElseThrow();
            for (int i = here.stale().nextSetBit(0); i >= 0; i = here.stale().nextSetBit(i + 1)) {
                captures.update(graph, i - here.from(), recording.tape(), i);
            }
            here.stale().clear();
            return true;
        } catch (CudaException e) {
            problem = Optional.of(e.getMessage());
            return false;
        }
    }

    /** Everything that was asked for before is given to the driver now. */
    void pause() {
        if (active) {
            next(Kind.PAUSE);
            add();
        }
    }

    /** Lets all graphs go. */
    @Override
    public void close() {
        active = false;
        kept.values().forEach(Recording::drop);
        kept.clear();
    }
}
