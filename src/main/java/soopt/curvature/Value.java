package soopt.curvature;

/**
 * A loss and what else its forward pass tells.
 *
 * @param loss L(θ)
 * @param correct how many of the examples are predicted right; NaN if that is not known or no classification
 */
public record Value(double loss, double correct) {
    /** A loss of something that does not classify. */
    public static Value of(double loss) {
        return new Value(loss, Double.NaN);
    }

    /** With Σ n_i L_i / N added up over batches: this sum and one term more. */
    public Value plus(double weight, Value term) {
        return new Value(loss + weight * term.loss, correct + term.correct);
    }
}
