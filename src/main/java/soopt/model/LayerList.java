package soopt.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import soopt.backend.Activation;
import soopt.backend.Averaging;
import soopt.backend.Convolution;
import soopt.backend.Pooling;
import soopt.model.layer.AveragePool2d;
import soopt.model.layer.Biased;
import soopt.model.layer.Conv2d;
import soopt.model.layer.Dense;
import soopt.model.layer.Elementwise;
import soopt.model.layer.Flatten;
import soopt.model.layer.Layer;
import soopt.model.layer.MaxPool2d;
import soopt.model.layer.Scale;
import soopt.model.layer.Units;
import soopt.model.loss.Loss;

/**
 * Builds a network layer by layer, counting parameters and following the shapes; the names of modules are given as
 * PyTorch would. Images enter as [C, H, W] and are channels-last in memory after the first convolution.
 */
final class LayerList {
    private final int[] inputShape;
    private final List<Layer> layers = new ArrayList<>();
    private int[] shape;
    private int parameters;
    private int owners;
    private boolean channelsLast;
    /** The image that was flattened, until a layer takes it. */
    private Optional<Units> flattened = Optional.empty();

    LayerList(int[] inputShape) {
        this.inputShape = inputShape.clone();
        this.shape = inputShape.clone();
    }

    private LayerList add(Layer layer) {
        shape = layer.outputShape(shape);
        layers.add(layer);
        return this;
    }

    /** Number of layers with parameters so far. */
    int owners() {
        return owners;
    }

    LayerList flatten() {
        if (shape.length == 1) {
            return this;
        }
        int[] image = shape;
        add(new Flatten());
        flattened = Optional.of(channelsLast ? new Units(List.of(shape[0]), image[0]) : Units.of(image));
        return this;
    }

    LayerList scale(double by) {
        return add(new Scale(by));
    }

    /**
     * An activation; it adds the bias of the layer before it, also when pooling comes between: max(z) + b = max(z + b).
     */
    LayerList activation(Activation activation) {
        if (activation == Activation.IDENTITY) {
            return this;
        }
        int last = layers.size() - 1;
        if (last >= 0 && layers.get(last) instanceof Biased affine) {
            layers.set(last, affine.leavingBias());
            return add(new Elementwise(activation, affine.bias()));
        }
        return add(new Elementwise(activation, -1));
    }

    /** A dense layer; with ntk its inputs are scaled by 1/√fan_in and its weights start with variance σ_w². */
    LayerList dense(String name, int out, boolean ntk) {
        return dense(name, Units.of(out), ntk);
    }

    private LayerList dense(String name, Units out, boolean ntk) {
        Units in = flattened.orElseGet(() -> Units.of(shape[0]));
        flattened = Optional.empty();
        if (ntk) {
            scale(1 / Math.sqrt(in.count()));
        }
        add(new Dense(name, parameters, owners, in, out, true, ntk ? 1 : in.count()));
        return owned();
    }

    private LayerList owned() {
        parameters += 2;
        owners++;
        return this;
    }

    private void requireImage(String layer) {
        if (shape.length != 3) {
            throw new IllegalArgumentException(layer
                    + " takes images [channels, height, width], but the data are vectors of " + shape[0] + " numbers");
        }
    }

    LayerList convolution(String name, int out, int kernel, int stride, int padding, boolean ntk) {
        requireImage(name);
        Convolution geometry = geometry(name, out, kernel, stride, padding);
        int fanIn = geometry.patch();
        if (ntk) {
            scale(1 / Math.sqrt(fanIn));
        }
        add(new Conv2d(name, parameters, owners, geometry, true, ntk ? 1 : fanIn));
        channelsLast = true;
        return owned();
    }

    /** The geometry at this place, refused in the name of its layer. */
    private Convolution geometry(String name, int out, int kernel, int stride, int padding) {
        try {
            return new Convolution(shape[0], shape[1], shape[2], out, kernel, stride, padding, !channelsLast);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Max-pooling. It commutes with a non-decreasing activation before it, and then all that is nonlinear works on a
     * quarter of the numbers (curvature.md §3): the two change places.
     */
    LayerList maxPool(int kernel, int stride) {
        requirePooling("max-pool");
        Layer pool = new MaxPool2d(new Pooling(shape[0], shape[1], shape[2], kernel, stride));
        Layer last = layers.get(layers.size() - 1);
        if (last instanceof Elementwise elementwise && elementwise.activation().isMonotone()) {
            layers.remove(layers.size() - 1);
            return add(pool).add(last);
        }
        return add(pool);
    }

    LayerList averagePool(int kernel, int stride) {
        requirePooling("average-pool");
        return add(new AveragePool2d(Averaging.windows(shape[0], shape[1], shape[2], kernel, stride)));
    }

    LayerList adaptiveAveragePool(int outHeight, int outWidth) {
        requirePooling("average-pool");
        return add(new AveragePool2d(Averaging.adaptive(shape[0], shape[1], shape[2], outHeight, outWidth)));
    }

    private void requirePooling(String layer) {
        requireImage(layer);
        if (!channelsLast) {
            throw new IllegalArgumentException(layer + " must come after a convolution");
        }
    }

    Network network(Loss loss) {
        return new Network(inputShape, layers, loss, false);
    }

    /** The network whose targets are its inputs, under the mean squared error: behind a dense layer that makes them. */
    Network reconstruction(String name, boolean ntk) {
        dense(name, Units.of(inputShape), ntk);
        return new Network(inputShape, layers, Loss.MEAN_SQUARED_ERROR, true);
    }
}
