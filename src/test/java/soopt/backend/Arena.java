package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tensors for one computation. Each is a view into a larger block of NaN at an offset that no vector is aligned to, so
 * that a read outside shows in the result and a write outside is found at the end.
 */
public final class Arena implements AutoCloseable {
    private static final int BEFORE = 3;
    private static final int AFTER = 5;

    private final Backend backend;
    private final List<Tensor> blocks = new ArrayList<>();

    public Arena(Backend backend) {
        this.backend = backend;
    }

    public Backend backend() {
        return backend;
    }

    /** A tensor of NaN. */
    public Tensor empty(int... shape) {
        int size = (int) Tensor.sizeOf(shape);
        Tensor block = backend.allocate(BEFORE + size + AFTER);
        backend.fill(block, Double.NaN);
        blocks.add(block);
        return block.slice(BEFORE, shape);
    }

    public Tensor of(double[] values, int... shape) {
        Tensor tensor = empty(shape.length == 0 ? new int[] {values.length} : shape);
        assertTrue(tensor.size() == values.length, "values for " + tensor);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    public double[] read(Tensor tensor) {
        double[] values = new double[(int) tensor.size()];
        backend.toHost(tensor, values, 0);
        return values;
    }

    /** The elements of several tensors and arrays in a row. */
    public static double[] join(double[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        double[] all = new double[length];
        int at = 0;
        for (double[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    @Override
    public void close() {
        for (Tensor block : blocks) {
            double[] values = read(block);
            for (int i = 0; i < values.length; i++) {
                if (i < BEFORE || i >= values.length - AFTER) {
                    assertTrue(Double.isNaN(values[i]), "wrote outside of its output, at " + (i - BEFORE));
                }
            }
            block.close();
        }
    }
}
