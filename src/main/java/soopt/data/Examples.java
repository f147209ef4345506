package soopt.data;

/** Inputs and targets on the host, normalized when they are read. Safe to read from several threads. */
public interface Examples {
    /** Number of examples. */
    int size();

    /** Numbers per input. */
    int features();

    /** Numbers per target: 1 (a class index) for classification, else the number of outputs. */
    int targets();

    /** out_{k·features + j} ← normalized input j of example indices_{from+k}, for k &lt; count. */
    void inputs(int[] indices, int from, int count, float[] out);

    /** As above in float64: the normalization is computed in float64. */
    void inputs(int[] indices, int from, int count, double[] out);

    /** out_{k·targets + j} ← target j of example indices_{from+k}, for k &lt; count. */
    void targets(int[] indices, int from, int count, double[] out);

    /** A view of some examples: its example k is this one's example indices_k. */
    default Examples subset(int... indices) {
        return new Subset(this, indices);
    }
}
