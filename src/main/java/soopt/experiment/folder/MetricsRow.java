package soopt.experiment.folder;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import soopt.file.Numbers;

/**
 * A row of metrics.csv: the state before training (step 0), after an epoch, or within one where {@code evaluate.every} counts steps.
 * Losses and accuracies of data that was not evaluated there are NaN.
 *
 * @param epoch epochs done
 * @param step steps done
 * @param samplesSeen training examples that these steps looked at
 * @param trainLoss mean over the epoch's training examples so far of the loss before the update that they took part in; at epoch 0 the loss of
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

    /** The last row of a metrics.csv in which other than training examples were evaluated; empty if it cannot be read. */
    public static Optional<MetricsRow> lastEvaluated(Path file) {
        try (CsvReader<NamedCsvRecord> reader = CsvReader.builder().ofNamedCsvRecord(file)) {
            List<MetricsRow> rows = reader.stream().map(MetricsRow::read).toList();
            return rows.stream()
                    .filter(row -> !Double.isNaN(row.testLoss) || !Double.isNaN(row.validationLoss))
                    .reduce((before, after) -> after)
                    .or(() -> rows.stream().reduce((before, after) -> after));
        } catch (IOException
                | UncheckedIOException
                | CsvParseException
                | NoSuchElementException
                | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static MetricsRow read(NamedCsvRecord row) {
        return new MetricsRow(
                Integer.parseInt(row.getField("epoch")),
                Long.parseLong(row.getField("step")),
                Long.parseLong(row.getField("samples_seen")),
                Numbers.parse(row.getField("train_loss")),
                Numbers.parse(row.getField("train_acc")),
                Numbers.parse(row.getField("val_loss")),
                Numbers.parse(row.getField("val_acc")),
                Numbers.parse(row.getField("test_loss")),
                Numbers.parse(row.getField("test_acc")),
                Numbers.parse(row.getField("step_size")),
                Long.parseLong(row.getField("grad_evals")),
                Long.parseLong(row.getField("hvp_evals")),
                Long.parseLong(row.getField("summary_evals")),
                Long.parseLong(row.getField("record_grad_evals")),
                Long.parseLong(row.getField("record_summary_evals")),
                Numbers.parse(row.getField("train_time_s")),
                Numbers.parse(row.getField("curvature_time_s")),
                Numbers.parse(row.getField("record_time_s")),
                Numbers.parse(row.getField("eval_time_s")),
                Numbers.parse(row.getField("wall_time_s")),
                Long.parseLong(row.getField("peak_memory_bytes")),
                Integer.parseInt(row.getField("restart_count")));
    }

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
