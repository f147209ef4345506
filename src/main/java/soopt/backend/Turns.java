package soopt.backend;

/** Two tensors of one shape that take turns: one is filled while the engine works on the other. */
public interface Turns extends AutoCloseable {
    /** The tensor for work now. */
    Tensor current();

    /** Copies the first so many numbers to the other one, beside the work that was asked for. */
    void fillOther(float[] numbers, int count);

    /** The same from float64. */
    void fillOther(double[] numbers, int count);

    /** The other one takes its turn: work that is asked for from now on finds it filled. */
    void turn();

    @Override
    void close();
}
