package soopt.experiment;

import java.util.Arrays;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.backend.Turns;
import soopt.data.examples.Examples;

/**
 * Copies batches of a set, or of its augmented views, to the device, always into the same memory: the next overwrites a
 * batch.
 */
final class BatchLoader implements AutoCloseable {
    private final Backend backend;
    private final KeptExamples kept;
    private final float[] floats;
    private final double[] doubles;
    private final double[] targets;
    private final int rows;
    private final Tensor inputTensor;
    private final Tensor targetTensor;
    private Optional<Turns> turns = Optional.empty();
    private Optional<Batch> prepared = Optional.empty();
    /** Whether {@link #turns} have the inputs. */
    private boolean turning;

    /** What a batch is of; the same only if it is made of the same objects. */
    private record Batch(Examples examples, int[] indices, int from, int count) {
        boolean is(Examples otherExamples, int[] otherIndices, int otherFrom, int otherCount) {
            return examples == otherExamples && indices == otherIndices && from == otherFrom && count == otherCount;
        }
    }

    /**
     * @param examples the set, of which every batch is
     * @param capacity largest batch
     */
    BatchLoader(Backend backend, KeptExamples kept, Examples examples, int capacity) {
        this.backend = backend;
        this.kept = kept;
        this.rows = Math.max(1, Math.min(capacity, examples.size()));
        int numbers = Math.multiplyExact(rows, examples.features());
        boolean single = backend.precision().isSingle();
        this.floats = new float[single ? numbers : 0];
        this.doubles = new double[single ? 0 : numbers];
        this.targets = new double[rows * examples.targets()];
        this.inputTensor = backend.allocate(rows, examples.features());
        this.targetTensor =
                examples.targets() == 1 ? backend.allocate(rows) : backend.allocate(rows, examples.targets());
    }

    /** Largest batch. */
    int capacity() {
        return rows;
    }

    /** Loads indices_{from} … indices_{from+count−1} of the set or of one of its views. */
    void load(Examples examples, int[] indices, int from, int count) {
        if (prepared.filter(batch -> batch.is(examples, indices, from, count)).isPresent()) {
            turns.orElseThrow().turn();
            turning = true;
        } else if (!kept.gather(examples, indices, from, count, inputs(count))) {
            read(examples, indices, from, count);
            if (floats.length > 0) {
                backend.fromHost(floats, 0, inputs(count));
            } else {
                backend.fromHost(doubles, 0, inputs(count));
            }
        }
        prepared = Optional.empty();
        examples.targets(indices, from, count, targets);
        backend.fromHost(targets, 0, targets(count));
    }

    private void read(Examples examples, int[] indices, int from, int count) {
        if (floats.length > 0) {
            examples.inputs(indices, from, count, floats);
        } else {
            examples.inputs(indices, from, count, doubles);
        }
    }

    /**
     * Copies the inputs of a batch that will be loaded next, beside the work on this one; one that is kept is there.
     */
    void prepare(Examples examples, int[] indices, int from, int count) {
        if (kept.has(examples)) {
            return;
        }
        if (turns.isEmpty()) {
            turns = backend.turns(rows, examples.features());
        }
        if (turns.isPresent()) {
            read(examples, indices, from, count);
            int numbers = count * examples.features();
            if (floats.length > 0) {
                turns.get().fillOther(floats, numbers);
            } else {
                turns.get().fillOther(doubles, numbers);
            }
            prepared = Optional.of(new Batch(examples, indices, from, count));
        }
    }

    /** [count, features]: the inputs of the last batch, which had count examples. */
    Tensor inputs(int count) {
        Tensor all = turning ? turns.orElseThrow().current() : inputTensor;
        return all.rows(0, count);
    }

    /** [count] or [count, outputs]. */
    Tensor targets(int count) {
        return targetTensor.rows(0, count);
    }

    /** 0, 1, …, size − 1. */
    static int[] all(int size) {
        int[] indices = new int[size];
        Arrays.setAll(indices, i -> i);
        return indices;
    }

    @Override
    public void close() {
        turns.ifPresent(Turns::close);
        inputTensor.close();
        targetTensor.close();
    }
}
