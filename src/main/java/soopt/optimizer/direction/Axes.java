package soopt.optimizer.direction;

import java.util.Arrays;
import soopt.backend.Backend;
import soopt.backend.Tensor;

/** Products of an array G with axes n_1 … n_k, row-major, with matrices along one of them. */
record Axes(Backend backend, int[] shape) {
    int count() {
        return shape.length;
    }

    int length(int axis) {
        return shape[axis];
    }

    private int before(int axis) {
        return Arrays.stream(shape, 0, axis).reduce(1, (x, y) -> x * y);
    }

    private int behind(int axis) {
        return Arrays.stream(shape, axis + 1, shape.length).reduce(1, (x, y) -> x * y);
    }

    /** Whether the numbers along it lie one after another. */
    boolean isInner(int axis) {
        return behind(axis) == 1;
    }

    /** H ← keep H + weight G^(i), G^(i) [n_i, n_i] the contraction of G with itself over all axes but i. */
    void addGram(Tensor gradient, int axis, double keep, double weight, Tensor factor) {
        int before = before(axis);
        int behind = behind(axis);
        int size = shape[axis];
        if (behind == 1) {
            Tensor rows = gradient.reshape(before, size);
            if (before == 1) { // of one row, more than half of its time would be the copy of a triangle
                backend.gemm(true, false, weight, rows, rows, keep, factor);
            } else {
                backend.columnGram(weight, rows, keep, factor);
            }
            return;
        }
        for (int i = 0; i < before; i++) {
            Tensor slice = gradient.slice((long) i * size * behind, size, behind);
            backend.rowGram(weight, slice, i == 0 ? keep : 1, factor);
        }
    }

    /** to ← G ×_i A, which multiplies all columns along axis i: y = A x, or Aᵀ x. */
    void multiply(Tensor matrix, boolean transposes, Tensor from, int axis, Tensor to) {
        int before = before(axis);
        int behind = behind(axis);
        int size = shape[axis];
        if (behind == 1) {
            backend.gemm(false, !transposes, 1, from.reshape(before, size), matrix, 0, to.reshape(before, size));
            return;
        }
        for (int i = 0; i < before; i++) {
            long offset = (long) i * size * behind;
            backend.gemm(
                    transposes, false, 1, matrix, from.slice(offset, size, behind), 0, to.slice(offset, size, behind));
        }
    }

    /** value · I [n, n]. */
    static Tensor multipleOfIdentity(Backend backend, int size, double value) {
        double[] numbers = new double[size * size];
        for (int i = 0; i < size; i++) {
            numbers[i * (size + 1)] = value;
        }
        Tensor matrix = backend.allocate(size, size);
        backend.fromHost(numbers, 0, matrix);
        return matrix;
    }
}
