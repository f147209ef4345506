package soopt.optimizer.direction;

import soopt.backend.Tensor;
import soopt.optimizer.step.State;

/** The state of a direction inside another one: the same names with a word before them. */
record Within(State outer) implements State {
    private static final String INNER = "inner.";

    @Override
    public void putTensor(String name, Tensor value) {
        outer.putTensor(INNER + name, value);
    }

    @Override
    public void getTensor(String name, Tensor out) {
        outer.getTensor(INNER + name, out);
    }

    @Override
    public void putNumbers(String name, double... values) {
        outer.putNumbers(INNER + name, values);
    }

    @Override
    public double[] getNumbers(String name) {
        return outer.getNumbers(INNER + name);
    }

    @Override
    public boolean has(String name) {
        return outer.has(INNER + name);
    }
}
