package soopt.experiment.folder;

import java.util.List;

/**
 * A row of metrics.csv: the state after an epoch, or before training for epoch 0.
 *
 * @param step steps done
 * @param samplesSeen training examples that these steps looked at
 * @param trainLoss mean over the epoch's training examples of the loss before the update that they took part in; at epoch 0 the loss of
 *     the training set
 * @param trainAccuracy fraction in [0, 1] of the same examples predicted right before that update; at epoch 0 of the training set; NaN
 *     for regression
 * @param validationLoss mean loss, NaN without validation examples
 * @param stepSize multiplier of the update (learning rate, λ₁) that the epoch used
 * @param gradientEvaluations ∇L of one batch for the steps, so far
 * @param productEvaluations ∇²L v or Gauss–Newton products of one batch for the steps, so far
 * @param summaryEvaluations ḡ, H̄, D̄³ of one batch for the steps, so far
 * @param recordGradientEvaluations ∇L of one batch for recorded matrices, so far
 * @param recordSummaryEvaluations ḡ, H̄, D̄³ of one batch for recorded matrices and steps.csv, so far
 * @param trainSeconds so far, in steps, without the derivatives of curvature
 * @param curvatureSeconds so far, in derivatives of curvature for the steps
 * @param recordSeconds so far, in recorded matrices and the measurements of steps.csv
 * @param evaluationSeconds so far, in evaluations
 * @param wallSeconds so far, everything
 * @param peakMemoryBytes largest sum of live tensors in the epoch
 * @param restarts how often the run went on from a checkpoint
 */
public record MetricsRow(
        int epoch,
        long step,
        long samplesSeen,
        double trainLoss,
        double trainAccuracy,
        double validationLoss,
        double validationAccuracy,
        double testLoss,
        double testAccuracy,
        double stepSize,
        long gradientEvaluations,
        long productEvaluations,
        long summaryEvaluations,
        long recordGradientEvaluations,
        long recordSummaryEvaluations,
        double trainSeconds,
        double curvatureSeconds,
        double recordSeconds,
        double evaluationSeconds,
        double wallSeconds,
        long peakMemoryBytes,
        int restarts) {
    /** The columns of metrics.csv. */
    public static final List<String> COLUMNS = List.of(
            "epoch",
            "step",
            "samples_seen",
            "train_loss",
            "train_acc",
            "val_loss",
            "val_acc",
            "test_loss",
            "test_acc",
            "step_size",
            "grad_evals",
            "hvp_evals",
            "summary_evals",
            "record_grad_evals",
            "record_summary_evals",
            "train_time_s",
            "curvature_time_s",
            "record_time_s",
            "eval_time_s",
            "wall_time_s",
            "peak_memory_bytes",
            "restart_count");

    Object[] values() {
        return new Object[] {
            epoch,
            step,
            samplesSeen,
            trainLoss,
            trainAccuracy,
            validationLoss,
            validationAccuracy,
            testLoss,
            testAccuracy,
            stepSize,
            gradientEvaluations,
            productEvaluations,
            summaryEvaluations,
            recordGradientEvaluations,
            recordSummaryEvaluations,
            trainSeconds,
            curvatureSeconds,
            recordSeconds,
            evaluationSeconds,
            wallSeconds,
            peakMemoryBytes,
            restarts
        };
    }
}
