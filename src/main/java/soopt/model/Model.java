package soopt.model;

/** A network by name: its architecture and its initialization. */
public sealed interface Model permits Mlp {
    /** How the parameters start. */
    Initialization init();

    /**
     * The network for inputs and outputs of these sizes.
     *
     * @param inputShape shape of one example, e.g. [1, 28, 28]
     * @param outputs number of classes or of regression targets
     * @throws soopt.spec.SpecException if the shapes do not fit
     */
    Network network(int[] inputShape, int outputs);
}
