package soopt.backend.cuda.driver;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import soopt.backend.cuda.driver.Captures.Graph;

/**
 * A stretch of work as it was done the last time, cut into segments: runs of operations that are the same every time,
 * each of which a graph may stand for, and between them those whose scalars change and pauses of the host.
 */
final class Recording {
    /** Operations below which a graph gains nothing. */
    private static final int LEAST = 4;

    /** Operations of a graph at most: the device begins with one while the host compares the next. */
    private static final int MOST = 96;

    /** More new values than these are not scalars that change from step to step, but other memory. */
    private static final int FEW = 4;

    /** So often it may turn out to be other than the last time. */
    private static final int PATIENCE = 24;

    /** Operations [from, to). */
    static final class Segment {
        private final int from;
        private final int to;
        private final boolean fixed;
        private Optional<Graph> graph = Optional.empty();
        /** Operations whose scalars the graph does not have yet. */
        private final BitSet stale = new BitSet();

        private Segment(int from, int to, boolean fixed) {
            this.from = from;
            this.to = to;
            this.fixed = fixed;
        }

        int from() {
            return from;
        }

        int to() {
            return to;
        }

        /** Whether a graph may stand for it. */
        boolean isFixed() {
            return fixed;
        }

        Optional<Graph> graph() {
            return graph;
        }

        void keep(Graph captured) {
            graph = Optional.of(captured);
            stale.clear();
        }

        /** Whether an operation of it may have other scalars and be part of the graph still. */
        boolean takesScalars(int operation) {
            return graph.isEmpty() || graph.get().takesScalars(operation - from);
        }

        BitSet stale() {
            return stale;
        }

        private void drop() {
            graph.ifPresent(Graph::close);
            graph = Optional.empty();
            stale.clear();
        }
    }

    private final Tape tape = new Tape();
    private final BitSet varying = new BitSet();
    private final BitSet changed = new BitSet();
    /** Products with other factors, which no graph takes: of them there may be many. */
    private final BitSet factors = new BitSet();

    private final List<Segment> segments = new ArrayList<>();
    private boolean known;
    private int surprises;

    Tape tape() {
        return tape;
    }

    /** Whether it was done whole before. */
    boolean isKnown() {
        return known;
    }

    /** Whether it was other so often that comparing it is of no use. */
    boolean isHopeless() {
        return surprises > PATIENCE;
    }

    Segment segment(int index) {
        return segments.get(index);
    }

    /** Operations that graphs stand for. */
    int nodes() {
        return segments.stream()
                .filter(segment -> segment.graph().isPresent())
                .mapToInt(segment -> segment.to() - segment.from())
                .sum();
    }

    int graphs() {
        return (int)
                segments.stream().filter(segment -> segment.graph().isPresent()).count();
    }

    /** The operation has other addresses or scalars this time. */
    void change(int operation, Tape other) {
        BitSet kind = tape.differsInFactors(operation, other) ? factors : changed;
        tape.replace(operation, other);
        if (!varying.get(operation)) {
            kind.set(operation);
        }
    }

    /** The operation, which is in a segment, has other scalars from now on. */
    void changeScalars(Segment segment, int operation, Tape other) {
        tape.replace(operation, other);
        segment.stale.set(operation);
    }

    /** From this operation on it is other work this time. */
    void truncate(int operation) {
        tape.truncate(operation);
        known = false;
    }

    /** It has been done whole. */
    void complete() {
        if (known && changed.isEmpty() && factors.isEmpty()) {
            return;
        }
        if (known || surprises > 0) {
            surprises++;
        }
        if (changed.cardinality() <= FEW) {
            varying.or(changed);
        } else {
            varying.clear();
        }
        varying.or(factors);
        changed.clear();
        factors.clear();
        cut();
        known = true;
    }

    private void cut() {
        drop();
        segments.clear();
        int from = 0;
        for (int i = 0; i < tape.count(); i++) {
            boolean alone = varying.get(i) || tape.kind(i) == Tape.Kind.PAUSE;
            if (alone || i - from == MOST) {
                add(from, i, i - from >= LEAST);
                from = i;
            }
            if (alone) {
                add(i, i + 1, false);
                from = i + 1;
            }
        }
        add(from, tape.count(), tape.count() - from >= LEAST);
    }

    private void add(int from, int to, boolean fixed) {
        if (from < to) {
            segments.add(new Segment(from, to, fixed));
        }
    }

    /** Lets the graphs go. */
    void drop() {
        segments.forEach(Segment::drop);
    }
}
