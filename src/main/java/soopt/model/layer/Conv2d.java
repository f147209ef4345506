package soopt.model.layer;

import java.util.Arrays;
import java.util.function.ToLongFunction;
import soopt.backend.Convolution;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.model.tangent.Pass;

/**
 * Two-dimensional cross-correlation with zero padding: PyTorch's Conv2d on [C, H, W].
 *
 * @param name PyTorch's name of the module: name.weight [out, in, k, k] and name.bias [out]
 * @param weight index of the weight in the layout; the bias follows
 * @param addsBias whether the forward pass adds the bias; else the activation behind it does
 * @param layer index among the layers that own parameters
 */
public record Conv2d(String name, int weight, int layer, Convolution geometry, boolean addsBias, int initialFanIn)
        implements Biased {
    @Override
    public int[] outputShape(int[] inputShape) {
        int[] images = {geometry.channels(), geometry.height(), geometry.width()};
        if (!Arrays.equals(inputShape, images)) {
            throw new IllegalArgumentException(
                    name + " takes images of " + Arrays.toString(images) + ", but gets " + Arrays.toString(inputShape));
        }
        return new int[] {geometry.outChannels(), geometry.outHeight(), geometry.outWidth()};
    }

    @Override
    public void declare(ParameterLayout.Builder layout) {
        Convolution g = geometry;
        layout.addChannelsLast(
                name + ".weight",
                Role.WEIGHT,
                layer,
                initialFanIn,
                g.channels(),
                g.outChannels(),
                g.channels(),
                g.kernel(),
                g.kernel());
        layout.add(name + ".bias", Role.BIAS, layer, initialFanIn, g.outChannels());
    }

    @Override
    public long multiplyAdds(int[] inputShape) {
        return (long) geometry.positions() * geometry.patch() * geometry.outChannels();
    }

    @Override
    public double multiplications(int[] inputShape) {
        return multiplyAdds(inputShape) * (geometry.filtersMinimally() ? 4 / 9.0 : 1);
    }

    @Override
    public long buffers(ToLongFunction<Convolution> scratch) {
        return scratch.applyAsLong(geometry);
    }

    @Override
    public Stage begin(Pass pass, int[] inputShape) {
        return new Affine(pass, new ConvolutionProduct(pass.backend(), geometry), weight, bias(), addsBias);
    }

    @Override
    public int bias() {
        return weight + 1;
    }

    @Override
    public Layer leavingBias() {
        return new Conv2d(name, weight, layer, geometry, false, initialFanIn);
    }
}
