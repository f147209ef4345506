package soopt.optimizer.direction;

import java.util.Arrays;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.backend.dense.SymmetricEigen;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.optimizer.step.State;

/**
 * The factors H_i [n_i, n_i] of one tensor with axes n_1 … n_k and their inverse roots. Axes are those of memory; which
 * is first does not matter.
 */
final class TensorRoots implements AutoCloseable {
    private final Backend backend;
    private final String name;
    private final int[] shape;
    private final Tensor[] factors;
    private final Tensor[] roots;

    TensorRoots(Backend backend, Parameter parameter, double epsilon, int largestAxis) {
        this.backend = backend;
        this.name = "direction." + parameter.name();
        this.shape = axes(parameter);
        this.factors = new Tensor[shape.length];
        this.roots = new Tensor[shape.length];
        for (int i = 0; i < shape.length; i++) {
            int size = shape[i] <= largestAxis ? shape[i] : 0;
            factors[i] = multipleOfIdentity(size, epsilon);
            roots[i] = multipleOfIdentity(size, 1);
        }
    }

    /** Kernels with channels last are [out, height, width, in] in memory. */
    private static int[] axes(Parameter parameter) {
        int[] shape = parameter.dimensions();
        return shape.length == 4 && parameter.channels() > 1
                ? new int[] {shape[0], shape[2], shape[3], shape[1]}
                : shape;
    }

    private Tensor multipleOfIdentity(int size, double value) {
        double[] numbers = new double[size * size];
        for (int i = 0; i < size; i++) {
            numbers[i * (size + 1)] = value;
        }
        Tensor matrix = backend.allocate(size, size);
        backend.fromHost(numbers, 0, matrix);
        return matrix;
    }

    /** An axis that is too long has a factor of no rows. */
    private boolean has(int axis) {
        return factors[axis].size() > 0;
    }

    private int before(int axis) {
        return Arrays.stream(shape, 0, axis).reduce(1, (x, y) -> x * y);
    }

    private int behind(int axis) {
        return Arrays.stream(shape, axis + 1, shape.length).reduce(1, (x, y) -> x * y);
    }

    /** H_i ← keep H_i + weight G^(i), G^(i) the contraction of G with itself over all axes but i. */
    void observe(Tensor gradient, double keep, double weight) {
        for (int axis = 0; axis < shape.length; axis++) {
            if (has(axis)) {
                addGram(gradient, axis, keep, weight);
            }
        }
    }

    private void addGram(Tensor gradient, int axis, double keep, double weight) {
        int before = before(axis);
        int behind = behind(axis);
        int size = shape[axis];
        if (behind == 1) {
            Tensor rows = gradient.reshape(before, size);
            backend.gemm(true, false, weight, rows, rows, keep, factors[axis]);
            return;
        }
        for (int i = 0; i < before; i++) {
            Tensor slice = gradient.slice((long) i * size * behind, size, behind);
            backend.gemm(false, true, weight, slice, slice, i == 0 ? keep : 1, factors[axis]);
        }
    }

    /**
     * The roots H_i^(−power/2k), with eigenvalues below the floor raised to it.
     *
     * @return how many could not be computed: these stay what they were
     */
    int refresh(double power, double floor) {
        int failures = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            if (has(axis) && !refresh(axis, -power / (2 * shape.length), floor)) {
                failures++;
            }
        }
        return failures;
    }

    private boolean refresh(int axis, double exponent, double floor) {
        double[] numbers = new double[shape[axis] * shape[axis]];
        backend.toHost(factors[axis], numbers, 0);
        Optional<SymmetricEigen> found = SymmetricEigen.of(numbers, shape[axis]);
        if (found.isEmpty()) {
            return false;
        }
        double[] values = found.get().values();
        double largest = values.length == 0 ? 0 : values[values.length - 1];
        // what rounding leaves of a zero eigenvalue is no scale to divide by
        double least =
                Math.max(floor, largest * shape[axis] * backend.precision().unitRoundoff());
        if (!(least > 0)) {
            return false;
        }
        double[] root = found.get().apply(value -> Math.pow(Math.max(value, least), exponent));
        backend.fromHost(root, 0, roots[axis]);
        return true;
    }

    /** The product of G with all roots, in one of the two arrays of its size. */
    Tensor apply(Tensor gradient, Tensor one, Tensor other) {
        Tensor from = gradient;
        Tensor to = one;
        for (int axis = 0; axis < shape.length; axis++) {
            if (has(axis)) {
                multiply(from, axis, to);
                from = to;
                to = to == one ? other : one;
            }
        }
        return from;
    }

    private void multiply(Tensor from, int axis, Tensor to) {
        int before = before(axis);
        int behind = behind(axis);
        int size = shape[axis];
        if (behind == 1) {
            backend.gemm(false, false, 1, from.reshape(before, size), roots[axis], 0, to.reshape(before, size));
            return;
        }
        for (int i = 0; i < before; i++) {
            long offset = (long) i * size * behind;
            backend.gemm(
                    false, false, 1, roots[axis], from.slice(offset, size, behind), 0, to.slice(offset, size, behind));
        }
    }

    void save(State state) {
        for (int i = 0; i < shape.length; i++) {
            if (has(i)) {
                state.putTensor(name + ".factor" + i, factors[i]);
                state.putTensor(name + ".root" + i, roots[i]);
            }
        }
    }

    void restore(State state) {
        for (int i = 0; i < shape.length; i++) {
            if (has(i)) {
                state.getTensor(name + ".factor" + i, factors[i]);
                state.getTensor(name + ".root" + i, roots[i]);
            }
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < shape.length; i++) {
            factors[i].close();
            roots[i].close();
        }
    }
}
