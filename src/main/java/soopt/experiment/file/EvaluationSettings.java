package soopt.experiment.file;

import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * When and on how many examples a run is evaluated: a row of metrics.csv with losses and accuracies of data that it
 * does not train on.
 */
public record EvaluationSettings(
        @Default("1 epoch")
        @Doc(
                "when validation and test examples are evaluated, e.g. 1 epoch, 5 epochs, 200 steps, never; before training and after the last epoch always")
        Every every,

        @Default("0") @Range(min = 0) @Doc("the first so many examples of each part that is evaluated; 0 for all")
        int limit) {
    public EvaluationSettings {
        Constraints.check(EvaluationSettings.class, every, limit);
        every.requireCount("every");
    }

    /** Whether it is due after this step (from 1). */
    public boolean dueAfterStep(long step) {
        return every.dueAfterStep(step);
    }

    /**
     * Whether it is due at the end of an epoch (from 1) of so many.
     *
     * @param step steps done then
     */
    public boolean dueAfterEpoch(int epoch, int epochs, long step) {
        return epoch == epochs || every.dueAfterEpoch(epoch) || every.dueAfterStep(step);
    }

    /** How many of so many examples are evaluated. */
    public int of(int examples) {
        return limit == 0 ? examples : Math.min(limit, examples);
    }
}
