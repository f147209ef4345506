package soopt.model;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;

/** Placeholder: layers in a row, a loss, and the layout of their parameters. */
public final class Network {
    public ParameterLayout layout() {
        throw new UnsupportedOperationException();
    }

    /**
     * The mean loss of this network on one batch.
     *
     * @param inputs [N, features]
     * @param targets [N] class indices stored as numbers, or [N, outputs]
     */
    public Objective objective(Backend backend, Tensor inputs, Tensor targets) {
        throw new UnsupportedOperationException();
    }

    /** Summed loss and number of correct predictions (NaN for regression) on a batch, without derivatives. */
    public Score score(Backend backend, Tensor theta, Tensor inputs, Tensor targets) {
        throw new UnsupportedOperationException();
    }

    /**
     * @param lossSum Σ over examples of the loss of one
     * @param correct examples predicted right, NaN for regression
     */
    public record Score(double lossSum, double correct, int examples) {}
}
