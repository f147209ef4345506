package soopt.experiment;

import java.util.Arrays;
import soopt.backend.Backend;
import soopt.backend.Tensor;
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
    private final Tensor inputTensor;
    private final Tensor targetTensor;

    /**
     * @param examples the set, of which every batch is
     * @param capacity largest batch
     */
    BatchLoader(Backend backend, KeptExamples kept, Examples examples, int capacity) {
        this.backend = backend;
        this.kept = kept;
        int rows = Math.max(1, Math.min(capacity, examples.size()));
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
        return inputTensor.length(0);
    }

    /** Loads indices_{from} … indices_{from+count−1} of the set or of one of its views. */
    void load(Examples examples, int[] indices, int from, int count) {
        Tensor inputs = inputs(count);
        if (!kept.gather(examples, indices, from, count, inputs)) {
            copy(examples, indices, from, count, inputs);
        }
        examples.targets(indices, from, count, targets);
        backend.fromHost(targets, 0, targets(count));
    }

    private void copy(Examples examples, int[] indices, int from, int count, Tensor inputs) {
        if (floats.length > 0) {
            examples.inputs(indices, from, count, floats);
            backend.fromHost(floats, 0, inputs);
        } else {
            examples.inputs(indices, from, count, doubles);
            backend.fromHost(doubles, 0, inputs);
        }
    }

    /** [count, features]: the inputs of the last batch, which had count examples. */
    Tensor inputs(int count) {
        return inputTensor.rows(0, count);
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
        inputTensor.close();
        targetTensor.close();
    }
}
