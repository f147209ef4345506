package soopt.model.loss;

import java.util.function.DoubleConsumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.fisher.Sampler;
import soopt.model.tangent.Jets;
import soopt.model.tangent.Series;
import soopt.model.tangent.SeriesSums;
import soopt.model.tangent.Summation;
import soopt.model.tangent.ThirdOrder;

/** Σ (y − t)² / (N·C): ∇²ℓ = 2/(N·C), no higher derivatives. */
final class MeanSquaredError implements Loss.Stage {
    private final Backend backend;
    private final int total;
    private double weight;

    MeanSquaredError(Backend backend, int total) {
        this.backend = backend;
        this.total = total;
    }

    @Override
    public void value(Tensor outputs, Tensor targets, DoubleConsumer value) {
        backend.squaredError(outputs, targets, weight(outputs), value);
    }

    @Override
    public void valueAndGradient(Tensor outputs, Tensor targets, Tensor gradient, DoubleConsumer value) {
        weight = weight(outputs);
        backend.squaredError(outputs, targets, weight, gradient, value);
    }

    private double weight(Tensor outputs) {
        return 1.0 / ((double) total * outputs.length(1));
    }

    @Override
    public void hessian(Tensor v, Tensor out) {
        backend.combine(2 * weight, v, 0, v, out);
    }

    /** One example's loss is ‖y − t‖²/C: √(2/C) e_c. */
    @Override
    public void root(int column, Tensor outputs, Tensor out) {
        int classes = outputs.length(1);
        double[] values = new double[(int) outputs.size()];
        for (int i = column; i < values.length; i += classes) {
            values[i] = Math.sqrt(2.0 / classes) / total;
        }
        backend.fromHost(values, 0, out);
    }

    /** t = y + √(C/2) ε with ε standard normal. */
    @Override
    public void drawn(Sampler sampler, Tensor outputs, Tensor out) {
        double scale = -Math.sqrt(2.0 / outputs.length(1)) / total;
        double[] values = new double[(int) outputs.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = scale * sampler.normal();
        }
        backend.fromHost(values, 0, out);
    }

    @Override
    public void summarize(Jets jets, Summation sums) {
        int n = jets.n1();
        double[] gram = new double[n * n];
        double[] third = new double[n];
        backend.gram(2 * weight, jets.first(), gram, n);
        if (jets.n2() > 0) {
            backend.pairedDots(6 * weight, jets.first().rows(0, jets.n2()), jets.second(), third);
        }
        backend.then(() -> sums.addRows(jets, gram, third));
    }

    /** w Σ_j ⟨y_j, y_{k−j}⟩ over j from 1 to k − 1. */
    @Override
    public void taylor(Series y, SeriesSums sums) {
        for (int row = 0; row < y.alive(); row++) {
            for (int k = 2; k <= y.order(); k++) {
                for (int j = 1; j < k; j++) {
                    if (row < y.count(j) && row < y.count(k - j)) {
                        double product = backend.dot(y.row(j, row), y.row(k - j, row));
                        sums.add(k, y.direction(row), weight * product);
                    }
                }
            }
        }
    }

    @Override
    public void contractThird(Tensor dy, ThirdOrder third) {}
}
