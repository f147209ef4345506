package soopt.data.examples;

import java.util.random.RandomGenerator;
import soopt.random.RandomStreams;

/**
 * Examples cut into batches, epoch after epoch. The order of an epoch depends only on the seed and the epoch, so that
 * a resumed run sees the batches it would have seen.
 *
 * <pre>
 * int[] order = batches.epoch(e);
 * for (int k = 0; k &lt; batches.count(); k++) examples.inputs(order, batches.from(k), batches.size(k), out);
 * </pre>
 */
public final class Batches {
    private final int examples;
    private final int batchSize;
    private final long seed;
    private final String stream;
    private final boolean shuffle;
    private final boolean dropLast;

    /** Batches for training: the last one of an epoch may be short. */
    public Batches(Examples examples, int batchSize, long seed, boolean shuffle) {
        this(examples.size(), batchSize, seed, "batches", shuffle, false);
    }

    /**
     * @param examples number of examples, ≥ 1
     * @param batchSize examples per batch, ≥ 1; more than there are means all of them
     * @param stream name of the stream of random numbers ({@link RandomStreams})
     * @param shuffle whether each epoch has a random order; else that of the file
     * @param dropLast whether examples that do not fill a batch are left out of the epoch
     */
    public Batches(int examples, int batchSize, long seed, String stream, boolean shuffle, boolean dropLast) {
        if (examples < 1 || batchSize < 1) {
            throw new IllegalArgumentException(
                    "batches of " + batchSize + " from " + examples + " examples: both must be ≥ 1");
        }
        this.examples = examples;
        this.batchSize = Math.min(batchSize, examples);
        this.seed = seed;
        this.stream = stream;
        this.shuffle = shuffle;
        this.dropLast = dropLast;
    }

    /** Number of batches in an epoch. */
    public int count() {
        return dropLast ? examples / batchSize : (examples - 1) / batchSize + 1;
    }

    /** Size of the largest batch. */
    public int batchSize() {
        return batchSize;
    }

    /** The examples in the order of this epoch: batch k is {@link #size}(k) of them beginning at {@link #from}(k). */
    public int[] epoch(long epoch) {
        if (!shuffle) {
            int[] order = new int[examples];
            for (int i = 0; i < examples; i++) {
                order[i] = i;
            }
            return order;
        }
        RandomGenerator random = RandomStreams.of(seed, stream, epoch);
        return RandomStreams.permutation(examples, random);
    }

    /** The examples as this epoch sees them: to be read in its order. */
    public Examples augmented(Examples set, long epoch) {
        return set.augmented(seed, stream, epoch);
    }

    /** Where batch k begins in the order of its epoch. */
    public int from(int k) {
        return k * batchSize;
    }

    /** Number of examples in batch k. */
    public int size(int k) {
        return Math.min(batchSize, examples - from(k));
    }
}
