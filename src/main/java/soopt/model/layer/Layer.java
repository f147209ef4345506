package soopt.model.layer;

import java.util.Optional;
import java.util.function.ToLongFunction;
import soopt.backend.Convolution;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.curvature.fisher.FactoredLayer;
import soopt.model.tangent.Directions;
import soopt.model.tangent.Jets;
import soopt.model.tangent.Pass;
import soopt.model.tangent.Series;
import soopt.model.tangent.SeriesSums;
import soopt.model.tangent.Summation;
import soopt.model.tangent.Tangent;
import soopt.model.tangent.ThirdOrder;

/** One layer of a network: a description without state. What a pass over one batch keeps lies in its {@link Stage}. */
public interface Layer {
    /**
     * Shape of one output example for one input example of the given shape.
     *
     * @throws IllegalArgumentException if the input does not fit, in words for the user
     */
    int[] outputShape(int[] inputShape);

    /** Adds the parameter tensors of this layer in PyTorch's order: weight, bias. */
    default void declare(ParameterLayout.Builder layout) {}

    /** Multiply-adds of one example's forward pass in the affine map; 0 for layers without parameters. */
    default long multiplyAdds(int[] inputShape) {
        return 0;
    }

    /** Those multiplications that are left of them where kernels are filtered minimally. */
    default double multiplications(int[] inputShape) {
        return multiplyAdds(inputShape);
    }

    /**
     * Numbers of the buffers that one call of the backend takes for this layer, however many examples there are.
     *
     * @param scratch {@link soopt.backend.Backend#scratch}
     */
    default long buffers(ToLongFunction<Convolution> scratch) {
        return 0;
    }

    /** Starts a pass of this layer over one batch of examples of the given shape. */
    Stage begin(Pass pass, int[] inputShape);

    /**
     * One layer during one pass over N examples: forward first, then backward, then what needs both. Tensors that it
     * keeps or returns belong to the pass, unless said otherwise. Tangents of n directions are stacked on the leading
     * axis: [n·N, …].
     */
    interface Stage {
        /** y = f(x), x: [N, …]; may overwrite x or return it to the pass, unless it is the pass's input. */
        Tensor forward(Tensor x);

        /**
         * ∂L/∂x from dy = ∂L/∂y [N, …]; keeps dy or returns it to the pass. Only called when something below needs
         * ∂L/∂x.
         */
        Tensor backward(Tensor dy);

        /** Keeps dy for the methods below, when no layer below needs ∂L/∂x. */
        void keepAdjoint(Tensor dy);

        /** Writes ∂L/∂w of this layer's parameters into its places of gradient [P]. */
        default void parameterGradient(Tensor gradient) {}

        /** Carries the jets through this layer and adds its terms of ḡ, H̄ and D̄³ (curvature.md §2 and §3). */
        void summarize(Jets jets, Summation sums);

        /**
         * Carries Taylor coefficients through this layer, and adds what the multiplier of its output gives of the
         * coefficients of L (curvature.md §10).
         */
        void taylor(Series series, SeriesSums sums);

        /** Returns what this layer keeps, after the last summary that needs it. */
        default void release() {}

        /**
         * First-order tangents of all directions: ẏ = ∂_x f ẋ + ∂_w f u; keeps what backwardTangent needs.
         *
         * @param dx [n·N, …]
         * @return [n·N, …]
         */
        Tangent tangent(Tangent dx, Directions directions);

        /** As if no tangent had come by: {@link #backwardTangent} is then {@link #backward} for other adjoints. */
        default void forgetTangent() {}

        /**
         * Tangents of {@link #backward} along the same directions; keeps ddy. Only called when something below needs
         * the result.
         *
         * @param ddy [n·N, …] tangents of ∂L/∂y
         * @return [n·N, …] tangents of ∂L/∂x
         */
        Tensor backwardTangent(Tensor ddy, Directions directions);

        /** Keeps ddy for the methods below, when no layer below needs the tangents of ∂L/∂x. */
        default void keepAdjointTangent(Tensor ddy) {}

        /** Writes the tangent along direction s of ∂L/∂w into this layer's places of out [P]. */
        default void parameterGradientTangent(int s, Tensor out) {}

        /**
         * This layer as a part of the Fisher matrix with Kronecker factors; none without parameters.
         *
         * @param carried whether its adjoints are those that {@link #backwardTangent} kept; else those of backward
         * @param total number of examples that the mean is over
         */
        default Optional<FactoredLayer> factored(boolean carried, int total) {
            return Optional.empty();
        }

        /** Adds this layer's terms of the full D̄³ (curvature.md §7), after tangent and backwardTangent. */
        default void contractThird(Directions directions, ThirdOrder third) {}
    }
}
