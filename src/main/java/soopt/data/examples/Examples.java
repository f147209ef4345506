package soopt.data.examples;

import java.util.Optional;
import soopt.backend.Precision;
import soopt.backend.Rows;
import soopt.random.RandomStreams;

/** Inputs and targets on the host, normalized when they are read. Safe to read from several threads. */
public interface Examples {
    /** Number of examples. */
    int size();

    /** Numbers per input. */
    int features();

    /** Numbers per target: 1 (a class index) for classification, else the number of outputs. */
    int targets();

    /** Shape and type of the targets as they were given, for messages: "y is int64 [16]". */
    default String targetWords() {
        return "the targets are class labels";
    }

    /** Whether every target is a row of zeros with a single 1, of two numbers at least. */
    default boolean oneHot() {
        return false;
    }

    /**
     * Whether all numbers are finite once they are rounded to the precision of a run.
     *
     * @throws soopt.data.fetch.DatasetException at the first that is not, with its place
     */
    default void requireFinite(Precision precision) {}

    /** out_{k·features + j} ← normalized input j of example indices_{from+k}, for k &lt; count. */
    void inputs(int[] indices, int from, int count, float[] out);

    /** As above in float64: the normalization is computed in float64. */
    void inputs(int[] indices, int from, int count, double[] out);

    /** out_{k·targets + j} ← target j of example indices_{from+k}, for k &lt; count. */
    void targets(int[] indices, int from, int count, double[] out);

    /**
     * The examples as one pass over them sees them. Where the data set has an {@link Augmentation}, every example is
     * changed at random, and the change depends only on the arguments and on the place of the example in its file, so
     * that a resumed run sees what it would have seen. Elsewhere it is this set itself. Training and curvature read
     * this view ({@link Batches#augmented}), evaluations the set.
     *
     * @param stream name of the stream of random numbers of who passes ({@link RandomStreams})
     */
    default Examples augmented(long seed, String stream, long epoch) {
        return this;
    }

    // ---- the set that holds the numbers, of which this may be a view ----

    /** It has the inputs of these examples, among others. */
    default Examples root() {
        return this;
    }

    /** Which of the root's examples one of these is. */
    default int inRoot(int example) {
        return example;
    }

    /** What is seen of that image ({@link Rows.Window#code}); 0 for the image itself. */
    default int window(int example) {
        return 0;
    }

    /** Of a root: the bytes of its images. */
    default Optional<Rows.Pixels> pixels() {
        return Optional.empty();
    }

    /** A view of some examples: its example k is this one's example indices_k. */
    default Examples subset(int... indices) {
        return new Subset(this, indices);
    }
}
