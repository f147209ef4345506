package soopt.model;

import soopt.model.loss.Loss;
import soopt.spec.Refused;

/** A network by name: its architecture, its loss and its initialization. */
@Refused(
        keys = {"batch-norm", "batch-normalization", "bn"},
        why = "it couples the examples of a batch, so that the curvature of a batch is no sum over its examples")
public sealed interface Model permits Mlp, DeepMlp, Lenet, Vgg, AutoencoderMlp {
    /** How the parameters start. */
    Initialization init();

    Loss loss();

    /** Whether inputs are images [channels, height, width]; else they are of any shape, taken as vectors. */
    default boolean takesImages() {
        return false;
    }

    /** Whether the inputs are the targets, so that those of the data do not count. */
    default boolean reconstructs() {
        return false;
    }

    /**
     * The network for inputs and outputs of these sizes.
     *
     * @param inputShape shape of one example, e.g. [1, 28, 28]
     * @param outputs number of classes or of regression targets
     * @throws IllegalArgumentException if the shapes do not fit, in one line for the user
     */
    Network network(int[] inputShape, int outputs);
}
