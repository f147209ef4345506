package soopt.model.loss;

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
import soopt.spec.Doc;

/** The loss of a network's outputs, a mean over the batch; how it is evaluated is {@link #begin}. */
public enum Loss {
    @Doc("mean over the batch of −log softmax(y)[label]")
    SOFTMAX_CROSS_ENTROPY,
    @Doc("mean over the batch and the outputs of (y − t)²")
    MEAN_SQUARED_ERROR;

    /** The loss at one batch of outputs; every example has the weight 1/total, so that chunks add up to the mean. */
    public interface Stage {
        /**
         * The sum over this batch of the weighted losses.
         *
         * @param value receives it when {@link Backend#then} would run it
         */
        void value(Tensor outputs, Tensor targets, DoubleConsumer value);

        /** As value; gradient ← ∇ℓ, and keeps what the others need. */
        void valueAndGradient(Tensor outputs, Tensor targets, Tensor gradient, DoubleConsumer value);

        /** out ← ∇²ℓ v for v [n·N, C]. */
        void hessian(Tensor v, Tensor out);

        /** Number of columns of {@link #root}: the outputs. */
        default int columns(Tensor outputs) {
            return outputs.length(1);
        }

        /** out [N, C] ← w r, where r is a column of a root of one example's ∇²ℓ, Σ r rᵀ = ∇²ℓ, and w its weight. */
        void root(int column, Tensor outputs, Tensor out);

        /** out [N, C] ← ∇ℓ at targets drawn from the model. */
        void drawn(Sampler sampler, Tensor outputs, Tensor out);

        /** Adds ∇²ℓ[ẏ, ẏ] and ∇³ℓ[ẏ, ẏ, ẏ] + 3∇²ℓ[ẏ, ÿ]. */
        void summarize(Jets jets, Summation sums);

        /** Adds the coefficients of tᵏ, k from 2 to K, of ℓ(y(t)) without the linear terms ∇ℓ·y_k. */
        void taylor(Series y, SeriesSums sums);

        /** Adds ∇³ℓ[ẏ^i, ẏ^j, ẏ^k]; dy: [n, N·C], may be destroyed. */
        void contractThird(Tensor dy, ThirdOrder third);
    }

    /** @param total number of examples that the mean is over */
    public Stage begin(Pass pass, int total) {
        Backend backend = pass.backend();
        return switch (this) {
            case SOFTMAX_CROSS_ENTROPY -> new SoftmaxCrossEntropy(pass, backend, 1.0 / total);
            case MEAN_SQUARED_ERROR -> new MeanSquaredError(backend, total);
        };
    }

    /** Whether targets are class indices, one per example. */
    public boolean isClassification() {
        return this == SOFTMAX_CROSS_ENTROPY;
    }
}
