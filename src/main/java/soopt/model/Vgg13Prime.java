package soopt.model;

import soopt.backend.Activation;
import soopt.model.loss.Loss;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;

/** VGG-13′: the features of configuration B (10 convolutions) and one dense layer. */
@Doc("VGG-13′: 10 convolutions of VGG configuration B, average, one dense layer (Simonyan and Zisserman 2015)")
public record Vgg13Prime(
        @Default("elu") @Doc("activation after each convolution")
        Activation activation,

        @Default("standard") Parameterization parameterization,
        @Default("softmax-cross-entropy") Loss loss,
        @Default("{weights: 1.4142135623730951}") Initialization init)
        implements Model {

    public Vgg13Prime {
        Constraints.check(Vgg13Prime.class, activation, parameterization, loss, init);
    }

    @Override
    public boolean takesImages() {
        return true;
    }

    @Override
    public Network network(int[] inputShape, int outputs) {
        return VggFeatures.B.network(inputShape, outputs, activation, parameterization, loss);
    }
}
