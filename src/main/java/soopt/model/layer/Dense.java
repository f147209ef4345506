package soopt.model.layer;

import java.util.Arrays;
import java.util.stream.IntStream;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.model.tangent.Pass;

/**
 * y = x Wᵀ + b on flat inputs.
 *
 * @param name PyTorch's name of the module: the parameters are name.weight [out, in] and name.bias [out]
 * @param weight index of the weight in the layout; the bias follows
 * @param addsBias whether the forward pass adds the bias; else the activation behind it does
 * @param layer index among the layers that own parameters
 * @param initialFanIn what the initialization divides the weights' variance by: in, or 1 when a scale before the layer
 *     does it
 */
public record Dense(String name, int weight, int layer, Units in, Units out, boolean addsBias, int initialFanIn)
        implements Biased {
    @Override
    public int[] outputShape(int[] inputShape) {
        if (inputShape.length != 1 || inputShape[0] != in.count()) {
            throw new IllegalArgumentException(
                    name + " takes " + in.count() + " inputs, but gets " + Arrays.toString(inputShape));
        }
        return new int[] {out.count()};
    }

    @Override
    public void declare(ParameterLayout.Builder layout) {
        int[] axes = IntStream.concat(IntStream.of(out.lengths()), IntStream.of(in.lengths()))
                .toArray();
        layout.add(name + ".weight", Role.WEIGHT, layer, initialFanIn, in.channels(), axes, out.count(), in.count());
        layout.add(name + ".bias", Role.BIAS, layer, initialFanIn, out.count());
    }

    @Override
    public long multiplyAdds(int[] inputShape) {
        return (long) in.count() * out.count();
    }

    @Override
    public Stage begin(Pass pass, int[] inputShape) {
        return new Affine(pass, new DenseProduct(pass.backend(), in.count(), out.count()), weight, bias(), addsBias);
    }

    @Override
    public int bias() {
        return weight + 1;
    }

    @Override
    public Layer leavingBias() {
        return new Dense(name, weight, layer, in, out, false, initialFanIn);
    }
}
