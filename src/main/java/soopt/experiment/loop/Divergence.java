package soopt.experiment.loop;

import java.util.Arrays;
import java.util.Optional;
import soopt.file.JsonObject;
import soopt.optimizer.Refresh;

/**
 * When a run has diverged: its batch loss or ‖update‖ is not finite, or the batch loss exceeds {@link #FACTOR} max(1, |L(θ₀)|) with L(θ₀)
 * the training loss before the first step.
 */
final class Divergence {
    static final double FACTOR = 1e6;

    private Divergence() {}

    /** What is wrong with the step, if it must not be taken. */
    static Optional<String> of(double loss, double updateNorm, double initialLoss) {
        if (!Double.isFinite(loss)) {
            return Optional.of("the loss is " + loss);
        }
        if (!Double.isFinite(updateNorm)) {
            return Optional.of("the norm of the update is " + updateNorm);
        }
        double limit = FACTOR * Math.max(1, Math.abs(initialLoss));
        return loss > limit ? Optional.of("the loss is " + loss + ", above " + limit) : Optional.empty();
    }

    /** One line for the user: where, what, and what to try. */
    static String message(String problem, Position position, Optional<Refresh> refresh) {
        String where =
                "diverged at step " + (position.step() + 1) + " (epoch " + (position.epoch() + 1) + "): " + problem;
        if (refresh.isEmpty()) {
            return where + "; try a smaller step-size or precision: float64";
        }
        return where + "; the largest learning rate is that of " + largest(refresh.get())
                + "; try a smaller optimizer.step-size, a larger optimizer.cubic.damping, optimizer.clip-negative: true"
                + " or precision: float64";
    }

    private static String largest(Refresh refresh) {
        double[] eta = refresh.etaApplied();
        int largest = 0;
        for (int s = 1; s < eta.length; s++) {
            largest = Math.abs(eta[s]) > Math.abs(eta[largest]) ? s : largest;
        }
        return refresh.partition().groups().get(largest).name() + " (" + eta[largest] + ")";
    }

    /** incident.json: what is needed to look at the step again. */
    static JsonObject incident(
            String message,
            Position position,
            double loss,
            double updateNorm,
            int[] indices,
            Optional<Refresh> refresh) {
        JsonObject object = new JsonObject()
                .put("message", message)
                .put("step", position.step() + 1)
                .put("epoch", position.epoch() + 1)
                .put("step_in_epoch", position.stepInEpoch() + 1)
                .put("batch_loss", loss)
                .put("update_norm", updateNorm)
                .put("initial_loss", position.initialLoss())
                .put("batch_indices", indices);
        refresh.ifPresent(r -> object.put(
                        "groups",
                        r.partition().groups().stream()
                                .map(group -> group.name())
                                .toList())
                .put("g", r.sample().gradient())
                .put("h", r.sample().hessian())
                .put("d3", r.sample().third())
                .put("g_averaged", r.averaged().gradient())
                .put("h_averaged", r.averaged().hessian())
                .put("d3_averaged", r.averaged().third())
                .put("eta_raw", r.etaRaw())
                .put("eta_averaged", r.etaAveraged())
                .put("eta_clipped", r.etaClipped())
                .put("eta_applied", r.etaApplied())
                .put(
                        "eta_largest",
                        Arrays.stream(r.etaApplied()).map(Math::abs).max().orElse(Double.NaN)));
        return object;
    }
}
