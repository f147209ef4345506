package soopt.experiment.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.RunFiles;
import soopt.experiment.SmallRun;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunState;
import soopt.experiment.folder.StepRow;
import soopt.file.Column;
import soopt.npy.NpzFile;

class TrainerTest {
    private static final List<String> STREAMS = List.of("metrics.csv", "steps.csv", "learning_rates.csv");

    @TempDir
    Path results;

    private Path folder(String id) {
        return results.resolve("small/runs").resolve(id);
    }

    @Test
    void run_writesEveryFileOfTheFolder() {
        Ending ending = new SmallRun().train(results, "a");

        assertEquals(RunState.COMPLETED, ending.state());
        Set<String> files = RunFiles.files(folder("a"));
        Set<String> expected = Set.of(
                "meta.json",
                "status.json",
                "metrics.csv",
                "steps.csv",
                "learning_rates.csv",
                "curvature.jsonl",
                "solver.jsonl",
                "events.jsonl",
                "run.log",
                "checkpoints/last.npz",
                "checkpoints/weights.npz",
                "matrices/matrices.npz",
                "matrices/matrices.csv",
                "matrices/matrices.jsonl");
        assertEquals(expected, files);
    }

    @Test
    void metrics_haveRowZeroBeforeTraining_andOneRowPerEpoch() {
        new SmallRun().train(results, "a");

        List<NamedCsvRecord> rows = RunFiles.rows(folder("a").resolve("metrics.csv"));
        assertEquals(Column.names(MetricsRow.COLUMNS), rows.get(0).getHeader());
        assertEquals(
                List.of("0", "1", "2"),
                rows.stream().map(row -> row.getField("epoch")).toList());
        // 400 training examples in batches of 64: 7 steps, the last of 16
        assertEquals(
                List.of("0", "7", "14"),
                rows.stream().map(row -> row.getField("step")).toList());
        assertEquals("800", rows.get(2).getField("samples_seen"));
        assertEquals("14", rows.get(2).getField("grad_evals"));
        // w = 784·6, 6·10: a gradient takes 9588 multiply-adds, a summary 4824 + 4704 + 4·60 + 2·60 + 0·60
        assertEquals(
                800.0 / 64 + 5 * 50.0 / 64 * (4824 + 4704 + 6 * 60) / 9588,
                Double.parseDouble(rows.get(2).getField("gradient_equivalents")),
                0.01,
                "in gradients of a batch of 64");
        assertEquals("5", rows.get(2).getField("summary_evals"), "refreshes at steps 1, 4, 7, 10, 13");
        assertEquals("0.1", rows.get(1).getField("step_size"));
        List<Double> losses = RunFiles.column(folder("a").resolve("metrics.csv"), "train_loss");
        assertEquals(Math.log(10), losses.get(0), 0.5, "10 classes by chance");
        assertTrue(losses.get(2) < losses.get(1) && losses.get(1) < losses.get(0), losses.toString());
        for (NamedCsvRecord row : rows) {
            for (String accuracy : List.of("train_acc", "val_acc", "test_acc")) {
                double value = Double.parseDouble(row.getField(accuracy));
                assertTrue(value >= 0 && value <= 1, accuracy + " " + value);
            }
        }
    }

    @Test
    void trainingLoss_isMeanOfBatchLossesWeightedBySize() {
        new SmallRun().with("record.steps.every=1 step").train(results, "a");

        List<Double> losses = RunFiles.column(folder("a").resolve("steps.csv"), "batch_loss");
        double sum = 0;
        for (int k = 0; k < 7; k++) {
            sum += losses.get(k) * (k < 6 ? 64 : 16);
        }
        double epoch = RunFiles.column(folder("a").resolve("metrics.csv"), "train_loss")
                .get(1);
        assertEquals(sum / 400, epoch, 1e-14);
    }

    @Test
    void predictedChanges_areTaylorsToTheirOrder() {
        new SmallRun().stepSize(2e-4).train(results, "h");
        new SmallRun().stepSize(1e-4).train(results, "half");

        NamedCsvRecord h = firstStep("h");
        NamedCsvRecord half = firstStep("half");
        assertEquals(Column.names(StepRow.COLUMNS), h.getHeader());
        // remainders of third and fourth order, over a change of first order
        assertEquals(4, (number(h, "rho_2") - 1) / (number(half, "rho_2") - 1), 0.2);
        assertEquals(8, (number(h, "rho_3") - 1) / (number(half, "rho_3") - 1), 0.4);
        assertEquals(number(h, "actual_change") / number(h, "predicted_change_3"), number(h, "rho_3"));
        assertEquals(2e-4 * number(h, "grad_norm"), number(h, "update_norm"), 1e-12, "the first step has no momentum");
    }

    private NamedCsvRecord firstStep(String id) {
        return RunFiles.rows(folder(id).resolve("steps.csv")).get(0);
    }

    private static double number(NamedCsvRecord row, String column) {
        return Double.parseDouble(row.getField(column));
    }

    @Test
    void steps_areLoggedFirstAndAtTheInterval() {
        new SmallRun().train(results, "a");

        assertEquals(
                List.of(1.0, 3.0, 6.0, 9.0, 12.0), RunFiles.column(folder("a").resolve("steps.csv"), "step"));
    }

    @Test
    void fullBatch_isOneStepPerEpoch_withTheLossOfTheTrainingSet() {
        new SmallRun().with("training.full-batch=true").train(results, "a");

        List<NamedCsvRecord> rows = RunFiles.rows(folder("a").resolve("metrics.csv"));
        assertEquals("2", rows.get(2).getField("step"));
        assertEquals("14", rows.get(2).getField("grad_evals"), "7 batches each");
        assertEquals(
                Double.parseDouble(rows.get(0).getField("train_loss")),
                Double.parseDouble(rows.get(1).getField("train_loss")),
                1e-13);
        assertEquals(rows.get(0).getField("train_acc"), rows.get(1).getField("train_acc"));
    }

    @Test
    void sameSpec_givesTheSameBytes_butForTimes() {
        new SmallRun().with("precision=float32").train(results, "a");
        new SmallRun().with("precision=float32").train(results, "b");

        for (String stream : STREAMS) {
            assertEquals(
                    RunFiles.withoutTimes(folder("a").resolve(stream)),
                    RunFiles.withoutTimes(folder("b").resolve(stream)),
                    stream);
        }
        assertEquals(
                NpzFile.read(folder("a").resolve("matrices/matrices.npz")),
                NpzFile.read(folder("b").resolve("matrices/matrices.npz")));
    }

    @Test
    void plateau_halvesTheStepSizeOfTheEpochsAfterIt() {
        new SmallRun()
                .with("training.plateau={patience: 0, factor: 0.5, threshold: 0.9}")
                .with("training.epochs=4")
                .train(results, "a");

        // the second epoch is not ten times better than the first
        assertEquals(
                List.of(0.1, 0.1, 0.1, 0.05, 0.025), RunFiles.column(folder("a").resolve("metrics.csv"), "step_size"));
        List<JsonNode> changes = RunFiles.jsonLines(folder("a").resolve("events.jsonl")).stream()
                .filter(event -> event.path("event").asText().equals("step_size_changed"))
                .toList();
        assertEquals(
                List.of(14, 21, 28),
                changes.stream().map(event -> event.path("step").asInt()).toList());
        assertEquals(0.05, changes.get(0).path("step_size").asDouble());
    }

    /** 7 steps in an epoch; what the plateau lowers, the schedule takes part of. */
    @Test
    void schedule_isTheStepSizeOfEachStep_timesThatOfThePlateau() {
        new SmallRun()
                .with("training.schedule={type: linear, warm-up: 4 steps, over: 6 steps, to: 0.5}")
                .with("training.plateau={patience: 0, factor: 0.3, threshold: 0.9}")
                .with("training.epochs=3")
                .with("record.steps.every=1 step")
                .train(results, "a");

        double[] factors = new double[21];
        for (int k = 0; k < factors.length; k++) {
            factors[k] = (k < 4 ? (k + 1) / 4.0 : k < 9 ? 1 - 0.5 * ((k - 3) / 6.0) : 0.5);
        }
        double lowered = 0.1 * 0.3;
        List<Double> used = RunFiles.column(folder("a").resolve("steps.csv"), "step_size");
        for (int k = 0; k < factors.length; k++) {
            assertEquals((k < 14 ? 0.1 : lowered) * factors[k], used.get(k), "step " + (k + 1));
        }
        assertEquals(
                List.of(used.get(0), used.get(6), used.get(13), used.get(20)),
                RunFiles.column(folder("a").resolve("metrics.csv"), "step_size"));
    }

    @Test
    void noSchedule_andAConstantOne_giveTheSameBits() {
        new SmallRun().with("precision=float32").train(results, "a");
        new SmallRun()
                .with("precision=float32")
                .with("training.schedule=constant")
                .train(results, "b");

        assertEquals(
                RunFiles.withoutTimes(folder("a").resolve("metrics.csv")),
                RunFiles.withoutTimes(folder("b").resolve("metrics.csv")));
        assertEquals(
                NpzFile.read(folder("a").resolve("checkpoints/weights.npz")),
                NpzFile.read(folder("b").resolve("checkpoints/weights.npz")));
    }

    @Test
    void status_hasTheBestEpochByValidation() {
        new SmallRun().with("training.epochs=4").train(results, "a");

        List<Double> accuracies = RunFiles.column(folder("a").resolve("metrics.csv"), "val_acc");
        JsonNode best = RunFiles.json(folder("a").resolve("status.json")).path("best");
        assertEquals("val_acc", best.path("metric").asText());
        assertEquals(Collections.max(accuracies), best.path("value").asDouble());
        assertEquals(
                accuracies.indexOf(Collections.max(accuracies)),
                best.path("epoch").asInt());
    }

    @Test
    void noValidation_isNaNInCsv_andNullInEvents() {
        new SmallRun().with("dataset.validation=0").train(results, "a");

        assertEquals(
                List.of("NaN", "NaN", "NaN"),
                RunFiles.rows(folder("a").resolve("metrics.csv")).stream()
                        .map(row -> row.getField("val_loss"))
                        .toList());
        JsonNode epoch = RunFiles.jsonLines(folder("a").resolve("events.jsonl")).stream()
                .filter(event -> event.path("event").asText().equals("epoch_finished"))
                .findFirst()
                .orElseThrow();
        assertTrue(epoch.path("val_loss").isNull());
        assertEquals("nan", epoch.path("val_loss_state").asText());
        assertEquals(
                "train_loss",
                RunFiles.json(folder("a").resolve("status.json"))
                        .path("best")
                        .path("metric")
                        .asText());
    }
}
