package soopt.experiment.file;

import java.util.List;
import java.util.Optional;
import soopt.optimizer.schedule.Horizon;
import soopt.optimizer.schedule.Plateau;
import soopt.optimizer.schedule.Schedule;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** How long a run trains and on which batches. */
public record Training(
        @Range(min = 0) @Doc("passes over the training examples; 0 only evaluates")
        int epochs,

        @Default("100") @Range(min = 1) @Doc("examples of one step")
        int batchSize,

        @Default("100") @Range(min = 1) @Doc("examples of one computation of curvature")
        int curvatureBatchSize,

        @Default("1000") @Range(min = 1) @Doc("examples that are evaluated at once")
        int evaluationBatchSize,

        @Default("false")
        @Doc("one step per epoch, gradient and curvature of all training examples, batch-size of them at a time")
        boolean fullBatch,

        @Doc("lowers the step size when the training loss of an epoch stops falling")
        Optional<Plateau> plateau,

        @Doc("changes the step size in the course of training; a plateau comes on top")
        Optional<Schedule> schedule,

        @Doc("ends a run before its epochs are over: time, work, a target, early stopping")
        Optional<Budget> budget) {
    public Training {
        Constraints.check(
                Training.class,
                epochs,
                batchSize,
                curvatureBatchSize,
                evaluationBatchSize,
                fullBatch,
                plateau,
                schedule,
                budget);
    }

    /** The same for so many epochs. */
    public Training lasting(int number) {
        return new Training(
                number, batchSize, curvatureBatchSize, evaluationBatchSize, fullBatch, plateau, schedule, budget);
    }

    /** What the step size is multiplied with after so many steps, beside what the plateau makes of it. */
    public double scheduled(long steps, int stepsPerEpoch) {
        return schedule.map(it -> it.factor(steps, Horizon.of(epochs, stepsPerEpoch)))
                .orElse(1.0);
    }

    /** What its schedule needs more steps for, a line each. */
    public List<String> doubts(int stepsPerEpoch) {
        return schedule.map(it -> it.doubts(Horizon.of(epochs, stepsPerEpoch))).orElse(List.of());
    }
}
