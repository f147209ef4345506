package soopt.experiment;

import java.util.function.UnaryOperator;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.FullBatch;
import soopt.curvature.Objective;
import soopt.data.examples.Examples;
import soopt.experiment.loop.Workload.Evaluation;
import soopt.model.Network;

/** Batches of a set of examples as objectives of a network; each is valid until the next. */
final class BatchSource implements AutoCloseable {
    private final Network network;
    private final Backend backend;
    private final Examples examples;
    private final BatchLoader loader;

    /** @param capacity largest batch */
    BatchSource(Network network, Backend backend, KeptExamples kept, Examples examples, int capacity) {
        this.network = network;
        this.backend = backend;
        this.examples = examples;
        this.loader = new BatchLoader(backend, kept, examples, capacity);
    }

    /** The set. */
    Examples examples() {
        return examples;
    }

    /**
     * The mean loss of indices_{from} … indices_{from+count−1}.
     *
     * @param view the set, or an augmented view of it
     */
    Objective batch(Examples view, int[] indices, int from, int count) {
        loader.load(view, indices, from, count);
        return network.objective(backend, loader.inputs(count), loader.targets(count));
    }

    /**
     * Copies a batch that will be asked for next beside the work on this one, where the engine works beside the host.
     */
    void prepare(Examples view, int[] indices, int from, int count) {
        backend.meanwhile(() -> loader.prepare(view, indices, from, count));
    }

    /**
     * The mean loss of the first so many examples, batch after batch.
     *
     * @param view the set, or an augmented view of it
     * @param each made of every batch
     */
    FullBatch pass(Examples view, int count, UnaryOperator<Objective> each, FullBatch.Progress progress) {
        int[] indices = BatchLoader.all(count);
        int size = loader.capacity();
        FullBatch.Parts parts = new FullBatch.Parts() {
            @Override
            public int count() {
                return (indices.length - 1) / size + 1;
            }

            @Override
            public int examples() {
                return indices.length;
            }

            @Override
            public Objective part(int index) {
                int from = index * size;
                return each.apply(batch(view, indices, from, Math.min(size, indices.length - from)));
            }
        };
        return new FullBatch(network.layout(), backend, parts, progress);
    }

    /** Loss and accuracy of the first so many examples. */
    Evaluation evaluate(Tensor theta, int count, FullBatch.Progress progress) {
        if (count == 0) {
            return Evaluation.NONE;
        }
        int[] indices = BatchLoader.all(count);
        int size = loader.capacity();
        int pieces = (count - 1) / size + 1;
        double[] sums = new double[2];
        backend.together(() -> {
            for (int i = 0; i < pieces; i++) {
                int from = i * size;
                int rows = Math.min(size, count - from);
                loader.load(examples, indices, from, rows);
                network.score(backend, theta, loader.inputs(rows), loader.targets(rows), score -> {
                    sums[0] += score.lossSum();
                    sums[1] += score.correct();
                });
                progress.done(i + 1, pieces);
            }
        });
        return new Evaluation(sums[0] / count, sums[1] / count, count);
    }

    @Override
    public void close() {
        loader.close();
    }
}
