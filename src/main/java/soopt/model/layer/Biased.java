package soopt.model.layer;

/** A layer that ends by adding a bias [channels], which it can leave to an activation behind it. */
public interface Biased extends Layer {
    /** Index of the bias in the layout. */
    int bias();

    /** The same layer whose forward pass does not add the bias. */
    Layer leavingBias();
}
