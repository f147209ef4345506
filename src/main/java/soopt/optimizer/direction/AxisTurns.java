package soopt.optimizer.direction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import soopt.backend.Backend;
import soopt.backend.Tensor;

/**
 * In what order an array is multiplied with matrices along some of its axes, so that each product is one of two large
 * matrices: the first axis where it is, then always the last one, which comes to the front, so that the one before it
 * is last. At the end the axes are in another order, which does not matter to what looks at number by number.
 */
final class AxisTurns {
    private final List<Turn> turns = new ArrayList<>();
    private final List<Integer> order;
    private final Axes end;

    /**
     * One of the products.
     *
     * @param axis of the array
     * @param axes of what is multiplied
     * @param place where the axis is among them
     * @param toFront whether it is the first of the product's
     */
    record Turn(int axis, Axes axes, int place, boolean toFront) {
        /** The numbers along the axis as rows. */
        private Tensor rows(Tensor x) {
            int size = axes.length(place);
            return x.reshape((int) (x.size() / size), size);
        }

        private Tensor columns(Tensor x) {
            int size = axes.length(place);
            return x.reshape(size, (int) (x.size() / size));
        }

        /** to ← U x for all x along the axis. */
        void apply(Tensor matrix, Tensor from, Tensor to) {
            if (toFront) {
                axes.backend().gemm(false, true, 1, matrix, rows(from), 0, columns(to));
            } else {
                axes.multiply(matrix, false, from, place, to);
            }
        }

        /** to ← Uᵀ x, with the axes as they were. */
        void undo(Tensor matrix, Tensor from, Tensor to) {
            if (toFront) {
                axes.backend().gemm(true, false, 1, columns(from), matrix, 0, rows(to));
            } else {
                axes.multiply(matrix, true, from, place, to);
            }
        }

        /** As {@link Axes#addGram} of what is multiplied, which for orthogonal matrices is that of the array. */
        void addGram(Tensor from, double keep, double weight, Tensor factor) {
            axes.addGram(from, place, keep, weight, factor);
        }
    }

    /** @param axes that are turned, in rising order */
    AxisTurns(Backend backend, int[] shape, int[] axes) {
        List<Integer> left = new ArrayList<>(Arrays.stream(axes).boxed().toList());
        order = new ArrayList<>(IntStream.range(0, shape.length).boxed().toList());
        while (!left.isEmpty()) {
            Axes now = new Axes(
                    backend, order.stream().mapToInt(axis -> shape[axis]).toArray());
            int last = order.get(order.size() - 1);
            // 0 is the first as long as nothing came to the front
            int axis = left.contains(0) ? 0 : left.contains(last) ? last : left.get(left.size() - 1);
            left.remove((Object) axis);
            boolean toFront = axis == last && axis != 0 && !left.isEmpty();
            turns.add(new Turn(axis, now, order.indexOf(axis), toFront));
            if (toFront) {
                order.remove((Object) axis);
                order.add(0, axis);
            }
        }
        end = new Axes(backend, order.stream().mapToInt(axis -> shape[axis]).toArray());
    }

    /** In the order in which they are done. */
    Turn get(int i) {
        return turns.get(i);
    }

    /** At the end: to ← K x for all x along the axis of the i-th turn. */
    void multiplyAtEnd(int i, Tensor matrix, Tensor from, Tensor to) {
        end.multiply(matrix, false, from, order.indexOf(get(i).axis()), to);
    }
}
