package soopt.data.examples;

import java.util.Arrays;

/**
 * An endless sequence of batches through a shuffled order that is drawn anew each time it has been used up. The number
 * of batches drawn is its whole state.
 */
public final class BatchSampler {
    private final Batches batches;
    private long position;
    private long epoch = -1;
    private int[] order;

    /** Samples in the order of these batches. */
    public BatchSampler(Batches batches) {
        this.batches = batches;
    }

    /** Batches for curvature: a stream of random numbers of its own, the last batch of an order may be short. */
    public static BatchSampler curvature(Examples examples, int batchSize, long seed) {
        return new BatchSampler(new Batches(examples.size(), batchSize, seed, "curvature-batches", true, false));
    }

    /** The examples of the next batch. */
    public int[] next() {
        long wanted = position / batches.count();
        if (order == null || wanted != epoch) {
            order = batches.epoch(wanted);
            epoch = wanted;
        }
        int k = (int) (position % batches.count());
        position++;
        return Arrays.copyOfRange(order, batches.from(k), batches.from(k) + batches.size(k));
    }

    /** The examples as the batch drawn last sees them. */
    public Examples augmented(Examples set) {
        return batches.augmented(set, epoch);
    }

    /** Number of batches drawn so far. */
    public long position() {
        return position;
    }

    /**
     * Goes to where so many batches have been drawn.
     *
     * @param position ≥ 0
     */
    public void seek(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("position must be ≥ 0, but is " + position);
        }
        this.position = position;
    }
}
