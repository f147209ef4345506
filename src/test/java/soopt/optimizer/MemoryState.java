package soopt.optimizer;

import java.util.HashMap;
import java.util.Map;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.optimizer.step.State;

/** A checkpoint in memory. */
public final class MemoryState implements State {
    private final Backend backend;
    private final Map<String, double[]> values = new HashMap<>();

    public MemoryState(Backend backend) {
        this.backend = backend;
    }

    @Override
    public void putTensor(String name, Tensor value) {
        double[] numbers = new double[(int) value.size()];
        backend.toHost(value, numbers, 0);
        putNumbers("tensor " + name, numbers);
    }

    @Override
    public void getTensor(String name, Tensor out) {
        backend.fromHost(getNumbers("tensor " + name), 0, out);
    }

    @Override
    public void putNumbers(String name, double... numbers) {
        if (values.put(name, numbers.clone()) != null) {
            throw new IllegalStateException(name + " is put twice");
        }
    }

    @Override
    public double[] getNumbers(String name) {
        if (!values.containsKey(name)) {
            throw new IllegalStateException(name + " is missing");
        }
        return values.get(name).clone();
    }

    @Override
    public boolean has(String name) {
        return values.containsKey(name) || values.containsKey("tensor " + name);
    }
}
