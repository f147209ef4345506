package soopt.experiment.loop;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.experiment.file.Every;
import soopt.experiment.folder.Recorder;
import soopt.experiment.folder.StepRow;
import soopt.optimizer.step.Step;

/** Applies some of the updates between the prediction of their effect and its measurement: the rows of steps.csv. */
final class StepProbe {
    /**
     * Taylor's model of a loss along an update δ, exact for any optimizer.
     *
     * @param second DL[δ] + ½ D²L[δ,δ]
     * @param third that plus ⅙ D³L[δ,δ,δ]
     */
    private record Model(double second, double third) {
        /** Of a step that is not taken. */
        static final Model UNKNOWN = new Model(Double.NaN, Double.NaN);

        /** The model at θ; costs one summary with S = 1. */
        static Model of(Objective objective, Tensor theta, Tensor update) {
            CurvatureSummary summary =
                    objective.summary(theta, update, Partition.whole(objective.layout()), Order.THIRD);
            double second = summary.gradient()[0] + summary.hessian()[0][0] / 2;
            return new Model(second, second + summary.third()[0] / 6);
        }
    }

    private final Every every;
    private final Backend backend;
    private final Recorder recorder;
    private final Position position;
    private boolean begun;

    StepProbe(Every every, Backend backend, Recorder recorder, Position position) {
        this.every = every;
        this.backend = backend;
        this.recorder = recorder;
        this.position = position;
    }

    /** Whether an update was measured: a warm-up may pass before the first one. */
    boolean hasBegun() {
        return begun;
    }

    void restore(boolean hasBegun) {
        begun = hasBegun;
    }

    /**
     * Whether the next update is measured: the first one, those at the interval, or the first of every so many epochs.
     */
    boolean isDue() {
        boolean first = !begun;
        boolean firstOfEpoch = position.stepInEpoch() == 0 && every.dueAfterEpoch(position.epoch() + 1);
        return !every.isNever() && (first || firstOfEpoch || every.dueAfterStep(position.step() + 1));
    }

    /** θ ← θ + update, measured; of a step that was tried and not taken, what the method saw. */
    void applyInPlace(Tensor theta, Workload.Batch batch, Step proposed, double updateNorm, double stepSize) {
        begun = true;
        double parameterNorm = Math.sqrt(backend.dot(theta, theta));
        Model model = Model.UNKNOWN;
        double change = Double.NaN;
        if (proposed.update().isPresent()) {
            Tensor update = proposed.update().get();
            model = Model.of(batch.forRecord(), theta, update);
            backend.axpyInPlace(1, update, theta);
            change = batch.forRecord().loss(theta) - proposed.loss();
        }
        recorder.step(new StepRow(
                position.step() + 1,
                position.epoch() + 1,
                proposed.loss(),
                proposed.gradientNorm(),
                updateNorm,
                parameterNorm,
                model.second(),
                model.third(),
                change,
                stepSize,
                proposed.trial()));
    }
}
