package soopt.backend.cpu;

import java.util.function.IntConsumer;
import soopt.backend.Convolution;
import soopt.backend.Tensor;
import soopt.backend.vector.WinogradLoops;

/**
 * 3×3 convolutions of stride 1 by Winograd's F(2×2, 3×3): exact like the sum itself, with 2.25 times fewer products,
 * which are 16 matrix products over tiles of 2×2 outputs. The adjoint is a convolution with the filters turned, and
 * turning a filter permutes its planes.
 */
public final class CpuWinograd {
    private static final int PLANES = 16;
    /** Where the plane of the turned filter lies, along one axis. */
    private static final int[] TURNED = {3, 1, 2, 0};
    /** Tiles worked on at once: enough rows for the products to be efficient, few enough to stay in the cache. */
    private static final int TILES = 512;
    /** Tiles below which transforming the filters costs more than the products save. */
    private static final int LEAST_TILES = 48;
    /** Numbers between two planes, so that the same row of all of them does not fall into the same set of the cache. */
    private static final int GAP = 48;

    private final CpuBackend backend;
    private final WinogradLoops loops;

    CpuWinograd(CpuBackend backend, WinogradLoops loops) {
        this.backend = backend;
        this.loops = loops;
    }

    boolean suits(Convolution g, int images) {
        return g.filtersMinimally()
                && (long) images * g.positions() >= 4 * LEAST_TILES
                && g.channels() % loops.lanes() == 0
                && g.outChannels() % loops.lanes() == 0;
    }

    /** Numbers of the planes of a convolution and of its adjoint, at most. */
    public static long buffers(Convolution g) {
        if (!g.filtersMinimally()) {
            return 0;
        }
        long filters = (long) g.channels() * g.outChannels();
        int tiles = Math.max(
                TILES,
                Math.max(Tiling.inputs(g).tiles(), Tiling.inputs(turned(g)).tiles()));
        return PLANES * (filters + (long) tiles * (g.channels() + g.outChannels()) + 3L * GAP);
    }

    /** The convolution that the adjoint is, with the filters turned by 180°. */
    private static Convolution turned(Convolution g) {
        return new Convolution(
                g.outChannels(), g.outHeight(), g.outWidth(), g.channels(), g.kernel(), 1, 2 - g.padding(), false);
    }

    /** Images [height, width, channels] cut into tiles of 2×2 positions, of which there are [rows, columns]. */
    private record Tiling(int height, int width, int channels, int rows, int columns) {
        /** The input images, by positions of the output. */
        static Tiling inputs(Convolution g) {
            return new Tiling(g.height(), g.width(), g.channels(), (g.outHeight() + 1) / 2, (g.outWidth() + 1) / 2);
        }

        /** The output images. */
        static Tiling outputs(Convolution g) {
            return new Tiling(
                    g.outHeight(), g.outWidth(), g.outChannels(), (g.outHeight() + 1) / 2, (g.outWidth() + 1) / 2);
        }

        int tiles() {
            return rows * columns;
        }

        int image() {
            return height * width * channels;
        }

        /** How many images are worked on at once. */
        int group(int images) {
            return Math.max(1, Math.min(images, TILES / tiles()));
        }
    }

    /** 16 planes of [rows, columns]. */
    private final class Planes implements AutoCloseable {
        private final Tensor memory;
        private final int columns;
        private final int stride;

        Planes(int rows, int columns) {
            this.columns = columns;
            this.stride = rows * columns + GAP;
            this.memory = backend.allocate(PLANES * stride);
        }

        Tensor plane(int index, int rows) {
            return memory.slice((long) index * stride, rows, columns);
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    void convolve(Convolution g, Tensor x, Tensor w, double alpha, double beta, Tensor out) {
        try (Planes filters = filters(g, w)) {
            correlate(g, x, filters, false, alpha, beta, out);
        }
    }

    void adjoint(Convolution g, Tensor dy, Tensor w, double beta, Tensor dx) {
        try (Planes filters = filters(g, w)) {
            correlate(turned(g), dy, filters, true, 1, beta, dx);
        }
    }

    /** @param turned whether the filters are [in, out], to be turned, instead of [out, in] */
    private void correlate(
            Convolution g, Tensor x, Planes filters, boolean turned, double alpha, double beta, Tensor out) {
        Tiling in = Tiling.inputs(g);
        int images = (int) (x.size() / g.inputs());
        int group = in.group(images);
        int filterRows = turned ? g.channels() : g.outChannels();
        try (Planes inputs = new Planes(group * in.tiles(), g.channels());
                Planes products = new Planes(group * in.tiles(), g.outChannels())) {
            for (int from = 0; from < images; from += group) {
                int count = Math.min(group, images - from);
                int tiles = count * in.tiles();
                transformInputs(g, x.slice((long) from * g.inputs(), count, g.inputs()), inputs);
                forEachPlane((long) tiles * filters.stride, i -> {
                    Tensor filter = filters.plane(turned ? 4 * TURNED[i / 4] + TURNED[i % 4] : i, filterRows);
                    CpuProduct.multiplyAlone(
                            false, !turned, alpha, inputs.plane(i, tiles), filter, 0, products.plane(i, tiles));
                });
                transformOutputs(g, products, beta, out.slice((long) from * g.outputs(), count, g.outputs()));
            }
        }
    }

    /** dw ← Gᵀ [Σ over tiles of (A dy Aᵀ) ⊗ (Bᵀ x B)] G + β dw. */
    void weightGradient(Convolution g, Tensor x, Tensor dy, double beta, Tensor dw) {
        Tiling in = Tiling.inputs(g);
        int images = (int) (x.size() / g.inputs());
        int group = in.group(images);
        try (Planes sums = new Planes(g.outChannels(), g.channels());
                Planes inputs = new Planes(group * in.tiles(), g.channels());
                Planes errors = new Planes(group * in.tiles(), g.outChannels())) {
            for (int from = 0; from < images; from += group) {
                int count = Math.min(group, images - from);
                int tiles = count * in.tiles();
                transformInputs(g, x.slice((long) from * g.inputs(), count, g.inputs()), inputs);
                transformErrors(g, dy.slice((long) from * g.outputs(), count, g.outputs()), errors);
                int beginning = from;
                forEachPlane((long) tiles * sums.stride, i -> {
                    Tensor sum = sums.plane(i, g.outChannels());
                    CpuProduct.multiplyAlone(
                            true,
                            false,
                            1,
                            errors.plane(i, tiles),
                            inputs.plane(i, tiles),
                            beginning == 0 ? 0 : 1,
                            sum);
                });
            }
            int filter = 9 * g.channels();
            backend.workers()
                    .share(
                            g.outChannels(),
                            1,
                            4 * dw.size(),
                            (from, to, part) -> loops.filterGradients(
                                    CpuBackend.bytes(sums.memory),
                                    CpuBackend.at(sums.memory) + from * g.channels(),
                                    sums.stride,
                                    to - from,
                                    g.channels(),
                                    beta,
                                    CpuBackend.bytes(dw),
                                    CpuBackend.at(dw) + from * filter));
        }
    }

    /** One product for each of the planes, each by one thread. */
    private void forEachPlane(long multiplyAdds, IntConsumer product) {
        backend.workers().share(PLANES, 1, PLANES * multiplyAdds / CpuProduct.GEMM_WORK, (from, to, part) -> {
            for (int i = from; i < to; i++) {
                product.accept(i);
            }
        });
    }

    private Planes filters(Convolution g, Tensor w) {
        Planes out = new Planes(g.outChannels(), g.channels());
        int filter = 9 * g.channels();
        backend.workers()
                .share(
                        g.outChannels(),
                        1,
                        4 * w.size(),
                        (from, to, part) -> loops.filters(
                                CpuBackend.bytes(w),
                                CpuBackend.at(w) + from * filter,
                                to - from,
                                g.channels(),
                                CpuBackend.bytes(out.memory),
                                CpuBackend.at(out.memory) + from * g.channels(),
                                out.stride));
        return out;
    }

    /** What is done with a row of tiles of a padded image. */
    private interface TileRow {
        /** @param at position of the row's first pixel; {@code to} that of its first tile in a plane */
        void transform(Tensor padded, int at, int line, int to);
    }

    private void transformInputs(Convolution g, Tensor images, Planes out) {
        Tiling in = Tiling.inputs(g);
        forEachRow(
                in,
                g.padding(),
                2,
                images,
                (padded, at, line, to) -> loops.inputs(
                        CpuBackend.bytes(padded),
                        at,
                        line,
                        in.columns(),
                        in.channels(),
                        CpuBackend.bytes(out.memory),
                        CpuBackend.at(out.memory) + to,
                        out.stride));
    }

    private void transformErrors(Convolution g, Tensor images, Planes out) {
        Tiling errors = Tiling.outputs(g);
        forEachRow(
                errors,
                0,
                0,
                images,
                (padded, at, line, to) -> loops.errors(
                        CpuBackend.bytes(padded),
                        at,
                        line,
                        errors.columns(),
                        errors.channels(),
                        CpuBackend.bytes(out.memory),
                        CpuBackend.at(out.memory) + to,
                        out.stride));
    }

    /**
     * Pads each image by {@code margin} above and on the left, to whole tiles and {@code overlap} more below and on the
     * right.
     */
    private void forEachRow(Tiling in, int margin, int overlap, Tensor images, TileRow row) {
        int height = 2 * in.rows() + overlap;
        int width = 2 * in.columns() + overlap;
        int line = width * in.channels();
        int count = images.length(0);
        int threads = backend.workers().parts(8 * images.size());
        try (Tensor buffer = backend.allocate(threads, height * line)) {
            backend.workers().share(count, 1, 8 * images.size(), (from, end, part) -> {
                Tensor padded = buffer.rows(part, part + 1);
                for (int image = from; image < end; image++) {
                    loops.pad(
                            CpuBackend.bytes(images),
                            CpuBackend.at(images) + image * in.image(),
                            in.height(),
                            in.width(),
                            in.channels(),
                            margin,
                            CpuBackend.bytes(padded),
                            CpuBackend.at(padded),
                            height,
                            width);
                    for (int r = 0; r < in.rows(); r++) {
                        int to = (image * in.tiles() + r * in.columns()) * in.channels();
                        row.transform(padded, CpuBackend.at(padded) + 2 * r * line, line, to);
                    }
                }
            });
        }
    }

    private void transformOutputs(Convolution g, Planes products, double beta, Tensor out) {
        Tiling tiling = Tiling.outputs(g);
        int rows = out.length(0) * tiling.rows();
        backend.workers().share(rows, 1, 8 * out.size(), (from, to, part) -> {
            for (int r = from; r < to; r++) {
                int y = 2 * (r % tiling.rows());
                int pixel = (r / tiling.rows() * g.outHeight() + y) * g.outWidth();
                loops.outputs(
                        CpuBackend.bytes(products.memory),
                        CpuBackend.at(products.memory) + r * tiling.columns() * g.outChannels(),
                        products.stride,
                        tiling.columns(),
                        g.outChannels(),
                        beta,
                        CpuBackend.bytes(out),
                        CpuBackend.at(out) + pixel * g.outChannels(),
                        Math.min(2, g.outHeight() - y),
                        g.outWidth());
            }
        });
    }
}
