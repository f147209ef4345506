package soopt.experiment.folder;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import soopt.file.Column;
import soopt.file.CsvTable;

/**
 * A row of metrics.csv: the state before training (step 0), after an epoch, or within one where {@code evaluate.every}
 * counts steps. Losses and accuracies of data that was not evaluated there are NaN.
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
        long lossEvaluations,
        long gradientEvaluations,
        long productEvaluations,
        long summaryEvaluations,
        double gradientEquivalents,
        long rejectedSteps,
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
    public static final List<Column<MetricsRow>> COLUMNS = List.of(
            new Column<>("epoch", MetricsRow::epoch, "epochs done"),
            new Column<>("step", MetricsRow::step, "steps done"),
            new Column<>("samples_seen", MetricsRow::samplesSeen, "training examples that these steps looked at"),
            new Column<>(
                    "train_loss",
                    MetricsRow::trainLoss,
                    "mean over the training examples of the epoch so far of the loss before the update that they took part in; at step 0 of the training set"),
            new Column<>(
                    "train_acc",
                    MetricsRow::trainAccuracy,
                    "fraction in [0, 1] of the same examples right before that update; at step 0 of the training set"),
            new Column<>(
                    "val_loss", MetricsRow::validationLoss, "mean loss of the validation examples at these parameters"),
            new Column<>(
                    "val_acc", MetricsRow::validationAccuracy, "fraction of the validation examples that is right"),
            new Column<>("test_loss", MetricsRow::testLoss, "mean loss of the test examples at these parameters"),
            new Column<>("test_acc", MetricsRow::testAccuracy, "fraction of the test examples that is right"),
            new Column<>("step_size", MetricsRow::stepSize, "multiplier of the update (learning rate, λ₁)"),
            new Column<>("loss_evals", MetricsRow::lossEvaluations, "L of one batch for the steps, so far"),
            new Column<>("grad_evals", MetricsRow::gradientEvaluations, "∇L of one batch for the steps, so far"),
            new Column<>(
                    "hvp_evals",
                    MetricsRow::productEvaluations,
                    "∇²L v or Gauss–Newton products of one batch for the steps, so far"),
            new Column<>(
                    "summary_evals", MetricsRow::summaryEvaluations, "ḡ, H̄, D̄³ of one batch for the steps, so far"),
            new Column<>(
                    "gradient_equivalents",
                    MetricsRow::gradientEquivalents,
                    "all of these in gradients of a training batch, counted by their matrix products, so far"),
            new Column<>("rejected_steps", MetricsRow::rejectedSteps, "steps tried and not taken, so far"),
            new Column<>(
                    "record_grad_evals",
                    MetricsRow::recordGradientEvaluations,
                    "∇L of one batch for recorded matrices, so far"),
            new Column<>(
                    "record_summary_evals",
                    MetricsRow::recordSummaryEvaluations,
                    "ḡ, H̄, D̄³ of one batch for recorded matrices, steps.csv and fidelity.csv, so far"),
            new Column<>(
                    "train_time_s", MetricsRow::trainSeconds, "in steps, without the derivatives of curvature, so far"),
            new Column<>(
                    "curvature_time_s",
                    MetricsRow::curvatureSeconds,
                    "in derivatives of curvature for the steps, so far"),
            new Column<>(
                    "record_time_s",
                    MetricsRow::recordSeconds,
                    "in recorded matrices and the measurements of steps.csv and fidelity.csv, so far"),
            new Column<>("eval_time_s", MetricsRow::evaluationSeconds, "in evaluations, so far"),
            new Column<>("wall_time_s", MetricsRow::wallSeconds, "everything, so far"),
            new Column<>("peak_memory_bytes", MetricsRow::peakMemoryBytes, "largest sum of live tensors in the epoch"),
            new Column<>("restart_count", MetricsRow::restarts, "how often the run went on from a checkpoint"));

    /** The same where only training examples were looked at. */
    MetricsRow withoutEvaluation() {
        return new MetricsRow(
                epoch,
                step,
                samplesSeen,
                trainLoss,
                trainAccuracy,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                stepSize,
                lossEvaluations,
                gradientEvaluations,
                productEvaluations,
                summaryEvaluations,
                gradientEquivalents,
                rejectedSteps,
                recordGradientEvaluations,
                recordSummaryEvaluations,
                trainSeconds,
                curvatureSeconds,
                recordSeconds,
                evaluationSeconds,
                wallSeconds,
                peakMemoryBytes,
                restarts);
    }

    /**
     * The last row of a metrics.csv in which other than training examples were evaluated, else the last; empty without
     * rows.
     */
    public static Optional<MetricsRow> lastEvaluated(CsvTable metrics) {
        List<MetricsRow> rows = IntStream.range(0, metrics.size())
                .mapToObj(row -> read(metrics, row))
                .toList();
        return rows.stream()
                .filter(row -> !Double.isNaN(row.testLoss) || !Double.isNaN(row.validationLoss))
                .reduce((before, after) -> after)
                .or(() -> rows.stream().reduce((before, after) -> after));
    }

    /** A row of the file; 0 or NaN where a column is missing. The components are read in the order of the columns. */
    static MetricsRow read(CsvTable metrics, int row) {
        Iterator<Double> next = COLUMNS.stream()
                .map(column -> metrics.number(row, column.name()))
                .iterator();
        return new MetricsRow(
                (int) (double) next.next(),
                (long) (double) next.next(),
                (long) (double) next.next(),
                next.next(),
                next.next(),
                next.next(),
                next.next(),
                next.next(),
                next.next(),
                next.next(),
                (long) (double) next.next(),
                (long) (double) next.next(),
                (long) (double) next.next(),
                (long) (double) next.next(),
                next.next(),
                (long) (double) next.next(),
                (long) (double) next.next(),
                (long) (double) next.next(),
                next.next(),
                next.next(),
                next.next(),
                next.next(),
                next.next(),
                (long) (double) next.next(),
                (int) (double) next.next());
    }
}
