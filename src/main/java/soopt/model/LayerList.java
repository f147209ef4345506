package soopt.model;

import java.util.ArrayList;
import java.util.List;
import soopt.backend.Activation;

/** Builds a network layer by layer, counting parameters and following the shapes; the names of modules are given as PyTorch would. */
final class LayerList {
    private final int[] inputShape;
    private final List<Layer> layers = new ArrayList<>();
    private int[] shape;
    private int parameters;
    private int owners;

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
        return shape.length == 1 ? this : add(new Flatten());
    }

    LayerList scale(double by) {
        return add(new Scale(by));
    }

    LayerList activation(Activation activation) {
        return activation == Activation.IDENTITY ? this : add(new Elementwise(activation));
    }

    /** A dense layer; with ntk its inputs are scaled by 1/√fan_in and its weights start with variance σ_w². */
    LayerList dense(String name, int out, boolean ntk) {
        int in = shape[0];
        if (ntk) {
            scale(1 / Math.sqrt(in));
        }
        add(new Dense(name, parameters, owners, in, out, true, ntk ? 1 : in));
        parameters += 2;
        owners++;
        return this;
    }

    Network network(Loss loss) {
        return new Network(inputShape, layers, loss);
    }
}
