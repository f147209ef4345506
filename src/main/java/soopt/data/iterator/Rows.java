package soopt.data.iterator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import soopt.data.examples.Examples;
import soopt.data.examples.RowExamples;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.FetchProgress;

/**
 * What an iterator gave, row by row, each checked to be finite and like the first.
 *
 * @param name of the iterator, for messages
 * @param shape of one input
 * @param narrow [N] inputs in float32; empty if they are in {@code wide}
 * @param wide [N] inputs in float64; empty if they are in {@code narrow}
 * @param targets [N] of [K]
 */
public record Rows(String name, int[] shape, List<float[]> narrow, List<double[]> wide, List<double[]> targets) {
    /** Beyond this an iterator is taken for one without an end. */
    static final int MOST = 1_000_000;

    private static final int MOST_EMPTY = 1000;
    private static final int BYTES_PER_ROW = 64;
    private static final double SHARE_OF_HEAP = 0.6;
    private static final long PATIENCE_NANOSECONDS = 2_000_000_000L;

    /** Number of examples. */
    public int size() {
        return targets.size();
    }

    /** Numbers per target. */
    public int width() {
        return targets.get(0).length;
    }

    /** Input j of an example. */
    double input(int example, int j) {
        return narrow.isEmpty() ? wide.get(example)[j] : narrow.get(example)[j];
    }

    /** Numbers per input. */
    public int features() {
        return product(shape);
    }

    /** As the trainer reads them. */
    public Examples examples(boolean classes, Normalization.Moments moments) {
        return new RowExamples(
                narrow, wide, Labels.values(this, classes), classes, moments.mean(), moments.deviation());
    }

    /** The rows of these indices. */
    public Rows select(int[] indices) {
        return new Rows(
                name,
                shape,
                narrow.isEmpty()
                        ? narrow
                        : Arrays.stream(indices).mapToObj(narrow::get).toList(),
                wide.isEmpty()
                        ? wide
                        : Arrays.stream(indices).mapToObj(wide::get).toList(),
                Arrays.stream(indices).mapToObj(targets::get).toList());
    }

    /**
     * Reads an iterator to its end.
     *
     * @param limit number of examples wanted, the first; 0 for all, at most {@link #MOST}
     */
    static Rows read(String name, BatchStream batches, int limit, FetchProgress progress) {
        Reading reading = new Reading(name, limit);
        boolean shown = false;
        long begin = System.nanoTime();
        long reported = 0;
        try {
            while (!reading.complete() && batches.hasNext()) {
                reading.take(batches.next());
                if (!shown && System.nanoTime() - begin > PATIENCE_NANOSECONDS) {
                    progress.start(name, -1);
                    shown = true;
                }
                if (shown) {
                    progress.advance(reading.bytes - reported);
                    reported = reading.bytes;
                }
            }
        } finally {
            if (shown) {
                progress.finish();
            }
        }
        return reading.rows();
    }

    /** The state of {@link #read}. */
    private static final class Reading {
        private final String name;
        private final int limit;
        private final List<float[]> narrow = new ArrayList<>();
        private final List<double[]> wide = new ArrayList<>();
        private final List<double[]> targets = new ArrayList<>();
        private int[] shape = {};
        private int[] targetShape = {};
        private boolean isNarrow;
        private int empty;
        private long bytes;

        Reading(String name, int limit) {
            this.name = name;
            this.limit = limit;
        }

        boolean complete() {
            return limit > 0 && targets.size() == limit;
        }

        void take(Batch batch) {
            empty = batch.size() == 0 ? empty + 1 : 0;
            if (empty > MOST_EMPTY) {
                throw new DatasetException(name + " gave " + empty + " empty batches one after the other");
            }
            if (batch.size() > 0) {
                if (targets.isEmpty()) {
                    first(batch);
                }
                requireSame(batch);
                for (int i = 0; i < batch.size() && !complete(); i++) {
                    row(batch, i);
                }
            }
        }

        private void first(Batch batch) {
            shape = batch.shape().length == 0 ? new int[] {1} : batch.shape();
            targetShape = batch.targetShape();
            isNarrow = batch.wide().length == 0;
            if (targetShape.length > 1) {
                throw new DatasetException(name + " gives labels of the shape " + Arrays.toString(targetShape)
                        + " per example; [K] is read: one-hot classes, or K numbers");
            }
            if (product(shape) == 0 || product(targetShape) == 0) {
                throw new DatasetException(name + " gives features " + Arrays.toString(shape) + " and labels "
                        + Arrays.toString(targetShape) + " per example: nothing to learn from");
            }
        }

        private void requireSame(Batch batch) {
            int[] given = batch.shape().length == 0 ? new int[] {1} : batch.shape();
            if (!Arrays.equals(given, shape) || !Arrays.equals(batch.targetShape(), targetShape)) {
                throw new DatasetException(name + " gives features " + Arrays.toString(given) + " with labels "
                        + Arrays.toString(batch.targetShape()) + " per example after example " + targets.size()
                        + ", but " + Arrays.toString(shape) + " with " + Arrays.toString(targetShape)
                        + " before: one shape for all is needed");
            }
        }

        private void row(Batch batch, int i) {
            int features = product(shape);
            int width = product(targetShape);
            if (isNarrow && batch.wide().length == 0) {
                narrow.add(Arrays.copyOfRange(batch.narrow(), i * features, (i + 1) * features));
            } else {
                widen();
                wide.add(wideRow(batch, i, features));
            }
            double[] target = Arrays.copyOfRange(batch.targets(), i * width, (i + 1) * width);
            requireFinite(features, target);
            targets.add(target);
            bytes += (isNarrow ? Float.BYTES : Double.BYTES) * (long) features
                    + Double.BYTES * (long) width
                    + BYTES_PER_ROW;
            requireBounds();
        }

        private static double[] wideRow(Batch batch, int i, int features) {
            double[] row = new double[features];
            for (int j = 0; j < features; j++) {
                row[j] = batch.wide().length == 0 ? batch.narrow()[i * features + j] : batch.wide()[i * features + j];
            }
            return row;
        }

        /** A batch in float64 after some in float32. */
        private void widen() {
            isNarrow = false;
            for (float[] row : narrow) {
                double[] copy = new double[row.length];
                for (int j = 0; j < row.length; j++) {
                    copy[j] = row[j];
                }
                wide.add(copy);
            }
            narrow.clear();
        }

        private void requireFinite(int features, double[] target) {
            int example = targets.size();
            for (int j = 0; j < features; j++) {
                double value = isNarrow ? narrow.get(example)[j] : wide.get(example)[j];
                if (!Double.isFinite(value)) {
                    throw new DatasetException(name + " gives the feature " + value + " at " + j + " of example "
                            + example + "; only finite numbers can be learned from");
                }
            }
            for (int j = 0; j < target.length; j++) {
                if (!Double.isFinite(target[j])) {
                    throw new DatasetException(name + " gives the label " + target[j] + " at " + j + " of example "
                            + example + "; only finite numbers can be learned from");
                }
            }
        }

        private void requireBounds() {
            if (limit == 0 && targets.size() > MOST) {
                throw new DatasetException(name + " has given more than " + MOST
                        + " examples and may never end; set dataset.limit to take the first N");
            }
            if (bytes > SHARE_OF_HEAP * Runtime.getRuntime().maxMemory()) {
                throw new DatasetException(name + " has given " + targets.size() + " examples, " + (bytes >> 20)
                        + " MiB, and Java's memory is " + (Runtime.getRuntime().maxMemory() >> 20)
                        + " MiB; lower dataset.limit or raise SOOPT_JAVA_OPTS=-Xmx…");
            }
        }

        Rows rows() {
            if (targets.isEmpty()) {
                throw new DatasetException(name + " gives no examples");
            }
            if (targets.size() < limit) {
                throw new DatasetException(name + " has " + targets.size() + " examples, fewer than the " + limit
                        + " wanted; lower dataset.limit");
            }
            return new Rows(name, shape, narrow, wide, targets);
        }
    }

    static int product(int[] shape) {
        int product = 1;
        for (int length : shape) {
            product = Math.multiplyExact(product, length);
        }
        return product;
    }
}
