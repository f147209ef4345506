package soopt.gym;

import java.util.function.Function;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.step.Batches;

/**
 * A small problem whose answer is known.
 *
 * @param name in kebab case
 * @param doc what is hard in it
 * @param minimum the least loss, or the infimum
 * @param tolerance part of L(θ₀) − minimum that may be left
 * @param window steps over whose end points the loss is averaged: more than one where the batches are noisy
 * @param hasLayers whether it is a network whose layers have Kronecker factors
 */
public record Exercise(
        String name,
        String doc,
        double minimum,
        double tolerance,
        int window,
        boolean hasLayers,
        Function<Backend, Ground> ground) {
    /** The problem on one backend. */
    public interface Ground extends AutoCloseable {
        ParameterLayout layout();

        /** θ₀ [P]; the caller closes it. */
        Tensor start();

        /** What step t ≥ 0 is given. */
        Objective batch(long step);

        /** What a method may take beside that. */
        Batches beside();

        /** The loss without noise. */
        double loss(Tensor theta);

        @Override
        void close();
    }
}
