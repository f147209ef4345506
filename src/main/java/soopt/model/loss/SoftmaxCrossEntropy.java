package soopt.model.loss;

import java.util.Optional;
import java.util.function.DoubleConsumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.fisher.Sampler;
import soopt.model.tangent.Jets;
import soopt.model.tangent.Pass;
import soopt.model.tangent.Series;
import soopt.model.tangent.SeriesSums;
import soopt.model.tangent.Summation;
import soopt.model.tangent.ThirdOrder;

/** Softmax and negative log-likelihood as one node on the logits. */
final class SoftmaxCrossEntropy implements Loss.Stage {
    private final Pass pass;
    private final Backend backend;
    private final double weight;
    private Tensor p;
    private Optional<double[]> onHost = Optional.empty();

    SoftmaxCrossEntropy(Pass pass, Backend backend, double weight) {
        this.pass = pass;
        this.backend = backend;
        this.weight = weight;
    }

    @Override
    public void value(Tensor outputs, Tensor targets, DoubleConsumer value) {
        backend.softmaxCrossEntropy(outputs, targets, weight, value);
    }

    @Override
    public void valueAndGradient(Tensor outputs, Tensor targets, Tensor gradient, DoubleConsumer value) {
        p = pass.allocate(outputs.shape());
        onHost = Optional.empty();
        backend.softmaxCrossEntropy(outputs, targets, weight, p, gradient, value);
    }

    private Tensor perExample(Tensor x) {
        int batch = p.length(0);
        int classes = p.length(1);
        return x.reshape((int) (x.size() / p.size()), batch, classes);
    }

    @Override
    public void hessian(Tensor v, Tensor out) {
        backend.softmaxHessian(p, perExample(v), weight, perExample(out));
    }

    /** A copy of p, which the host reads once. */
    private double[] probabilities() {
        if (onHost.isEmpty()) {
            double[] values = new double[(int) p.size()];
            backend.toHost(p, values, 0);
            onHost = Optional.of(values);
        }
        return onHost.get().clone();
    }

    /** √p_c (p − e_c): diag p − p pᵀ is the mean of (p − e_c)(p − e_c)ᵀ over the classes c. */
    @Override
    public void root(int column, Tensor outputs, Tensor out) {
        double[] values = probabilities();
        int classes = p.length(1);
        for (int from = 0; from < values.length; from += classes) {
            double scale = weight * Math.sqrt(values[from + column]);
            toAdjoint(values, from, classes, column, scale);
        }
        backend.fromHost(values, 0, out);
    }

    @Override
    public void drawn(Sampler sampler, Tensor outputs, Tensor out) {
        double[] values = probabilities();
        int classes = p.length(1);
        for (int from = 0; from < values.length; from += classes) {
            toAdjoint(values, from, classes, sampler.label(values, from, classes), weight);
        }
        backend.fromHost(values, 0, out);
    }

    /** p ← scale (p − onehot). */
    private static void toAdjoint(double[] values, int from, int classes, int label, double scale) {
        values[from + label] -= 1;
        for (int c = from; c < from + classes; c++) {
            values[c] *= scale;
        }
    }

    @Override
    public void summarize(Jets jets, Summation sums) {
        int n = jets.n1();
        double[] gram = new double[n * n];
        double[] third = new double[n];
        Tensor first = perExample(jets.first());
        if (jets.third()) {
            backend.softmaxTangents(p, first, perExample(jets.secondOfAll()), jets.n2(), weight, gram, n, third);
        } else {
            backend.softmaxTangents(p, first, weight, gram, n);
        }
        backend.then(() -> sums.addRows(jets, gram, third));
    }

    /** The label's logit is linear: what remains is log Σ_c p_c exp(y_c(t) − y_c(0)). */
    @Override
    public void taylor(Series y, SeriesSums sums) {
        double[] probabilities = probabilities();
        int classes = p.length(1);
        LogSumExpSeries series = new LogSumExpSeries(y.order());
        for (int row = 0; row < y.alive(); row++) {
            double[][] tangents = new double[row < y.curved() ? y.order() : 2][probabilities.length];
            for (int j = 1; j < tangents.length; j++) {
                backend.toHost(y.row(j, row), tangents[j], 0);
            }
            for (int from = 0; from < probabilities.length; from += classes) {
                double[] coefficients = series.of(probabilities, from, classes, tangents);
                for (int k = 2; k <= y.order(); k++) {
                    sums.add(k, y.direction(row), weight * coefficients[k]);
                }
            }
        }
    }

    /** w Σ_c p_c v^i_c v^j_c v^k_c with v = ẏ − ⟨p, ẏ⟩. */
    @Override
    public void contractThird(Tensor dy, ThirdOrder third) {
        try (Tensor scaled = backend.allocate(dy.shape());
                Tensor w = backend.allocate((int) p.size())) {
            // ∇²ℓ ẏ = w p ⊙ v, from which v itself is not recovered where p = 0: centre a copy instead.
            backend.copy(dy, scaled);
            int n = dy.length(0);
            double[] unused = new double[n * n];
            backend.softmaxTangents(p, perExample(scaled), 1, unused, n);
            backend.combine(weight, p, 0, p, w);
            third.addSymmetric(scaled, w);
        }
    }
}
