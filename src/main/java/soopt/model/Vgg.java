package soopt.model;

import soopt.backend.Activation;
import soopt.model.loss.Loss;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;

/**
 * The networks of Simonyan and Zisserman (2015, table 1) with their dense layers replaced by one, as in the paper's
 * VGG-11′: 3×3 convolutions with padding 1, a 2×2 max-pool after each block, average over what is left, one dense
 * layer.
 */
public sealed interface Vgg extends Model permits Vgg.Vgg11Prime, Vgg.Vgg13Prime, Vgg.Vgg16Prime, Vgg.Vgg19Prime {
    Activation activation();

    Parameterization parameterization();

    /** Convolutions of each of the five blocks. */
    int[] convolutions();

    @Override
    default boolean takesImages() {
        return true;
    }

    @Override
    default Network network(int[] inputShape, int outputs) {
        int[] channels = {64, 128, 256, 512, 512};
        boolean ntk = parameterization() == Parameterization.NTK;
        LayerList layers = new LayerList(inputShape);
        for (int block = 0; block < channels.length; block++) {
            for (int i = 0; i < convolutions()[block]; i++) {
                layers.convolution("conv" + layers.owners(), channels[block], 3, 1, 1, ntk)
                        .activation(activation());
            }
            layers.maxPool(2, 2);
        }
        layers.adaptiveAveragePool(1, 1).flatten();
        return layers.dense("fc" + layers.owners(), outputs, ntk).network(loss());
    }

    /** VGG-11′: the features of configuration A (8 convolutions). */
    @Doc("VGG-11′: 8 convolutions of VGG configuration A, average, one dense layer (Simonyan and Zisserman 2015)")
    record Vgg11Prime(
            @Default("elu") @Doc("activation after each convolution")
            Activation activation,

            @Default("standard") @Doc("how weights enter a layer")
            Parameterization parameterization,

            @Default("softmax-cross-entropy") @Doc("what is made small")
            Loss loss,

            @Default("{weights: 1.4142135623730951}") @Doc("how parameters start")
            Initialization init)
            implements Vgg {
        public Vgg11Prime {
            Constraints.check(Vgg11Prime.class, activation, parameterization, loss, init);
        }

        @Override
        public int[] convolutions() {
            return new int[] {1, 1, 2, 2, 2};
        }
    }

    /** VGG-13′: the features of configuration B (10 convolutions). */
    @Doc("VGG-13′: 10 convolutions of VGG configuration B, average, one dense layer (Simonyan and Zisserman 2015)")
    record Vgg13Prime(
            @Default("elu") @Doc("activation after each convolution")
            Activation activation,

            @Default("standard") @Doc("how weights enter a layer")
            Parameterization parameterization,

            @Default("softmax-cross-entropy") @Doc("what is made small")
            Loss loss,

            @Default("{weights: 1.4142135623730951}") @Doc("how parameters start")
            Initialization init)
            implements Vgg {
        public Vgg13Prime {
            Constraints.check(Vgg13Prime.class, activation, parameterization, loss, init);
        }

        @Override
        public int[] convolutions() {
            return new int[] {2, 2, 2, 2, 2};
        }
    }

    /** VGG-16′: the features of configuration D (13 convolutions). */
    @Doc("VGG-16′: 13 convolutions of VGG configuration D, average, one dense layer (Simonyan and Zisserman 2015)")
    record Vgg16Prime(
            @Default("elu") @Doc("activation after each convolution")
            Activation activation,

            @Default("standard") @Doc("how weights enter a layer")
            Parameterization parameterization,

            @Default("softmax-cross-entropy") @Doc("what is made small")
            Loss loss,

            @Default("{weights: 1.4142135623730951}") @Doc("how parameters start")
            Initialization init)
            implements Vgg {
        public Vgg16Prime {
            Constraints.check(Vgg16Prime.class, activation, parameterization, loss, init);
        }

        @Override
        public int[] convolutions() {
            return new int[] {2, 2, 3, 3, 3};
        }
    }

    /** VGG-19′: the features of configuration E (16 convolutions). */
    @Doc("VGG-19′: 16 convolutions of VGG configuration E, average, one dense layer (Simonyan and Zisserman 2015)")
    record Vgg19Prime(
            @Default("elu") @Doc("activation after each convolution")
            Activation activation,

            @Default("standard") @Doc("how weights enter a layer")
            Parameterization parameterization,

            @Default("softmax-cross-entropy") @Doc("what is made small")
            Loss loss,

            @Default("{weights: 1.4142135623730951}") @Doc("how parameters start")
            Initialization init)
            implements Vgg {
        public Vgg19Prime {
            Constraints.check(Vgg19Prime.class, activation, parameterization, loss, init);
        }

        @Override
        public int[] convolutions() {
            return new int[] {2, 2, 4, 4, 4};
        }
    }
}
