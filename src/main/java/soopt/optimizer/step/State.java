package soopt.optimizer.step;

import soopt.backend.Tensor;

/**
 * Named values of an optimizer's state, written to and read from a checkpoint. The same calls in {@code save} and
 * {@code restore}: a value missing at restore is an error that names it.
 */
public interface State {
    void putTensor(String name, Tensor value);

    /** Fills a tensor of the size that was put. */
    void getTensor(String name, Tensor out);

    void putNumbers(String name, double... values);

    double[] getNumbers(String name);

    boolean has(String name);
}
