package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.data.NpyArray;
import soopt.data.NpzFile;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunState;
import soopt.experiment.folder.StepRow;

class TrainerTest {
    private static final List<String> STREAMS = List.of("metrics.csv", "steps.csv", "learning_rates.csv");

    @TempDir
    Path results;

    private Path folder(String id) {
        return results.resolve("small/runs").resolve(id);
    }

    @Test
    void run_writesEveryFileOfTheFolder() {
        Trainer.Ending ending = new SmallRun().train(results, "a");

        assertEquals(RunState.COMPLETED, ending.state());
        Set<String> files = RunFiles.files(folder("a"));
        List<String> expected = new ArrayList<>(List.of(
                "meta.json",
                "status.json",
                "metrics.csv",
                "steps.csv",
                "learning_rates.csv",
                "curvature.jsonl",
                "events.jsonl",
                "run.log",
                "checkpoints/last.npz",
                "matrices/matrices.npz"));
        for (String kind : List.of("hbar", "hbar_inverse", "regularized", "regularized_inverse")) {
            for (String epoch : List.of("e0000", "e0001", "e0002")) {
                expected.add("matrices/" + epoch + "." + kind + ".csv");
                expected.add("matrices/" + epoch + "." + kind + ".json");
            }
        }
        assertEquals(Set.copyOf(expected), files);
    }

    @Test
    void metrics_haveRowZeroBeforeTraining_andOneRowPerEpoch() {
        new SmallRun().train(results, "a");

        List<NamedCsvRecord> rows = RunFiles.rows(folder("a").resolve("metrics.csv"));
        assertEquals(MetricsRow.COLUMNS, rows.get(0).getHeader());
        assertEquals(
                List.of("0", "1", "2"),
                rows.stream().map(row -> row.getField("epoch")).toList());
        // 400 training examples in batches of 64: 7 steps, the last of 16
        assertEquals(
                List.of("0", "7", "14"),
                rows.stream().map(row -> row.getField("step")).toList());
        assertEquals("800", rows.get(2).getField("samples_seen"));
        assertEquals("14", rows.get(2).getField("grad_evals"));
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
        assertEquals(StepRow.COLUMNS, h.getHeader());
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
    void learningRates_haveOneRowPerRefreshAndGroup() {
        new SmallRun().train(results, "a");

        List<NamedCsvRecord> rows = RunFiles.rows(folder("a").resolve("learning_rates.csv"));
        assertEquals(5 * 4, rows.size());
        assertEquals("layers.0.weight", rows.get(0).getField("group_name"));
        assertEquals("weight", rows.get(0).getField("role"));
        assertEquals(String.valueOf(784 * 6), rows.get(0).getField("params"));
        List<JsonNode> refreshes = RunFiles.jsonLines(folder("a").resolve("curvature.jsonl"));
        assertEquals(5, refreshes.size());
        assertEquals(
                Double.parseDouble(rows.get(4).getField("eta_raw")),
                refreshes.get(1).path("eta_raw").get(0).asDouble());
        assertEquals(50, refreshes.get(0).path("batch_size").asInt());
    }

    @Test
    void matrices_areTheSameInCsvJsonAndNpz_andInvertEachOther() {
        new SmallRun().train(results, "a");

        Path matrices = folder("a").resolve("matrices");
        JsonNode json = RunFiles.json(matrices.resolve("e0001.regularized.json"));
        List<NamedCsvRecord> csv = RunFiles.rows(matrices.resolve("e0001.regularized.csv"));
        Map<String, NpyArray> npz = NpzFile.read(matrices.resolve("matrices.npz"));
        double[] values = npz.get("e0001.regularized").doubles();
        double[] inverse = npz.get("e0001.regularized_inverse").doubles();
        assertEquals("refresh", json.path("source").asText());
        assertEquals(4, json.path("rows").asInt());
        for (int i = 0; i < 4; i++) {
            assertEquals(csv.get(i).getField("group"), json.path("names").get(i).asText());
            for (int j = 0; j < 4; j++) {
                double value = values[4 * i + j];
                assertEquals(value, json.path("matrix").get(i).get(j).asDouble(), 0);
                assertEquals(value, Double.parseDouble(csv.get(i).getField(1 + j)), 0);
                double product = 0;
                for (int k = 0; k < 4; k++) {
                    product += values[4 * i + k] * inverse[4 * k + j];
                }
                assertEquals(i == j ? 1 : 0, product, 1e-6);
            }
        }
    }

    @Test
    void matrices_ofTheTrainingSet_areTheSumOverItsBatches() {
        new SmallRun().with("record.curvature.full-batch=true").train(results, "a");
        new SmallRun()
                .with("record.curvature.full-batch=true")
                .with("training.curvature-batch-size=400")
                .train(results, "b");

        double[] pieces = NpzFile.read(folder("a").resolve("matrices/matrices.npz"))
                .get("e0000.hbar")
                .doubles();
        double[] whole = NpzFile.read(folder("b").resolve("matrices/matrices.npz"))
                .get("e0000.hbar")
                .doubles();
        double largest = 0;
        for (double x : whole) {
            largest = Math.max(largest, Math.abs(x));
        }
        assertArrayEquals(whole, pieces, 1e-12 * largest);
        assertEquals(
                "training_set",
                RunFiles.json(folder("a").resolve("matrices/e0002.hbar.json"))
                        .path("source")
                        .asText());
    }

    @Test
    void optimizerWithoutCurvature_hasMatricesOfOneBatch_thatChangeNoTraining() {
        new SmallRun().period(0).train(results, "a");
        new SmallRun().period(0).with("record.curvature.every=never").train(results, "b");

        assertEquals(
                "batch",
                RunFiles.json(folder("a").resolve("matrices/e0001.hbar.json"))
                        .path("source")
                        .asText());
        assertFalse(Files.exists(folder("b").resolve("matrices/matrices.npz")));
        assertEquals(
                RunFiles.withoutTimes(folder("b").resolve("metrics.csv")),
                RunFiles.withoutTimes(folder("a").resolve("metrics.csv")));
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
    void hugeStep_divergesWithARemedyAndAnIncident() {
        Trainer.Ending ending = new SmallRun().stepSize(1e12).train(results, "a");

        assertEquals(RunState.DIVERGED, ending.state());
        assertTrue(ending.message().startsWith("diverged at step 2 (epoch 1): "), ending.message());
        assertTrue(ending.message().contains("try a smaller optimizer.step-size"), ending.message());
        JsonNode incident = RunFiles.json(folder("a").resolve("incident/incident.json"));
        assertEquals(2, incident.path("step").asInt());
        assertEquals(64, incident.path("batch_indices").size());
        assertEquals(4, incident.path("h").size());
        assertEquals(
                "DIVERGED",
                RunFiles.json(folder("a").resolve("status.json")).path("state").asText());
        assertEquals(
                6,
                RunFiles.json(folder("a").resolve("status.json"))
                        .path("exit_code")
                        .asInt());
    }

    @Test
    void cancel_leavesAValidFolderWithACheckpoint() {
        Trainer.Ending ending = new SmallRun().stopAfter(9).train(results, "a");

        assertEquals(RunState.CANCELLED, ending.state());
        JsonNode status = RunFiles.json(folder("a").resolve("status.json"));
        assertEquals("CANCELLED", status.path("state").asText());
        assertEquals(9, status.path("step").asInt());
        assertEquals(130, status.path("exit_code").asInt());
        assertEquals(2, RunFiles.rows(folder("a").resolve("metrics.csv")).size());
        assertTrue(Files.exists(folder("a").resolve("checkpoints/last.npz")));
        List<String> events = RunFiles.jsonLines(folder("a").resolve("events.jsonl")).stream()
                .map(event -> event.path("event").asText())
                .toList();
        assertEquals("run_started", events.get(0));
        assertEquals(
                List.of("signal_received", "checkpoint_saved", "run_finished"),
                events.subList(events.size() - 3, events.size()));
    }

    @Test
    void resumedRun_hasTheNumbersOfAnUninterruptedOne() {
        new SmallRun().train(results, "whole");
        new SmallRun().stopAfter(9).train(results, "parts");
        Trainer.Ending ending = new SmallRun().resume(results, "parts");

        assertEquals(RunState.COMPLETED, ending.state());
        for (String stream : STREAMS) {
            assertEquals(
                    RunFiles.withoutTimes(folder("whole").resolve(stream)),
                    RunFiles.withoutTimes(folder("parts").resolve(stream)),
                    stream);
        }
        assertEquals(
                NpzFile.read(folder("whole").resolve("matrices/matrices.npz")),
                NpzFile.read(folder("parts").resolve("matrices/matrices.npz")));
        assertEquals(
                NpzFile.read(folder("whole").resolve("checkpoints/last.npz")).get("theta"),
                NpzFile.read(folder("parts").resolve("checkpoints/last.npz")).get("theta"));
        assertEquals(List.of(0.0, 0.0, 1.0), RunFiles.column(folder("parts").resolve("metrics.csv"), "restart_count"));
    }

    @Test
    void checkpoints_keepTheOneBefore() {
        new SmallRun().with("record.checkpoint.every=1 epoch").train(results, "a");

        assertEquals(Set.of("last.npz", "prev.npz"), RunFiles.files(folder("a").resolve("checkpoints")));
    }
}
