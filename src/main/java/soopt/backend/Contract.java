package soopt.backend;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What the arguments of the operations of {@link Backend} must be. Every backend asks here before it touches memory,
 * so that all refuse the same, and none reads or writes the numbers of a neighbour.
 */
public final class Contract {
    private Contract() {}

    private static void require(boolean condition, Tensor... tensors) {
        if (!condition) {
            throw new IllegalArgumentException("shapes do not fit: " + Arrays.toString(tensors));
        }
    }

    private static void require(boolean condition, String what, Object geometry, Tensor... tensors) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "shapes do not fit " + what + " " + geometry + ": " + Arrays.toString(tensors));
        }
    }

    private static void requireRoom(double[] out, long numbers) {
        if (out.length < numbers) {
            throw new IllegalArgumentException(
                    "an array of " + out.length + " numbers has no room for " + numbers + " results");
        }
    }

    public static void sameSize(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            require(tensor.size() == tensors[0].size(), tensors);
        }
    }

    /** Elements of an array on the host that are copied to or from all of a tensor. */
    public static void host(int arrayLength, int from, Tensor x) {
        Objects.checkFromIndexSize(from, x.size(), (long) arrayLength);
    }

    /** x [n·M], y [M], out as x. */
    public static void repeated(Tensor x, Tensor y, Tensor out) {
        require(x.size() == out.size() && (x.size() == 0 || y.size() > 0 && x.size() % y.size() == 0), x, y, out);
    }

    /** op(a) [m, k], op(b) [k, n], c [m, n]. */
    public static void product(boolean transposeA, boolean transposeB, Tensor a, Tensor b, Tensor c) {
        require(a.rank() == 2 && b.rank() == 2 && c.rank() == 2, a, b, c);
        require(
                a.length(transposeA ? 1 : 0) == c.length(0)
                        && b.length(transposeB ? 0 : 1) == c.length(1)
                        && b.length(transposeB ? 1 : 0) == a.length(transposeA ? 0 : 1),
                a,
                b,
                c);
    }

    /** x [N, d], out [d, d]. */
    public static void columnGram(Tensor x, Tensor out) {
        gram(1, x, out);
    }

    /** x [d, N], out [d, d]. */
    public static void rowGram(Tensor x, Tensor out) {
        gram(0, x, out);
    }

    private static void gram(int axis, Tensor x, Tensor out) {
        require(
                x.rank() == 2 && out.rank() == 2 && out.length(0) == x.length(axis) && out.length(1) == x.length(axis),
                x,
                out);
    }

    /** block [n, n], or [n − 1, n − 1] with border [n − 1]. */
    public static void bordered(Tensor block, Optional<Tensor> border) {
        require(block.rank() == 2 && block.length(0) == block.length(1), block);
        border.ifPresent(column -> require(column.size() == block.length(0), block, column));
    }

    /** columns [n, n], or [n, n − 1] with last [n]. */
    public static void columns(Tensor columns, Optional<Tensor> last) {
        int apart = last.isPresent() ? 1 : 0;
        require(columns.rank() == 2 && columns.length(1) + apart == columns.length(0), columns);
        last.ifPresent(column -> require(column.size() == columns.length(0), columns, column));
    }

    /** x, out [n, n], and n numbers, each of 0 … n − 1. */
    public static void ordered(Tensor x, int[] order, Tensor out) {
        bordered(x, Optional.empty());
        bordered(out, Optional.empty());
        require(x.length(0) == out.length(0) && x.length(0) == order.length, x, out);
        if (!Arrays.equals(
                Arrays.stream(order).sorted().toArray(),
                IntStream.range(0, order.length).toArray())) {
            throw new IllegalArgumentException("no permutation: " + Arrays.toString(order));
        }
    }

    /** Results [m, n]. */
    public static void pairs(int m, int n, Tensor... out) {
        for (Tensor tensor : out) {
            require(tensor.size() == (long) m * n, out);
        }
    }

    /** A matrix of n rows, and where it goes. */
    public static void sized(int n, Tensor out) {
        require(out.rank() == 2 && out.length(0) == n, out);
    }

    /**
     * Whether runs of that many numbers lie one after another in each entry of the leading axis of x, none across two.
     */
    private static boolean isRunsOf(long numbers, Tensor x) {
        if (x.size() == 0) {
            return true;
        }
        return numbers > 0 && (x.rank() < 2 ? x.size() : x.size() / x.length(0)) % numbers == 0;
    }

    /** row [d], x of rows [d]. */
    public static void rows(Tensor row, Tensor x) {
        require(row.size() > 0 && isRunsOf(row.size(), x), row, x);
    }

    /** x [n, M], y [M], results [n]. */
    public static void dots(Tensor x, Tensor y, double[] out) {
        require(x.rank() > 0 && x.size() == x.length(0) * y.size(), x, y);
        requireRoom(out, x.length(0));
    }

    /** x and y [n, M], results [n]. */
    public static void pairedDots(Tensor x, Tensor y, double[] out) {
        require(x.rank() > 0 && x.size() == y.size(), x, y);
        requireRoom(out, x.length(0));
    }

    /** x [n, M], w [M], results [n, n] of rows {@code stride} apart. */
    public static void gram(Tensor x, Tensor w, double[] out, int stride) {
        require(x.rank() > 0 && x.size() == x.length(0) * w.size(), x, w);
        square(x.length(0), out, stride);
    }

    /** x [n, M], results [n, n] of rows {@code stride} apart. */
    public static void gram(Tensor x, double[] out, int stride) {
        require(x.rank() > 0, x);
        square(x.length(0), out, stride);
    }

    private static void square(int n, double[] out, int stride) {
        if (stride < n) {
            throw new IllegalArgumentException("rows of " + n + " results overlap at a stride of " + stride);
        }
        requireRoom(out, n == 0 ? 0 : (n - 1L) * stride + n);
    }

    /** z and one, two or four outputs of its size. */
    public static void jet(Tensor z, Tensor... jet) {
        require(jet.length == 1 || jet.length == 2 || jet.length == 4, jet);
        for (Tensor output : jet) {
            require(output.size() == z.size(), z, output);
        }
    }

    /** The arguments of {@link Backend#activationTangents}. */
    public static void tangents(
            Tensor first,
            Tensor second,
            int n2,
            Tensor lambda,
            Tensor[] slopes,
            double[] gram,
            int stride,
            double[] third) {
        tangents(first, lambda, slopes, gram, stride);
        int n = first.length(0);
        require(second.size() == first.size() && n2 >= 0 && n2 <= n, first, second);
        requireRoom(third, n);
    }

    /** Those of it without second-order tangents. */
    public static void tangents(Tensor first, Tensor lambda, Tensor[] slopes, double[] gram, int stride) {
        int n = first.length(0);
        require(first.size() == n * lambda.size(), first, lambda);
        for (Tensor slope : slopes) {
            require(slope.size() == lambda.size(), lambda, slope);
        }
        square(n, gram, stride);
    }

    // ---- losses ----

    /** Logits [N, C] and labels [N]; results have the size of the logits. */
    public static void classes(Tensor logits, Tensor labels, Tensor... results) {
        require(logits.rank() == 2 && labels.size() == logits.length(0), logits, labels);
        require(logits.length(1) > 0, logits);
        for (Tensor result : results) {
            require(result.size() == logits.size(), logits, result);
        }
    }

    /** A label as an index. */
    public static int label(double label, int example, int classes) {
        if (!(label >= 0 && label < classes) || label != Math.rint(label)) {
            throw new IllegalArgumentException("the label " + label + " of example " + example
                    + " of the batch is no class: classes are 0 to " + (classes - 1));
        }
        return (int) label;
    }

    /** Whether v is [n, N, C] for p [N, C]. */
    private static boolean isDirectionsOf(Tensor p, Tensor v) {
        return p.rank() == 2 && v.rank() == 3 && v.length(1) == p.length(0) && v.length(2) == p.length(1);
    }

    /** p [N, C], v and out [n, N, C]. */
    public static void softmaxHessian(Tensor p, Tensor v, Tensor out) {
        require(isDirectionsOf(p, v) && v.size() == out.size(), p, v, out);
    }

    /** d [K, N, C], v and out [n, N, C]. */
    public static void outerProducts(Tensor d, Tensor v, Tensor out) {
        require(d.rank() == 3 && v.rank() == 3 && v.size() == out.size(), d, v, out);
        require(v.length(1) == d.length(1) && v.length(2) == d.length(2), d, v, out);
    }

    /** The arguments of {@link Backend#softmaxTangents}. */
    public static void softmaxTangents(
            Tensor p, Tensor first, Tensor second, int n2, double[] gram, int stride, double[] third) {
        softmaxTangents(p, first, gram, stride);
        int n = first.length(0);
        require(isDirectionsOf(p, second) && n2 >= 0 && n2 <= n && second.length(0) >= n2, p, first, second);
        requireRoom(third, n);
    }

    /** Those of it without second-order tangents. */
    public static void softmaxTangents(Tensor p, Tensor first, double[] gram, int stride) {
        require(isDirectionsOf(p, first), p, first);
        square(first.length(0), gram, stride);
    }

    // ---- images ----

    /** Number of images of that many numbers in x. */
    private static int images(Object geometry, Tensor x, long perImage) {
        require(isRunsOf(perImage, x), "images of", geometry, x);
        return Math.toIntExact(x.size() / perImage);
    }

    /** x and y of as many images; returns how many. */
    private static int images(Object geometry, Tensor x, long inputs, Tensor y, long outputs) {
        int images = images(geometry, x, inputs);
        require(images(geometry, y, outputs) == images, "as many images of", geometry, x, y);
        return images;
    }

    /** Inputs x, outputs y and weights of a convolution; returns the number of images. */
    public static int convolution(Convolution g, Tensor x, Tensor w, Tensor y) {
        require(w.size() == (long) g.outChannels() * g.patch(), "weights of", g, w);
        return images(g, x, g.inputs(), y, g.outputs());
    }

    /** As {@link #convolution} for an adjoint, which is of channels-last images. */
    public static int convolutionAdjoint(Convolution g, Tensor dy, Tensor w, Tensor dx) {
        require(!g.channelsFirst(), "channels-last images of", g, dx);
        return convolution(g, dx, w, dy);
    }

    /** Inputs x, and the Gram matrix and sum of their patches; returns the number of images. */
    public static int patchGram(Convolution g, Tensor x, Tensor gram, Tensor sum) {
        require(
                gram.rank() == 2
                        && gram.length(0) == g.patch()
                        && gram.length(1) == g.patch()
                        && sum.size() == g.patch(),
                "patches of",
                g,
                gram,
                sum);
        return images(g, x, g.inputs());
    }

    /** Inputs and outputs of a max-pooling; returns the number of images. */
    public static int maxPool(Pooling g, Tensor x, Tensor out, Tensor index) {
        require(index.size() == out.size(), out, index);
        return images(g, x, g.inputs(), out, g.outputs());
    }

    /** Inputs x [n·N], outputs y [n·N] and a choice of N images; returns N. */
    public static int chosen(Pooling g, Tensor x, Tensor index, Tensor y) {
        int all = images(g, x, g.inputs(), y, g.outputs());
        int images = images(g, index, g.outputs());
        require(images == 0 ? all == 0 : all % images == 0, "whole directions of", g, x, index, y);
        return images;
    }

    /** Inputs and outputs of an average pooling; returns the number of images. */
    public static int averagePool(Averaging g, Tensor x, Tensor y) {
        return images(g, x, g.inputs(), y, g.outputs());
    }

    /** Rows that exist, a window for each, and room for them. */
    public static void gather(Rows rows, int[] chosen, int[] windows, Tensor out) {
        for (int row : chosen) {
            Objects.checkIndex(row, rows.count());
        }
        if (windows.length != chosen.length || out.size() != (long) chosen.length * rows.width()) {
            throw new IllegalArgumentException(
                    chosen.length + " rows of " + rows.width() + " numbers, " + windows.length + " windows, " + out);
        }
    }
}
