package soopt.backend.cuda;

import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import soopt.backend.Contract;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaMemory.Scratch;
import soopt.backend.cuda.Kernels.Kernel;
import soopt.backend.cuda.Kernels.Theme;

/** Softmax cross-entropy and its derivatives, in float64 on the device. */
final class CudaLosses {
    private final CudaMemory memory;
    private final CudaResults results;
    private final CudaSums sums;
    private final Kernel crossEntropy;
    private final Kernel isCorrect;
    private final Kernel total;
    private final Kernel hessian;
    private final Kernel outerProducts;
    private final Kernel centre;

    CudaLosses(CudaMemory memory, CudaResults results, CudaSums sums, Kernels kernels) {
        this.memory = memory;
        this.results = results;
        this.sums = sums;
        this.crossEntropy = kernels.kernel(Theme.LOSSES, "crossEntropy");
        this.isCorrect = kernels.kernel(Theme.LOSSES, "isCorrect");
        this.total = kernels.kernel(Theme.LOSSES, "total");
        this.outerProducts = kernels.kernel(Theme.LOSSES, "outerProducts");
        this.hessian = kernels.kernel(Theme.LOSSES, "softmaxHessian");
        this.centre = kernels.kernel(Theme.LOSSES, "centre");
    }

    /** What leaves a number for each example and, after them, the index of each whose label is no class. */
    private interface Examples {
        void run(long values, long wrong);
    }

    /** Σ over the examples; labels that are no classes are refused when it is used. */
    private void total(Tensor logits, Tensor labels, Examples kernel, DoubleConsumer use) {
        int rows = logits.length(0);
        if (rows == 0) {
            results.then(() -> use.accept(0));
            return;
        }
        long out = results.reserve(2);
        try (Scratch examples = memory.scratch(2L * rows)) {
            kernel.run(examples.at(0), examples.at(rows));
            total.start()
                    .put(examples.at(0))
                    .put(examples.at(rows))
                    .put(rows)
                    .put(out)
                    .blocks(1, 1);
        }
        results.give(2, (values, from) -> {
            requireClasses(labels, (int) values[from + 1], logits.length(1));
            use.accept(values[from]);
        });
    }

    /** @param wrong the first label that is no class, or their number */
    private void requireClasses(Tensor labels, int wrong, int classes) {
        if (wrong < labels.size()) {
            double[] label = new double[1];
            memory.toHost(labels.slice(wrong, 1), label, 0);
            Contract.label(label[0], wrong, classes);
            throw new IllegalArgumentException("label " + wrong + " of a batch is no class of " + classes);
        }
    }

    void loss(Tensor logits, Tensor labels, double w, DoubleConsumer use) {
        Contract.classes(logits, labels);
        loss(logits, labels, w, 0, 0, use);
    }

    void loss(Tensor logits, Tensor labels, double w, Tensor p, Tensor gradient, DoubleConsumer use) {
        Contract.classes(logits, labels, p, gradient);
        loss(logits, labels, w, CudaMemory.address(p), CudaMemory.address(gradient), use);
    }

    private void loss(Tensor logits, Tensor labels, double w, long p, long gradient, DoubleConsumer use) {
        Examples kernel = (values, wrong) -> crossEntropy
                .start()
                .put(logits)
                .put(labels)
                .put(logits.length(0))
                .put(logits.length(1))
                .wide(w)
                .put(p)
                .put(gradient)
                .put(values)
                .put(wrong)
                .forWarps(logits.length(0));
        total(logits, labels, kernel, sum -> use.accept(w * sum));
    }

    void countCorrect(Tensor logits, Tensor labels, IntConsumer use) {
        Contract.classes(logits, labels);
        Examples kernel = (values, wrong) -> isCorrect
                .start()
                .put(logits)
                .put(labels)
                .put(logits.length(0))
                .put(logits.length(1))
                .put(values)
                .put(wrong)
                .forElements(logits.length(0));
        total(logits, labels, kernel, sum -> use.accept((int) sum));
    }

    void hessian(Tensor p, Tensor v, double w, Tensor out) {
        Contract.softmaxHessian(p, v, out);
        if (v.size() > 0) {
            long all = v.size() / p.length(1);
            hessian.start()
                    .put(p)
                    .put(v)
                    .put(all)
                    .put(p.length(0))
                    .put(p.length(1))
                    .wide(w)
                    .put(out)
                    .forWarps(all);
        }
    }

    void outerProducts(Tensor d, Tensor v, double w, Tensor out) {
        Contract.outerProducts(d, v, out);
        if (v.size() > 0) {
            int classes = d.length(2);
            long all = v.size() / classes;
            outerProducts
                    .start()
                    .put(d)
                    .put(d.length(0))
                    .put(v)
                    .put(all)
                    .put(d.length(1))
                    .put(classes)
                    .wide(w)
                    .put(out)
                    .forWarps(all);
        }
    }

    private void centre(Tensor p, Tensor v) {
        long all = v.size() / p.length(1);
        centre.start().put(p).put(v).put(all).put(p.length(0)).put(p.length(1)).forWarps(all);
    }

    void tangents(Tensor p, Tensor first, double w, double[] gram, int stride) {
        Contract.softmaxTangents(p, first, gram, stride);
        if (first.size() > 0) {
            centre(p, first);
            sums.gram(w, first, p, gram, stride);
        }
    }

    void tangents(Tensor p, Tensor first, Tensor second, int n2, double w, double[] gram, int stride, double[] third) {
        Contract.softmaxTangents(p, first, second, n2, gram, stride, third);
        if (first.size() > 0) {
            centre(p, first);
            sums.softmax(p, first, second, n2, w, gram, stride, third);
        }
    }
}
