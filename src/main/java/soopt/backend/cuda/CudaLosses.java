package soopt.backend.cuda;

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
    private final Kernel centre;

    CudaLosses(CudaMemory memory, CudaResults results, CudaSums sums, Kernels kernels) {
        this.memory = memory;
        this.results = results;
        this.sums = sums;
        this.crossEntropy = kernels.kernel(Theme.LOSSES, "crossEntropy");
        this.isCorrect = kernels.kernel(Theme.LOSSES, "isCorrect");
        this.total = kernels.kernel(Theme.LOSSES, "total");
        this.hessian = kernels.kernel(Theme.LOSSES, "softmaxHessian");
        this.centre = kernels.kernel(Theme.LOSSES, "centre");
    }

    /** What leaves a number for each example and, after them, the index of each whose label is no class. */
    private interface Examples {
        void run(long values, long wrong);
    }

    /** Σ over the examples; refuses labels that are no classes. */
    private double total(Tensor logits, Tensor labels, Examples kernel) {
        int rows = logits.length(0);
        if (rows == 0) {
            return 0;
        }
        double[] answer = new double[2];
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
        results.give(2, (values, from) -> System.arraycopy(values, from, answer, 0, 2));
        results.await();
        int wrong = (int) answer[1];
        if (wrong < rows) {
            double[] label = new double[1];
            memory.toHost(labels.slice(wrong, 1), label, 0);
            Contract.label(label[0], wrong, logits.length(1));
        }
        return answer[0];
    }

    double loss(Tensor logits, Tensor labels, double w) {
        Contract.classes(logits, labels);
        return w * loss(logits, labels, w, 0, 0);
    }

    double loss(Tensor logits, Tensor labels, double w, Tensor p, Tensor gradient) {
        Contract.classes(logits, labels, p, gradient);
        return w * loss(logits, labels, w, CudaMemory.address(p), CudaMemory.address(gradient));
    }

    private double loss(Tensor logits, Tensor labels, double w, long p, long gradient) {
        return total(
                logits,
                labels,
                (values, wrong) -> crossEntropy
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
                        .forWarps(logits.length(0)));
    }

    int countCorrect(Tensor logits, Tensor labels) {
        Contract.classes(logits, labels);
        return (int) total(
                logits,
                labels,
                (values, wrong) -> isCorrect
                        .start()
                        .put(logits)
                        .put(labels)
                        .put(logits.length(0))
                        .put(logits.length(1))
                        .put(values)
                        .put(wrong)
                        .forElements(logits.length(0)));
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
