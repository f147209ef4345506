package soopt.experiment.loop;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import soopt.backend.dense.SymmetricEigen;
import soopt.file.JsonObject;

/**
 * When a run has diverged: a loss of a batch or of an evaluation or ‖update‖ is not finite, or such a loss exceeds
 * {@link #FACTOR} max(1, |L(θ₀)|) with L(θ₀) the training loss before the first step.
 */
final class Divergence {
    static final double FACTOR = 1e6;

    private Divergence() {}

    /** What is wrong with the step, if it must not be taken. */
    static Optional<String> of(double loss, double updateNorm, double initialLoss) {
        if (Double.isFinite(loss) && !Double.isFinite(updateNorm)) {
            return Optional.of("the norm of the update is " + updateNorm);
        }
        return of("the loss", loss, initialLoss);
    }

    /** What is wrong with a loss that was measured. */
    static Optional<String> of(String what, double loss, double initialLoss) {
        if (!Double.isFinite(loss)) {
            return Optional.of(what + " is " + loss);
        }
        double limit = FACTOR * (Double.isFinite(initialLoss) ? Math.max(1, Math.abs(initialLoss)) : 1);
        return loss > limit ? Optional.of(what + " is " + loss + ", above " + limit) : Optional.empty();
    }

    /** One line for the user: where, what, and what to try. */
    static String message(String problem, Position position, Optional<LatestRefresh.Told> refresh, Advice advice) {
        return "diverged at step " + (position.step() + 1) + " (epoch " + (position.epoch() + 1) + "): " + problem
                + refresh.map(rates -> "; the largest learning rate is that of " + largest(rates))
                        .orElse("")
                + "; " + advice.afterDivergence();
    }

    /** The same for a loss that was measured after a step. */
    static String messageAfter(String problem, Position position, Advice advice) {
        if (position.step() == 0) {
            return "the parameters at the start are of no use: " + problem
                    + "; try other starting parameters or inputs scaled to about 1";
        }
        return "diverged after step " + position.step() + ": " + problem + "; " + advice.afterDivergence();
    }

    private static String largest(LatestRefresh.Told refresh) {
        double[] eta = refresh.etaApplied();
        int largest = 0;
        for (int s = 1; s < eta.length; s++) {
            largest = Math.abs(eta[s]) > Math.abs(eta[largest]) ? s : largest;
        }
        return refresh.names().get(largest) + " (" + eta[largest] + ")";
    }

    /** incident.json of a measured loss. */
    static JsonObject incidentAfter(String message, Position position, Evaluator.Held held) {
        return new JsonObject()
                .put("message", message)
                .put("steps_done", position.step())
                .put("epochs_done", position.epoch())
                .put("val_loss", held.validation().loss())
                .put("test_loss", held.test().loss())
                .put("initial_loss", position.initialLoss());
    }

    /** Of a symmetric matrix [S][S], rising; empty where it has none. */
    private static Optional<double[]> eigenvalues(double[][] matrix) {
        boolean finite = Arrays.stream(matrix).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite);
        return finite ? SymmetricEigen.values(matrix) : Optional.empty();
    }

    /**
     * incident.json: what is needed to look at the step again.
     *
     * @param streams how far the batches for curvature were drawn, the step's own included
     */
    static JsonObject incident(
            String message,
            Position position,
            double loss,
            double updateNorm,
            int[] indices,
            Map<String, double[]> streams,
            Optional<LatestRefresh.Told> refresh) {
        JsonObject object = new JsonObject()
                .put("message", message)
                .put("step", position.step() + 1)
                .put("epoch", position.epoch() + 1)
                .put("step_in_epoch", position.stepInEpoch() + 1)
                .put("batch_loss", loss)
                .put("update_norm", updateNorm)
                .put("initial_loss", position.initialLoss())
                .put("batch_indices", indices);
        JsonObject drawn = new JsonObject();
        streams.forEach(drawn::put);
        object.put("streams", drawn);
        refresh.ifPresent(told -> {
            object.put("groups", told.names());
            told.vectors().forEach(object::put);
            told.matrices().forEach(object::put);
            eigenvalues(told.averaged()).ifPresent(values -> object.put("eigenvalues", values));
            object.put(
                    "eta_largest",
                    Arrays.stream(told.etaApplied()).map(Math::abs).max().orElse(Double.NaN));
        });
        return object;
    }
}
