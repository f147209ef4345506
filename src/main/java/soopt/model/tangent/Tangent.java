package soopt.model.tangent;

import java.util.function.UnaryOperator;
import soopt.backend.Tensor;

/**
 * First-order tangents of one activation along n directions, stacked on the leading axis [n·N, …]; or 0, which takes no
 * memory and no work: the network's input does not depend on θ.
 */
public sealed interface Tangent permits Tangent.Zero, Tangent.Of {
    Tangent ZERO = new Zero();

    /** 0 for every direction and number. */
    record Zero() implements Tangent {}

    /** Any numbers. */
    record Of(Tensor values) implements Tangent {}

    static Tangent of(Tensor values) {
        return new Of(values);
    }

    /** What a linear map makes of it: 0 of 0. */
    default Tangent map(UnaryOperator<Tensor> linear) {
        return this instanceof Of of ? of(linear.apply(of.values())) : ZERO;
    }
}
