package soopt.model;

import soopt.backend.Activation;
import soopt.model.loss.Loss;

/** Images [1, 6, 6], three 3×3 kernels, tanh, max-pool 2×2, dense 12-3, softmax cross-entropy: P = 69. */
public final class SmallConvolution {
    private SmallConvolution() {}

    public static Network network() {
        return new LayerList(new int[] {1, 6, 6})
                .convolution("conv0", 3, 3, 1, 0, false)
                .activation(Activation.TANH)
                .maxPool(2, 2)
                .flatten()
                .dense("fc1", 3, false)
                .network(Loss.SOFTMAX_CROSS_ENTROPY);
    }
}
