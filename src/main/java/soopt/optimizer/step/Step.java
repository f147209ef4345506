package soopt.optimizer.step;

import java.util.Optional;
import java.util.OptionalDouble;
import soopt.backend.Tensor;
import soopt.curvature.Value;
import soopt.file.JsonObject;

/**
 * What an optimizer proposes.
 *
 * @param value L of the training batch at θ, before the update
 * @param gradientNorm ‖∇L‖₂ there
 * @param update [P] to add to θ, owned by the optimizer and valid until its next step; empty when the step does not
 *     move, as when it was tried and rejected
 * @param updateNorm ‖update‖₂, where the method asked for it
 * @param refresh what the curvature along groups was and what was made of it, at steps that computed it
 * @param trial what was seen of the step before it was proposed, by methods that look
 * @param details what this method alone knows: a line of solver.jsonl
 * @param intervention what a safeguard did
 */
public record Step(
        Value value,
        double gradientNorm,
        Optional<Tensor> update,
        OptionalDouble updateNorm,
        Optional<Refresh> refresh,
        Optional<Trial> trial,
        Optional<JsonObject> details,
        Optional<Intervention> intervention) {
    private static Step of(Value value, double gradientNorm, Optional<Tensor> update, OptionalDouble updateNorm) {
        return new Step(
                value,
                gradientNorm,
                update,
                updateNorm,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A step that moves, of a method that does not look. */
    public static Step moving(Value value, double gradientNorm, Tensor update) {
        return of(value, gradientNorm, Optional.of(update), OptionalDouble.empty());
    }

    /** The same with the numbers that were read with it. */
    public static Step moving(Readings readings, Tensor update) {
        return of(
                readings.value(),
                readings.gradientNorm(),
                Optional.of(update),
                OptionalDouble.of(readings.updateNorm()));
    }

    /** A step that stays. */
    public static Step resting(Value value, double gradientNorm) {
        return of(value, gradientNorm, Optional.empty(), OptionalDouble.empty());
    }

    public Step with(Refresh computed) {
        return new Step(value, gradientNorm, update, updateNorm, Optional.of(computed), trial, details, intervention);
    }

    public Step with(Trial tried) {
        return new Step(value, gradientNorm, update, updateNorm, refresh, Optional.of(tried), details, intervention);
    }

    public Step with(JsonObject known) {
        return new Step(value, gradientNorm, update, updateNorm, refresh, trial, Optional.of(known), intervention);
    }

    /** The same step if nothing was done. */
    public Step with(Optional<Intervention> done) {
        return new Step(value, gradientNorm, update, updateNorm, refresh, trial, details, done);
    }

    /** The same without its update, which is not finite. */
    public Step dropped() {
        Intervention done = new Intervention(Intervention.Kind.DROPPED, loss(), Double.NaN);
        return new Step(
                value,
                gradientNorm,
                Optional.empty(),
                OptionalDouble.empty(),
                refresh,
                trial,
                details,
                Optional.of(done));
    }

    /** L of the training batch at θ. */
    public double loss() {
        return value.loss();
    }
}
