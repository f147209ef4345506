package soopt.model;

import soopt.backend.Activation;
import soopt.model.loss.Loss;

/**
 * The networks of Simonyan and Zisserman (2015, table 1) with their dense layers replaced by one, as in the paper's VGG-11′: 3×3
 * convolutions with padding 1, a 2×2 max-pool after each block, average over what is left, one dense layer.
 */
enum VggFeatures {
    A(1, 1, 2, 2, 2),
    B(2, 2, 2, 2, 2),
    D(2, 2, 3, 3, 3),
    E(2, 2, 4, 4, 4);

    private static final int[] CHANNELS = {64, 128, 256, 512, 512};
    private final int[] convolutions;

    VggFeatures(int... convolutions) {
        this.convolutions = convolutions;
    }

    Network network(
            int[] inputShape, int outputs, Activation activation, Parameterization parameterization, Loss loss) {
        boolean ntk = parameterization == Parameterization.NTK;
        LayerList layers = new LayerList(inputShape);
        for (int block = 0; block < CHANNELS.length; block++) {
            for (int i = 0; i < convolutions[block]; i++) {
                layers.convolution("conv" + layers.owners(), CHANNELS[block], 3, 1, 1, ntk)
                        .activation(activation);
            }
            layers.maxPool(2, 2);
        }
        layers.adaptiveAveragePool(1, 1).flatten();
        return layers.dense("fc" + layers.owners(), outputs, ntk).network(loss);
    }
}
