package soopt.backend.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.scalar.Step;
import org.nd4j.linalg.api.ops.impl.transforms.same.Abs;
import org.nd4j.linalg.factory.Nd4j;
import soopt.backend.Averaging;
import soopt.backend.Contract;
import soopt.backend.Convolution;
import soopt.backend.Pooling;
import soopt.backend.Tensor;

/**
 * Convolutions and pooling from shifted strided views: position (a, b) of all windows is one view [R, outHeight,
 * outWidth, C] of the images. ND4J's own convolutions want channels first or are slow in float64 (1.0.0-M2.1), and its
 * max_pool_with_argmax returns a wrong shape.
 */
final class Nd4jImages {
    /** Numbers of the patch buffer. */
    private static final int PATCH_NUMBERS = 1 << 20;

    private final Nd4jBackend backend;

    Nd4jImages(Nd4jBackend backend) {
        this.backend = backend;
    }

    /** Position (a, b) of every window of images that start at x: [R, outHeight, outWidth, C]. */
    private static INDArray shifted(
            Tensor x, int a, int b, int stride, int height, int width, int channels, int outHeight, int outWidth) {
        long image = (long) height * width * channels;
        return Nd4jMemory.strided(
                x,
                (a * (long) width + b) * channels,
                new long[] {x.size() / image, outHeight, outWidth, channels},
                image,
                (long) stride * width * channels,
                (long) stride * channels,
                1);
    }

    // ---- convolution ----

    private static int group(Convolution g, int images) {
        return Math.max(1, Math.min(images, PATCH_NUMBERS / Math.max(1, g.patch() * g.positions())));
    }

    private static INDArray shifted(Convolution g, Tensor padded, int a, int b) {
        int border = 2 * g.padding();
        return shifted(
                padded,
                a,
                b,
                g.stride(),
                g.height() + border,
                g.width() + border,
                g.channels(),
                g.outHeight(),
                g.outWidth());
    }

    /** The numbers of all patches that lie at (a, b): [R, outHeight, outWidth, C]. */
    private static INDArray ofPatches(Convolution g, Tensor patches, int a, int b) {
        return Nd4jMemory.strided(
                patches,
                (a * (long) g.kernel() + b) * g.channels(),
                new long[] {
                    patches.size() / ((long) g.positions() * g.patch()), g.outHeight(), g.outWidth(), g.channels()
                },
                (long) g.positions() * g.patch(),
                (long) g.outWidth() * g.patch(),
                g.patch(),
                1);
    }

    private Tensor allocatePadded(Convolution g, int images) {
        int border = 2 * g.padding();
        Tensor padded = backend.allocate(images, g.height() + border, g.width() + border, g.channels());
        backend.fill(padded, 0);
        return padded;
    }

    /** The images inside their padding, or x itself as channels-last images: [R, height, width, C]. */
    private static INDArray inside(Convolution g, Tensor padded) {
        int p = g.padding();
        return shifted(padded, p, p, 1, g.height() + 2 * p, g.width() + 2 * p, g.channels(), g.height(), g.width());
    }

    private static INDArray channelsLast(Convolution g, Tensor x) {
        long[] shape = {x.size() / g.inputs(), g.height(), g.width(), g.channels()};
        return g.channelsFirst()
                ? Nd4jMemory.strided(x, 0, shape, g.inputs(), g.width(), 1, (long) g.height() * g.width())
                : Nd4jMemory.strided(x, 0, shape, g.inputs(), (long) g.width() * g.channels(), g.channels(), 1);
    }

    private void patches(Convolution g, Tensor x, Tensor out) {
        try (Tensor padded = allocatePadded(g, x.length(0))) {
            inside(g, padded).assign(channelsLast(g, x));
            for (int a = 0; a < g.kernel(); a++) {
                for (int b = 0; b < g.kernel(); b++) {
                    ofPatches(g, out, a, b).assign(shifted(g, padded, a, b));
                }
            }
        }
    }

    /**
     * Work on some images: their patches buffer [count·positions, patch], inputs [count, inputs], outputs
     * [count·positions, out].
     */
    private interface Group {
        void run(int from, Tensor patches, Tensor x, Tensor y);
    }

    private void forEachGroup(Convolution g, int images, Tensor x, Tensor y, Group work) {
        int group = group(g, images);
        try (Tensor buffer = backend.allocate(group * g.positions(), g.patch())) {
            for (int from = 0; from < images; from += group) {
                int count = Math.min(group, images - from);
                work.run(
                        from,
                        buffer.rows(0, count * g.positions()),
                        x.slice((long) from * g.inputs(), count, g.inputs()),
                        y.slice((long) from * g.outputs(), count * g.positions(), g.outChannels()));
            }
        }
    }

    void convolve(Convolution g, Tensor x, Tensor w, double alpha, double beta, Tensor out) {
        int images = Contract.convolution(g, x, w, out);
        Tensor weight = w.reshape(g.outChannels(), g.patch());
        forEachGroup(g, images, x, out, (from, patches, input, output) -> {
            patches(g, input, patches);
            backend.gemm(false, true, alpha, patches, weight, beta, output);
        });
    }

    void adjoint(Convolution g, Tensor dy, Tensor w, double beta, Tensor dx) {
        int images = Contract.convolutionAdjoint(g, dy, w, dx);
        Tensor weight = w.reshape(g.outChannels(), g.patch());
        backend.scaleOrClear(beta, dx);
        forEachGroup(g, images, dx, dy, (from, patches, input, output) -> {
            backend.gemm(false, false, 1, output, weight, 0, patches);
            try (Tensor padded = allocatePadded(g, input.length(0))) {
                for (int a = 0; a < g.kernel(); a++) {
                    for (int b = 0; b < g.kernel(); b++) {
                        shifted(g, padded, a, b).addi(ofPatches(g, patches, a, b));
                    }
                }
                channelsLast(g, input).addi(inside(g, padded));
            }
        });
    }

    void weightGradient(Convolution g, Tensor x, Tensor dy, double beta, Tensor dw) {
        int images = Contract.convolution(g, x, dw, dy);
        if (images == 0) {
            backend.scaleOrClear(beta, dw);
            return;
        }
        Tensor gradient = dw.reshape(g.outChannels(), g.patch());
        forEachGroup(g, images, x, dy, (from, patches, input, output) -> {
            patches(g, input, patches);
            backend.gemm(true, false, 1, output, patches, from == 0 ? beta : 1, gradient);
        });
    }

    void gram(Convolution g, Tensor x, double alpha, double beta, Tensor gram, Tensor sum) {
        int images = Contract.patchGram(g, x, gram, sum);
        backend.scaleOrClear(beta, gram);
        backend.scaleOrClear(beta, sum);
        try (Tensor part = backend.allocate(g.patch());
                Tensor none = backend.allocate(images * g.outputs())) {
            forEachGroup(g, images, x, none, (from, patches, input, output) -> {
                patches(g, input, patches);
                backend.columnGram(alpha, patches, 1, gram);
                backend.sumRows(patches, 0, part);
                backend.axpyInPlace(alpha, part, sum);
            });
        }
    }

    // ---- maximum ----

    private static INDArray shifted(Pooling g, Tensor x, int j) {
        return shifted(
                x,
                j / g.kernel(),
                j % g.kernel(),
                g.stride(),
                g.height(),
                g.width(),
                g.channels(),
                g.outHeight(),
                g.outWidth());
    }

    /** x as [R, outHeight, outWidth, C]. */
    private static INDArray cells(Pooling g, Tensor x) {
        return Nd4jMemory.flat(x).reshape(x.size() / g.outputs(), g.outHeight(), g.outWidth(), g.channels());
    }

    void maxPool(Pooling g, Tensor x, Tensor out, Tensor index) {
        if (Contract.maxPool(g, x, out, index) == 0) {
            return;
        }
        backend.fill(index, 0);
        INDArray best = cells(g, out).assign(shifted(g, x, 0));
        INDArray where = cells(g, index);
        try (Tensor scratch = backend.allocate(out.shape());
                Tensor candidate = backend.allocate(out.shape())) {
            INDArray value = cells(g, candidate);
            INDArray larger = cells(g, scratch);
            for (int j = 1; j < g.kernel() * g.kernel(); j++) {
                value.assign(shifted(g, x, j));
                value.sub(best, larger);
                Nd4j.exec(new Step(larger, larger, 0));
                // where + larger (j − where)
                where.subi(j).muli(larger.rsubi(1)).addi(j);
                Nd4j.exec(DynamicCustomOp.builder("maximum")
                        .addInputs(best, value)
                        .addOutputs(best)
                        .build());
            }
        }
    }

    /** 1 where index is j, else 0. */
    private static INDArray chosen(Pooling g, Tensor index, int j, Tensor out) {
        INDArray mask = cells(g, index).sub(j, cells(g, out));
        Nd4j.exec(new Abs(mask, mask));
        mask.rsubi(1);
        return Nd4j.exec(new RectifiedLinear(mask, mask, 0));
    }

    /** What is done with direction s, once the places that chose position j of their window are marked. */
    private interface Chosen {
        void visit(int s, int j, INDArray mask, INDArray scratch);
    }

    private void forEachChoice(Pooling g, Tensor index, int directions, Chosen work) {
        try (Tensor mask = backend.allocate(index.shape());
                Tensor scratch = backend.allocate(index.shape())) {
            for (int j = 0; j < g.kernel() * g.kernel(); j++) {
                INDArray marked = chosen(g, index, j, mask);
                for (int s = 0; s < directions; s++) {
                    work.visit(s, j, marked, cells(g, scratch));
                }
            }
        }
    }

    void select(Pooling g, Tensor x, Tensor index, Tensor out) {
        int images = Contract.chosen(g, x, index, out);
        if (images == 0) {
            return;
        }
        int directions = (int) (out.size() / index.size());
        backend.fill(out, 0);
        forEachChoice(g, index, directions, (s, j, mask, scratch) -> {
            Tensor source = direction(x, s, images, g.inputs());
            scratch.assign(shifted(g, source, j)).muli(mask);
            cells(g, direction(out, s, images, g.outputs())).addi(scratch);
        });
    }

    void scatter(Pooling g, Tensor dy, Tensor index, Tensor dx) {
        int images = Contract.chosen(g, dx, index, dy);
        if (images == 0) {
            return;
        }
        int directions = (int) (dy.size() / index.size());
        backend.fill(dx, 0);
        forEachChoice(g, index, directions, (s, j, mask, scratch) -> {
            cells(g, direction(dy, s, images, g.outputs())).mul(mask, scratch);
            shifted(g, direction(dx, s, images, g.inputs()), j).addi(scratch);
        });
    }

    private static Tensor direction(Tensor x, int s, int images, int perImage) {
        return x.slice((long) s * images * perImage, images, perImage);
    }

    // ---- average: pixel by pixel, for all images at once ----

    /** One pixel of every input image and the cell it belongs to, each [R, C]. */
    private interface Member {
        void visit(INDArray pixel, INDArray cell, double share);
    }

    private static void forEachMember(Averaging g, Tensor x, Tensor y, Member work) {
        for (int i = 0; i < g.outHeight(); i++) {
            for (int j = 0; j < g.outWidth(); j++) {
                INDArray cell = pixels(y, g.outputs(), i * g.outWidth() + j, g.channels());
                int rows = g.rowTo(i) - g.rowFrom(i);
                int columns = g.columnTo(j) - g.columnFrom(j);
                for (int k = 0; k < rows * columns; k++) {
                    int pixel = (g.rowFrom(i) + k / columns) * g.width() + g.columnFrom(j) + k % columns;
                    work.visit(pixels(x, g.inputs(), pixel, g.channels()), cell, 1.0 / (rows * columns));
                }
            }
        }
    }

    private static INDArray pixels(Tensor x, int perImage, int pixel, int channels) {
        return Nd4jMemory.strided(x, (long) pixel * channels, new long[] {x.size() / perImage, channels}, perImage, 1);
    }

    void averagePool(Averaging g, Tensor x, Tensor out) {
        if (Contract.averagePool(g, x, out) == 0) {
            return;
        }
        backend.fill(out, 0);
        forEachMember(g, x, out, (pixel, cell, share) -> addScaled(share, pixel, cell));
    }

    void averagePoolAdjoint(Averaging g, Tensor dy, Tensor dx) {
        if (Contract.averagePool(g, dx, dy) == 0) {
            return;
        }
        backend.fill(dx, 0);
        forEachMember(g, dx, dy, (pixel, cell, share) -> addScaled(share, cell, pixel));
    }

    private void addScaled(double share, INDArray x, INDArray sum) {
        try (Tensor scratch = backend.allocate((int) x.size(0), (int) x.size(1))) {
            INDArray part = Nd4jMemory.matrix(scratch, x.size(1)).assign(x);
            sum.addi(part.muli(share));
        }
    }
}
