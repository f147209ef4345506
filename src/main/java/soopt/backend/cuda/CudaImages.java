package soopt.backend.cuda;

import java.util.Optional;
import soopt.backend.Averaging;
import soopt.backend.Backend;
import soopt.backend.Contract;
import soopt.backend.Convolution;
import soopt.backend.Pooling;
import soopt.backend.Tensor;
import soopt.backend.cuda.Kernels.Kernel;
import soopt.backend.cuda.Kernels.Theme;
import soopt.backend.cuda.driver.Dnn.Operation;

/**
 * Convolutions by cuDNN where somebody asked for it, else as patches times weights, in groups of images whose patches
 * fit into a bounded buffer; and pooling.
 */
final class CudaImages {
    /** Numbers of the patches of one group: 64 MiB in float32. */
    static final long PATCH_NUMBERS = 1 << 24;

    private final Backend backend;
    private final Optional<CudaConvolutions> library;
    private final CudaSums sums;
    private final Kernel patches;
    private final Kernel unpatches;
    private final Kernel maxPool;
    private final Kernel maxPoolSelect;
    private final Kernel maxPoolScatter;
    private final Kernel averagePool;
    private final Kernel averagePoolAdjoint;

    CudaImages(Backend backend, Optional<CudaConvolutions> library, CudaSums sums, Kernels kernels) {
        this.backend = backend;
        this.library = library;
        this.sums = sums;
        this.patches = kernels.kernel(Theme.IMAGES, "patches");
        this.unpatches = kernels.kernel(Theme.IMAGES, "unpatches");
        this.maxPool = kernels.kernel(Theme.IMAGES, "maxPool");
        this.maxPoolSelect = kernels.kernel(Theme.IMAGES, "maxPoolSelect");
        this.maxPoolScatter = kernels.kernel(Theme.IMAGES, "maxPoolScatter");
        this.averagePool = kernels.kernel(Theme.IMAGES, "averagePool");
        this.averagePoolAdjoint = kernels.kernel(Theme.IMAGES, "averagePoolAdjoint");
    }

    /** Numbers of the patch buffer at most. */
    static long scratch(Convolution g) {
        return isPlain(g) ? 0 : Math.max(PATCH_NUMBERS, patchNumbers(g));
    }

    private static long patchNumbers(Convolution g) {
        return (long) g.positions() * g.patch();
    }

    /** Whether the patches of an image are the image. */
    private static boolean isPlain(Convolution g) {
        return g.kernel() == 1 && g.stride() == 1 && (!g.channelsFirst() || g.channels() == 1);
    }

    private static Launch geometry(Launch launch, Convolution g) {
        return launch.put(g.channels())
                .put(g.height())
                .put(g.width())
                .put(g.kernel())
                .put(g.stride())
                .put(g.padding())
                .put(g.outHeight())
                .put(g.outWidth())
                .put(g.channelsFirst() ? 1 : 0);
    }

    // ---- convolution ----

    /** Work on some images: their patches [count·positions, patch], and outputs [count·positions, out]. */
    private interface Group {
        void run(int from, Tensor patches, Tensor x, Tensor y);
    }

    /**
     * Calls for each group of images with its patches, which hold anything when x is to be written.
     *
     * @param y outputs of the images
     */
    private void forEachGroup(Convolution g, int images, boolean reads, Tensor x, Tensor y, Group work) {
        int group = (int) Math.max(1, Math.min(images, PATCH_NUMBERS / patchNumbers(g)));
        if (isPlain(g)) {
            Tensor all = x.reshape(images * g.positions(), g.patch());
            work.run(0, all, x, y.reshape(images * g.positions(), g.outChannels()));
            return;
        }
        try (Tensor buffer = backend.allocate(group * g.positions(), g.patch())) {
            for (int from = 0; from < images; from += group) {
                int count = Math.min(group, images - from);
                Tensor part = buffer.rows(0, count * g.positions());
                Tensor input = x.slice((long) from * g.inputs(), count, g.inputs());
                if (reads) {
                    patches(g, count, input, part);
                }
                work.run(from, part, input, y.slice((long) from * g.outputs(), count * g.positions(), g.outChannels()));
            }
        }
    }

    private void patches(Convolution g, int count, Tensor x, Tensor out) {
        long n = (long) count * g.positions() * g.channels();
        geometry(patches.start().put(n), g).put(x).put(out).forElements(n);
    }

    /** Images that the library did, of the first ones. */
    private int byLibrary(
            Operation operation,
            Convolution g,
            int images,
            double alpha,
            Tensor first,
            Tensor second,
            double beta,
            Tensor out) {
        return library.isEmpty() || isPlain(g)
                ? 0
                : library.get().run(operation, g, images, alpha, first, second, beta, out);
    }

    /** The images from one on. */
    private static Tensor from(int image, int images, int numbers, Tensor x) {
        return image == 0 ? x : x.slice((long) image * numbers, images - image, numbers);
    }

    void convolve(Convolution g, Tensor x, Tensor w, double alpha, double beta, Tensor out) {
        int images = Contract.convolution(g, x, w, out);
        int done = byLibrary(Operation.OUTPUTS, g, images, alpha, x, w, beta, out);
        if (done < images) {
            Tensor weight = w.reshape(g.outChannels(), g.patch());
            forEachGroup(
                    g,
                    images - done,
                    true,
                    from(done, images, g.inputs(), x),
                    from(done, images, g.outputs(), out),
                    (from, part, input, output) -> backend.gemm(false, true, alpha, part, weight, beta, output));
        }
    }

    void adjoint(Convolution g, Tensor dy, Tensor w, double beta, Tensor dx) {
        int images = Contract.convolutionAdjoint(g, dy, w, dx);
        int done = byLibrary(Operation.INPUT_GRADIENT, g, images, 1, dy, w, beta, dx);
        if (done == images) {
            return;
        }
        Tensor weight = w.reshape(g.outChannels(), g.patch());
        boolean plain = isPlain(g);
        Tensor inputs = from(done, images, g.inputs(), dx);
        Tensor outputs = from(done, images, g.outputs(), dy);
        forEachGroup(g, images - done, false, inputs, outputs, (from, part, input, output) -> {
            backend.gemm(false, false, 1, output, weight, plain ? beta : 0, part);
            if (!plain) {
                geometry(unpatches.start().put(input.size()), g)
                        .put(part)
                        .real(beta)
                        .put(input)
                        .forElements(input.size());
            }
        });
    }

    void weightGradient(Convolution g, Tensor x, Tensor dy, double beta, Tensor dw) {
        int images = Contract.convolution(g, x, dw, dy);
        if (images == 0) {
            CudaBackend.scaleOrClear(backend, beta, dw);
            return;
        }
        int done = byLibrary(Operation.WEIGHT_GRADIENT, g, images, 1, x, dy, beta, dw);
        if (done == images) {
            return;
        }
        Tensor gradient = dw.reshape(g.outChannels(), g.patch());
        forEachGroup(
                g,
                images - done,
                true,
                from(done, images, g.inputs(), x),
                from(done, images, g.outputs(), dy),
                (from, part, input, output) ->
                        backend.gemm(true, false, 1, output, part, done + from == 0 ? beta : 1, gradient));
    }

    void gram(Convolution g, Tensor x, double alpha, double beta, Tensor gram, Tensor sum) {
        int images = Contract.patchGram(g, x, gram, sum);
        if (images == 0) {
            CudaBackend.scaleOrClear(backend, beta, gram);
            CudaBackend.scaleOrClear(backend, beta, sum);
            return;
        }
        int group = (int) Math.max(1, Math.min(images, PATCH_NUMBERS / patchNumbers(g)));
        try (Tensor buffer = backend.allocate(group * g.positions(), g.patch())) {
            for (int from = 0; from < images; from += group) {
                int count = Math.min(group, images - from);
                Tensor part = buffer.rows(0, count * g.positions());
                patches(g, count, x.slice((long) from * g.inputs(), count, g.inputs()), part);
                double keep = from == 0 ? beta : 1;
                backend.columnGram(alpha, part, keep, gram);
                sums.sumRows(alpha, part, keep, sum);
            }
        }
    }

    // ---- pooling ----

    private static Launch geometry(Launch launch, Pooling g) {
        return launch.put(g.channels())
                .put(g.height())
                .put(g.width())
                .put(g.kernel())
                .put(g.stride())
                .put(0)
                .put(g.outHeight())
                .put(g.outWidth())
                .put(0);
    }

    private static Launch geometry(Launch launch, Averaging g) {
        return launch.put(g.channels())
                .put(g.height())
                .put(g.width())
                .put(g.kernel())
                .put(g.stride())
                .put(0)
                .put(g.outHeight())
                .put(g.outWidth())
                .put(0);
    }

    void maxPool(Pooling g, Tensor x, Tensor out, Tensor index) {
        if (Contract.maxPool(g, x, out, index) > 0) {
            geometry(maxPool.start().put(out.size()), g)
                    .put(x)
                    .put(out)
                    .put(index)
                    .forElements(out.size());
        }
    }

    void select(Pooling g, Tensor x, Tensor index, Tensor out) {
        if (Contract.chosen(g, x, index, out) > 0 && out.size() > 0) {
            geometry(maxPoolSelect.start().put(out.size()), g)
                    .put(x)
                    .put(index)
                    .put(index.size())
                    .put(out)
                    .forElements(out.size());
        }
    }

    void scatter(Pooling g, Tensor dy, Tensor index, Tensor dx) {
        if (Contract.chosen(g, dx, index, dy) > 0 && dx.size() > 0) {
            geometry(maxPoolScatter.start().put(dx.size()), g)
                    .put(dy)
                    .put(index)
                    .put(index.size())
                    .put(dx)
                    .forElements(dx.size());
        }
    }

    void averagePool(Averaging g, Tensor x, Tensor out) {
        if (Contract.averagePool(g, x, out) > 0) {
            geometry(averagePool.start().put(out.size()), g).put(x).put(out).forElements(out.size());
        }
    }

    void averagePoolAdjoint(Averaging g, Tensor dy, Tensor dx) {
        if (Contract.averagePool(g, dx, dy) > 0) {
            geometry(averagePoolAdjoint.start().put(dx.size()), g)
                    .put(dy)
                    .put(dx)
                    .forElements(dx.size());
        }
    }
}
