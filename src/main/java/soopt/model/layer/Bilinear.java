package soopt.model.layer;

import soopt.backend.Tensor;

/**
 * A(x; W), linear in the input x and in the weight W: the product of a dense layer or a convolution. It acts on rows of
 * one example each; any number of directions may be stacked on the leading axis.
 */
interface Bilinear {
    /** out [R, outputs] ← α A(x; W) + β out; x: [R, inputs]. */
    void apply(Tensor x, Tensor weight, double alpha, double beta, Tensor out);

    /** out [R, inputs] ← A*(dy; W) + β out, the adjoint in x; dy: [R, outputs]. */
    void applyAdjoint(Tensor dy, Tensor weight, double beta, Tensor out);

    /** out (shape of W) ← Σ over rows of the adjoint in W + β out. */
    void weightGradient(Tensor x, Tensor dy, double beta, Tensor out);

    /** y ← y + bias, bias [channels]; y: [R, outputs]. */
    void addBias(Tensor bias, Tensor y);

    /** out [channels] ← Σ over rows (and positions) of dy + β out. */
    void biasGradient(Tensor dy, double beta, Tensor out);

    /**
     * gram [in, in] += α Σ a aᵀ and sums [in] += α Σ a over the rows (and positions) of x, where a is what one row of
     * W is multiplied with: a row of x, or a patch.
     */
    void addInputGram(double alpha, Tensor x, Tensor gram, Tensor sums);

    /**
     * out [R·positions, m] ← filters a, one row for each position; x: [R, inputs].
     *
     * @param filters [m, in]
     */
    void project(Tensor x, Tensor filters, Tensor out);

    /** T, the number of products of W with some a that make one example of y. */
    int positions();

    /** Numbers of one row of W: what a has. */
    int fanIn();

    /** Rows of W: channels of y. */
    default int channels() {
        return outputs() / positions();
    }

    /** Numbers per example of x. */
    int inputs();

    /** Numbers per example of y. */
    int outputs();
}
