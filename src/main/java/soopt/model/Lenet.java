package soopt.model;

import soopt.backend.Activation;
import soopt.model.loss.Loss;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;

/**
 * LeNet-5 as in the paper: 5×5 convolutions of 6 and 16 channels without padding, 2×2 max-pooling after each, 120-84
 * units.
 */
@Doc("LeNet-5: conv 6 and 16, 5×5, max-pool 2×2, dense 120-84 (LeCun et al. 1998; the paper's variant)")
public record Lenet(
        @Default("tanh") @Doc("activation after each hidden layer")
        Activation activation,

        @Default("standard") @Doc("how weights enter a layer")
        Parameterization parameterization,

        @Default("softmax-cross-entropy") @Doc("what is made small")
        Loss loss,

        @Default("{weights: 1.0}") @Doc("how parameters start")
        Initialization init)
        implements Model {

    public Lenet {
        Constraints.check(Lenet.class, activation, parameterization, loss, init);
    }

    @Override
    public boolean takesImages() {
        return true;
    }

    @Override
    public Network network(int[] inputShape, int outputs) {
        boolean ntk = parameterization == Parameterization.NTK;
        LayerList layers = new LayerList(inputShape);
        for (int channels : new int[] {6, 16}) {
            layers.convolution("conv" + layers.owners(), channels, 5, 1, 0, ntk)
                    .activation(activation)
                    .maxPool(2, 2);
        }
        layers.flatten();
        for (int width : new int[] {120, 84}) {
            layers.dense("fc" + layers.owners(), width, ntk).activation(activation);
        }
        return layers.dense("fc" + layers.owners(), outputs, ntk).network(loss);
    }
}
