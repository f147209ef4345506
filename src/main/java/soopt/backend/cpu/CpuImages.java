package soopt.backend.cpu;

import java.nio.ByteBuffer;
import java.util.Arrays;
import soopt.backend.Averaging;
import soopt.backend.Contract;
import soopt.backend.Convolution;
import soopt.backend.Pooling;
import soopt.backend.Tensor;
import soopt.backend.vector.ImageLoops;
import soopt.backend.vector.WinogradLoops;

/**
 * Convolutions and pooling on the CPU. But for 3×3 kernels on many channels ({@link CpuWinograd}) a convolution is a
 * product of patches and weights, worked through in groups of whole images whose patches stay within a buffer of a few
 * MiB: with channels last the product is the result in place, and float64 runs as float32 does.
 */
final class CpuImages {
    /**
     * Numbers of the patch buffer: large enough that packing the weights for each product does not count, small enough
     * for the cache.
     */
    private static final int PATCH_NUMBERS = 1 << 20;
    /** Rows of a product below which its efficiency falls. */
    private static final int LEAST_ROWS = 512;

    /** Images whose weight gradients one thread sums before they are added to the others. */
    private static final int GRADIENT_IMAGES = 16;

    private final CpuBackend backend;
    private final ImageLoops loops;
    private final CpuWinograd winograd;

    CpuImages(CpuBackend backend, ImageLoops loops, WinogradLoops winogradLoops) {
        this.backend = backend;
        this.loops = loops;
        this.winograd = new CpuWinograd(backend, winogradLoops);
    }

    private static ImageLoops.Shape shape(Convolution g) {
        return new ImageLoops.Shape(
                g.channels(), g.height(), g.width(), g.outHeight(), g.outWidth(), g.kernel(), g.stride(), g.padding());
    }

    private static ImageLoops.Shape shape(Pooling g) {
        return new ImageLoops.Shape(
                g.channels(), g.height(), g.width(), g.outHeight(), g.outWidth(), g.kernel(), g.stride(), 0);
    }

    private static int group(Convolution g, int images) {
        int rows = Math.max(LEAST_ROWS, PATCH_NUMBERS / g.patch());
        return Math.max(1, Math.min(images, rows / g.positions()));
    }

    /** Patches of images from … to − 1, [(to − from)·positions, patch]. */
    private void patches(Convolution g, Tensor x, int from, int to, Tensor out) {
        Tensor images = x.slice((long) from * g.inputs(), to - from, g.inputs());
        if (!g.channelsFirst()) {
            patches(g, images, out);
            return;
        }
        try (Tensor turned = backend.allocate(to - from, g.inputs())) {
            int pixels = g.height() * g.width();
            backend.workers().share(to - from, 1, 4 * images.size(), (first, end, part) -> {
                for (int image = first; image < end; image++) {
                    int at = image * g.inputs();
                    loops.channelsLast(
                            CpuBackend.bytes(images),
                            CpuBackend.at(images) + at,
                            pixels,
                            g.channels(),
                            CpuBackend.bytes(turned),
                            CpuBackend.at(turned) + at);
                }
            });
            patches(g, turned, out);
        }
    }

    private void patches(Convolution g, Tensor images, Tensor out) {
        ByteBuffer source = CpuBackend.bytes(images);
        ByteBuffer target = CpuBackend.bytes(out);
        ImageLoops.Shape shape = shape(g);
        int rowSize = g.outWidth() * g.patch();
        int rows = images.length(0) * g.outHeight();
        backend.workers()
                .share(
                        rows,
                        1,
                        (long) rows * rowSize,
                        (row, end, part) -> loops.patches(
                                shape,
                                source,
                                CpuBackend.at(images),
                                target,
                                CpuBackend.at(out) + row * rowSize,
                                row,
                                end));
    }

    void convolve(Convolution g, Tensor x, Tensor w, double alpha, double beta, Tensor out) {
        int images = Contract.convolution(g, x, w, out);
        if (winograd.suits(g, images)) {
            winograd.convolve(g, x, w, alpha, beta, out);
            return;
        }
        if (g.outChannels() <= loops.narrow()) {
            ImageLoops.Shape shape = shape(g);
            backend.workers()
                    .share(
                            images,
                            1,
                            work(g, images),
                            (from, to, part) -> loops.narrowConvolution(
                                    shape,
                                    g.channelsFirst(),
                                    g.outChannels(),
                                    CpuBackend.bytes(x),
                                    CpuBackend.at(x),
                                    CpuBackend.bytes(w),
                                    CpuBackend.at(w),
                                    alpha,
                                    beta,
                                    CpuBackend.bytes(out),
                                    CpuBackend.at(out),
                                    from,
                                    to));
            return;
        }
        Tensor weight = w.reshape(g.outChannels(), g.patch());
        int group = group(g, images);
        try (Tensor buffer = backend.allocate(group * g.positions(), g.patch())) {
            for (int from = 0; from < images; from += group) {
                int count = Math.min(group, images - from);
                Tensor patches = buffer.rows(0, count * g.positions());
                patches(g, x, from, from + count, patches);
                Tensor part = out.slice((long) from * g.outputs(), count * g.positions(), g.outChannels());
                backend.gemm(false, true, alpha, patches, weight, beta, part);
            }
        }
    }

    void adjoint(Convolution g, Tensor dy, Tensor w, double beta, Tensor dx) {
        int images = Contract.convolutionAdjoint(g, dy, w, dx);
        if (winograd.suits(g, images)) {
            winograd.adjoint(g, dy, w, beta, dx);
            return;
        }
        clearOrScale(beta, dx);
        Tensor weight = w.reshape(g.outChannels(), g.patch());
        ImageLoops.Shape shape = shape(g);
        int group = group(g, images);
        try (Tensor buffer = backend.allocate(group * g.positions(), g.patch())) {
            for (int from = 0; from < images; from += group) {
                int count = Math.min(group, images - from);
                Tensor patches = buffer.rows(0, count * g.positions());
                Tensor part = dy.slice((long) from * g.outputs(), count * g.positions(), g.outChannels());
                backend.gemm(false, false, 1, part, weight, 0, patches);
                int at = CpuBackend.at(dx) + from * g.inputs();
                backend.workers()
                        .share(
                                count,
                                1,
                                patches.size(),
                                (image, end, thread) -> loops.addPatches(
                                        shape,
                                        CpuBackend.bytes(patches),
                                        CpuBackend.at(patches),
                                        CpuBackend.bytes(dx),
                                        at,
                                        image,
                                        end));
            }
        }
    }

    /** x ← β x, where β = 0 clears even NaN. */
    private void clearOrScale(double beta, Tensor x) {
        if (beta == 0) {
            backend.fill(x, 0);
        } else if (beta != 1) {
            backend.scaleInPlace(beta, x);
        }
    }

    void weightGradient(Convolution g, Tensor x, Tensor dy, double beta, Tensor dw) {
        int images = Contract.convolution(g, x, dw, dy);
        if (images == 0) {
            clearOrScale(beta, dw);
            return;
        }
        if (winograd.suits(g, images)) {
            winograd.weightGradient(g, x, dy, beta, dw);
            return;
        }
        if (g.outChannels() <= loops.narrow()) {
            narrowWeightGradient(g, x, dy, images, beta, dw);
            return;
        }
        Tensor gradient = dw.reshape(g.outChannels(), g.patch());
        int group = group(g, images);
        try (Tensor buffer = backend.allocate(group * g.positions(), g.patch())) {
            for (int from = 0; from < images; from += group) {
                int count = Math.min(group, images - from);
                Tensor patches = buffer.rows(0, count * g.positions());
                patches(g, x, from, from + count, patches);
                Tensor part = dy.slice((long) from * g.outputs(), count * g.positions(), g.outChannels());
                backend.gemm(true, false, 1, part, patches, from == 0 ? beta : 1, gradient);
            }
        }
    }

    void gram(Convolution g, Tensor x, double alpha, double beta, Tensor gram, Tensor sum) {
        int images = Contract.patchGram(g, x, gram, sum);
        if (images == 0) {
            clearOrScale(beta, gram);
            clearOrScale(beta, sum);
            return;
        }
        int group = group(g, images);
        try (Tensor buffer = backend.allocate(group * g.positions(), g.patch());
                Tensor part = backend.allocate(g.patch())) {
            for (int from = 0; from < images; from += group) {
                int count = Math.min(group, images - from);
                Tensor patches = buffer.rows(0, count * g.positions());
                patches(g, x, from, from + count, patches);
                backend.columnGram(alpha, patches, from == 0 ? beta : 1, gram);
                backend.sumRows(patches, 0, part);
                if (from == 0) {
                    clearOrScale(beta, sum);
                }
                backend.axpyInPlace(alpha, part, sum);
            }
        }
    }

    private static long work(Convolution g, int images) {
        return (long) images * g.positions() * g.patch();
    }

    private void narrowWeightGradient(Convolution g, Tensor x, Tensor dy, int images, double beta, Tensor dw) {
        ImageLoops.Shape shape = shape(g);
        int filters = g.outChannels() * g.patch();
        int block = Workers.block(images, GRADIENT_IMAGES, filters);
        double[][] sums = new double[Workers.count(images, block)][filters];
        backend.workers()
                .share(
                        images,
                        block,
                        work(g, images),
                        (from, to, part) -> loops.narrowWeightGradient(
                                shape,
                                g.channelsFirst(),
                                g.outChannels(),
                                CpuBackend.bytes(x),
                                CpuBackend.at(x),
                                CpuBackend.bytes(dy),
                                CpuBackend.at(dy),
                                sums,
                                block,
                                from,
                                to));
        double[] total = new double[filters];
        if (beta != 0) {
            backend.toHost(dw, total, 0);
            Arrays.setAll(total, i -> beta * total[i]);
        }
        CpuContractions.addAll(1, sums, total);
        backend.fromHost(total, 0, dw);
    }

    void maxPool(Pooling g, Tensor x, Tensor out, Tensor index) {
        int images = Contract.maxPool(g, x, out, index);
        ImageLoops.Shape shape = shape(g);
        backend.workers()
                .share(
                        images * g.outHeight(),
                        1,
                        2 * x.size(),
                        (from, to, part) -> loops.maxPool(
                                shape,
                                CpuBackend.bytes(x),
                                CpuBackend.at(x),
                                CpuBackend.bytes(out),
                                CpuBackend.at(out),
                                CpuBackend.bytes(index),
                                CpuBackend.at(index),
                                from,
                                to));
    }

    void select(Pooling g, Tensor x, Tensor index, Tensor out) {
        int images = Contract.chosen(g, x, index, out);
        int directions = images == 0 ? 0 : (int) (out.size() / index.size());
        ImageLoops.Shape shape = shape(g);
        backend.workers().share(images * g.outHeight(), 1, x.size(), (from, to, part) -> {
            for (int s = 0; s < directions; s++) {
                loops.select(
                        shape,
                        CpuBackend.bytes(x),
                        CpuBackend.at(x) + s * images * g.inputs(),
                        CpuBackend.bytes(index),
                        CpuBackend.at(index),
                        CpuBackend.bytes(out),
                        CpuBackend.at(out) + s * images * g.outputs(),
                        from,
                        to);
            }
        });
    }

    void scatter(Pooling g, Tensor dy, Tensor index, Tensor dx) {
        int images = Contract.chosen(g, dx, index, dy);
        int directions = images == 0 ? 0 : (int) (dy.size() / index.size());
        backend.fill(dx, 0);
        ImageLoops.Shape shape = shape(g);
        backend.workers().share(images, 1, dx.size(), (from, to, part) -> {
            for (int s = 0; s < directions; s++) {
                loops.scatter(
                        shape,
                        CpuBackend.bytes(dy),
                        CpuBackend.at(dy) + s * images * g.outputs(),
                        CpuBackend.bytes(index),
                        CpuBackend.at(index),
                        CpuBackend.bytes(dx),
                        CpuBackend.at(dx) + s * images * g.inputs(),
                        from * g.outHeight(),
                        to * g.outHeight());
            }
        });
    }

    void averagePool(Averaging g, Tensor x, Tensor out) {
        int images = Contract.averagePool(g, x, out);
        backend.workers().share(images, 1, x.size(), (from, to, part) -> {
            for (int image = from; image < to; image++) {
                int source = CpuBackend.at(x) + image * g.inputs();
                int target = CpuBackend.at(out) + image * g.outputs();
                forEachCell(
                        g,
                        (cell, pixel, rows, columns) -> loops.average(
                                CpuBackend.bytes(x),
                                source + pixel,
                                g.width(),
                                g.channels(),
                                rows,
                                columns,
                                CpuBackend.bytes(out),
                                target + cell));
            }
        });
    }

    void averagePoolAdjoint(Averaging g, Tensor dy, Tensor dx) {
        int images = Contract.averagePool(g, dx, dy);
        backend.fill(dx, 0);
        backend.workers().share(images, 1, dx.size(), (from, to, part) -> {
            for (int image = from; image < to; image++) {
                int source = CpuBackend.at(dy) + image * g.outputs();
                int target = CpuBackend.at(dx) + image * g.inputs();
                forEachCell(
                        g,
                        (cell, pixel, rows, columns) -> loops.spread(
                                CpuBackend.bytes(dy),
                                source + cell,
                                g.width(),
                                g.channels(),
                                rows,
                                columns,
                                CpuBackend.bytes(dx),
                                target + pixel));
            }
        });
    }

    /** What is done with one cell: where it lies in the output, where its first pixel lies in the input, its size. */
    private interface Cell {
        void visit(int cell, int pixel, int rows, int columns);
    }

    private static void forEachCell(Averaging g, Cell cell) {
        for (int i = 0; i < g.outHeight(); i++) {
            for (int j = 0; j < g.outWidth(); j++) {
                cell.visit(
                        (i * g.outWidth() + j) * g.channels(),
                        (g.rowFrom(i) * g.width() + g.columnFrom(j)) * g.channels(),
                        g.rowTo(i) - g.rowFrom(i),
                        g.columnTo(j) - g.columnFrom(j));
            }
        }
    }
}
