package soopt.gym.formula;

import java.util.List;
import org.hipparchus.CalculusFieldElement;
import soopt.curvature.ParameterLayout;

/**
 * L(θ) = h(r(θ)) with a convex h, written once over numbers of any kind: doubles give the loss, Taylor expansions its
 * derivatives.
 */
public interface Formula {
    /** The tensors that θ [P] is made of. */
    ParameterLayout layout();

    /** r(θ): residuals, or outputs; θ [P]. */
    <T extends CalculusFieldElement<T>> List<T> outputs(List<T> theta);

    /** h(r). */
    <T extends CalculusFieldElement<T>> T loss(List<T> outputs);

    /** Vectors as parameter tensors, in order. */
    static ParameterLayout vectors(int... sizes) {
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        for (int i = 0; i < sizes.length; i++) {
            builder.add("block" + i, ParameterLayout.Role.WEIGHT, i, 1, sizes[i]);
        }
        return builder.build();
    }

    /** Σ x_i; at least one. */
    static <T extends CalculusFieldElement<T>> T sum(List<T> terms) {
        return terms.stream().reduce(T::add).orElseThrow();
    }

    /** Σ x_i². */
    static <T extends CalculusFieldElement<T>> T sumOfSquares(List<T> terms) {
        return sum(terms.stream().map(x -> x.multiply(x)).toList());
    }

    /** log(1 + e^z) without overflow. */
    static <T extends CalculusFieldElement<T>> T softplus(T z) {
        return z.getReal() > 0 ? z.add(z.negate().exp().log1p()) : z.exp().log1p();
    }

    /** 1/(1 + e^(−z)). */
    static <T extends CalculusFieldElement<T>> T sigmoid(T z) {
        return z.multiply(0.5).tanh().add(1).multiply(0.5);
    }
}
