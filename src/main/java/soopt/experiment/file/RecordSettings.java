package soopt.experiment.file;

import java.util.Optional;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** What a run writes down and how often. */
public record RecordSettings(
        @Default("{}") @Doc("the matrices H̄, H̄⁻¹, H̄ + (λ_int/2) ‖Dη‖ D² and its inverse")
        Curvature curvature,

        @Default("{}") @Doc("rows of steps.csv") Steps steps,

        @Default("{}") @Doc("files from which the run can go on")
        Checkpoints checkpoint,

        @Doc("rows of fidelity.csv: updates against their models, group by group and on another batch; none without")
        Optional<Fidelity> fidelity) {
    public RecordSettings {
        Constraints.check(RecordSettings.class, curvature, steps, checkpoint, fidelity);
    }

    /** When matrices are written, and of which loss. */
    public record Curvature(
            @Default("1 epoch") @Doc("e.g. 1 epoch, 200 steps, never")
            Every every,

            @Default("false")
            @Doc(
                    "H̄ of the whole training set along its gradient; else the optimizer's last H̄ (of one batch if it has none)")
            boolean fullBatch,

            @Default("1.0") @Range(min = 0) @Doc("λ_int of the regularized matrix where the optimizer has none")
            double damping,

            @Default("all") @Doc("of which moments the matrices stay: all, last, or the last N")
            Keep keep,

            @Default("full") @Doc("what curvature.jsonl tells of each refresh")
            CurvatureLog log) {
        public Curvature {
            Constraints.check(Curvature.class, every, fullBatch, damping, keep, log);
            every.requireCount("every");
        }
    }

    /** When a step is measured: exact Taylor terms of its batch's loss along the update, and the change that came. */
    public record Steps(
            @Default("100 steps") @Doc("e.g. 100 steps, 1 epoch, never; the first update always, unless never")
            Every every) {
        public Steps {
            Constraints.check(Steps.class, every);
            every.requireCount("every");
        }
    }

    /** When a checkpoint is written; one is always written at the end. */
    public record Checkpoints(
            @Default("5 min") @Doc("e.g. 5 min, 1 epoch, 1000 steps, never")
            Every every) {
        public Checkpoints {
            Constraints.check(Checkpoints.class, every);
        }
    }

    /**
     * When an update is held against Taylor's model of the loss, as a whole and group by group, on the batch of the
     * model and on another one.
     */
    public record Fidelity(
            @Default("1 epoch")
            @Doc(
                    "e.g. 1 epoch, 100 steps, never: the first step of each, of a method that refreshes its curvature the first that does")
            Every every) {
        public Fidelity {
            Constraints.check(Fidelity.class, every);
            every.requireCount("every");
        }
    }
}
