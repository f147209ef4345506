package soopt.optimizer.direction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Parameter;

/**
 * A box in an array: along each axis a run of its places. Long axes are cut into runs that differ by one at most (Anil
 * et al. 2020, §4), each as if it were an array of its own.
 *
 * @param whole lengths of the array's axes, in the order of memory
 * @param from first place along each axis
 * @param shape lengths of the box
 */
record Block(int[] whole, int[] from, int[] shape) {
    /** Arrays of the size of the largest tensor; the third is for those that are cut. */
    record Room(Tensor one, Tensor other, Tensor whole) implements AutoCloseable {
        static Room of(Backend backend, ParameterLayout layout, boolean cuts) {
            int largest =
                    layout.parameters().stream().mapToInt(Parameter::size).max().orElse(0);
            return new Room(backend.allocate(largest), backend.allocate(largest), backend.allocate(cuts ? largest : 0));
        }

        @Override
        public void close() {
            whole.close();
            other.close();
            one.close();
        }
    }

    /** All of a tensor in its shape, in order, none with an axis longer than {@code most}. */
    static List<Block> of(Parameter parameter, int most) {
        int[] whole = axes(parameter, false);
        return of(whole, most, IntStream.range(0, whole.length).toArray());
    }

    /** All of an array, in order, none longer than {@code most} along one of these axes. */
    static List<Block> of(int[] whole, int most, int... axes) {
        List<Block> blocks = List.of(new Block(whole, new int[whole.length], whole));
        for (int axis : axes) {
            List<Block> cut = new ArrayList<>();
            for (Block block : blocks) {
                block.cut(axis, most, cut);
            }
            blocks = cut;
        }
        return blocks;
    }

    /** Lengths of the axes of a tensor in memory; matrices have two, and those of their images only if told so. */
    static int[] axes(Parameter parameter, boolean images) {
        boolean isMatrix = parameter.shape().size() == 2;
        return isMatrix && !images
                ? parameter.dimensions()
                : parameter.axes().stream().mapToInt(Integer::intValue).toArray();
    }

    private void cut(int axis, int most, List<Block> out) {
        int length = whole[axis];
        int count = Math.max(1, (length + most - 1) / most);
        for (int i = 0; i < count; i++) {
            int[] start = from.clone();
            int[] box = shape.clone();
            start[axis] = (int) ((long) length * i / count);
            box[axis] = (int) ((long) length * (i + 1) / count) - start[axis];
            out.add(new Block(whole, start, box));
        }
    }

    int size() {
        return (int) Tensor.sizeOf(shape);
    }

    /** The last axis that is cut; none is at -1. */
    private int lastCut() {
        int axis = shape.length - 1;
        while (axis >= 0 && shape[axis] == whole[axis]) {
            axis--;
        }
        return axis;
    }

    /** Numbers that lie one after another. */
    private int run() {
        return (int) Tensor.sizeOf(Arrays.copyOfRange(shape, Math.max(0, lastCut()), shape.length));
    }

    boolean isOneRun() {
        return run() == size();
    }

    /** Where the r-th run begins in the array. */
    private long start(int r) {
        int cut = Math.max(0, lastCut());
        long at = 0;
        long stride = Tensor.sizeOf(Arrays.copyOfRange(whole, cut, whole.length));
        for (int axis = cut - 1; axis >= 0; axis--) {
            at += stride * (from[axis] + r % shape[axis]);
            r /= shape[axis];
            stride *= whole[axis];
        }
        return at
                + (cut < from.length ? from[cut] * Tensor.sizeOf(Arrays.copyOfRange(whole, cut + 1, whole.length)) : 0);
    }

    /** Its numbers in the array x: a view of them, or a copy in {@code room} where they do not lie together. */
    Tensor in(Backend backend, Tensor x, Tensor room) {
        if (isOneRun()) {
            return view(x);
        }
        Tensor copy = room.slice(0, size());
        int run = run();
        for (int r = 0; r < size() / run; r++) {
            backend.copy(x.slice(start(r), run), copy.slice((long) r * run, run));
        }
        return copy;
    }

    /** Of one that is a run: its numbers in x. */
    Tensor view(Tensor x) {
        return x.slice(start(0), size());
    }

    /** Puts its numbers to their places in x. */
    void put(Backend backend, Tensor numbers, Tensor x) {
        int run = run();
        for (int r = 0; r < size() / Math.max(1, run); r++) {
            backend.copy(numbers.slice((long) r * run, run), x.slice(start(r), run));
        }
    }
}
