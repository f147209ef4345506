package soopt.experiment.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.RunFiles;
import soopt.experiment.SmallRun;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;

class CurvatureRecordTest {
    @TempDir
    Path results;

    private Path folder(String id) {
        return results.resolve("small/runs").resolve(id);
    }

    @Test
    void learningRates_haveOneRowPerRefreshAndGroup() {
        new SmallRun().train(results, "a");

        List<NamedCsvRecord> rows = RunFiles.rows(folder("a").resolve("learning_rates.csv"));
        assertEquals(5 * 4, rows.size());
        assertEquals("layers.0.weight", rows.get(0).getField("group"));
        assertEquals("weight", rows.get(0).getField("role"));
        assertEquals(String.valueOf(784 * 6), rows.get(0).getField("parameters"));
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
        JsonNode json = moment("a", "e0001");
        List<NamedCsvRecord> csv = rows("a", "regularized");
        Map<String, NpyArray> npz = NpzFile.read(matrices.resolve("matrices.npz"));
        double[] values = npz.get("e0001.regularized").doubles();
        double[] inverse = npz.get("e0001.regularized_inverse").doubles();
        assertEquals("refresh", json.path("source").asText());
        for (int i = 0; i < 4; i++) {
            assertEquals(
                    csv.get(i).getField("group"), json.path("groups").get(i).asText());
            for (int j = 0; j < 4; j++) {
                double value = values[4 * i + j];
                assertEquals(value, json.path("regularized").get(i).get(j).asDouble(), 0);
                assertEquals(value, Double.parseDouble(csv.get(i).getField(4 + j)), 0);
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
        assertEquals("training_set", moment("a", "e0002").path("source").asText());
    }

    @Test
    void optimizerWithoutCurvature_hasMatricesOfOneBatch_thatChangeNoTraining() {
        new SmallRun().period(0).train(results, "a");
        new SmallRun().period(0).with("record.curvature.every=never").train(results, "b");

        assertEquals("batch", moment("a", "e0001").path("source").asText());
        assertFalse(Files.exists(folder("b").resolve("matrices/matrices.npz")));
        assertEquals(
                RunFiles.withoutTimes(folder("b").resolve("metrics.csv")).replaceAll("record_\\w+=\\d+", ""),
                RunFiles.withoutTimes(folder("a").resolve("metrics.csv")).replaceAll("record_\\w+=\\d+", ""));
    }

    @Test
    void recordedCurvature_isCountedAndTimedApartFromTraining() {
        new SmallRun()
                .period(0)
                .with("record.curvature.full-batch=true")
                .with("record.steps.every=never")
                .train(results, "a");

        List<NamedCsvRecord> rows = RunFiles.rows(folder("a").resolve("metrics.csv"));
        // 400 examples in batches of 64 for each of the matrices after epochs 0 and 1; a row stands before its own
        assertEquals("0", rows.get(2).getField("summary_evals"));
        assertEquals("14", rows.get(2).getField("grad_evals"));
        assertEquals("14", rows.get(2).getField("record_grad_evals"));
        assertEquals("14", rows.get(2).getField("record_summary_evals"));
        assertTrue(Double.parseDouble(rows.get(2).getField("record_time_s")) > 0);
    }

    @Test
    void optimizerWithoutCurvature_hasRatesThatSolveTheRegularizedSystem() {
        new SmallRun().period(0).train(results, "a");
        new SmallRun().train(results, "b");

        Path matrices = folder("a").resolve("matrices");
        List<NamedCsvRecord> groups = RunFiles.rows(matrices.resolve("groups.csv")).stream()
                .filter(row -> row.getField("epoch").equals("1"))
                .toList();
        List<NamedCsvRecord> matrix = rows("a", "regularized");
        JsonNode json = moment("a", "e0001");
        assertEquals("converged", json.path("root_status").asText());
        for (int i = 0; i < 4; i++) {
            double product = 0;
            double size = 0;
            for (int j = 0; j < 4; j++) {
                double eta = Double.parseDouble(groups.get(j).getField("eta"));
                double term = Double.parseDouble(matrix.get(i).getField(4 + j)) * eta;
                product += term;
                size += Math.abs(term);
            }
            double g = Double.parseDouble(groups.get(i).getField("g"));
            assertEquals(g, product, 1e-9 * size);
            assertEquals(g, json.path("g").get(i).asDouble());
            assertEquals(groups.get(i).getField("group"), matrix.get(i).getField("group"));
        }
        assertFalse(Files.exists(folder("b").resolve("matrices/groups.csv")), "curvature.jsonl has them");
    }

    @Test
    void matricesBySteps_areNamedByTheStep() {
        new SmallRun().with("record.curvature.every=5 steps").train(results, "a");

        assertEquals(
                Set.of("s000005.hbar_averaged", "s000010.hbar_averaged"),
                NpzFile.names(folder("a").resolve("matrices/matrices.npz")).stream()
                        .filter(name -> name.endsWith(".hbar_averaged"))
                        .collect(Collectors.toSet()));
        JsonNode json = moment("a", "s000005");
        assertEquals(5, json.path("step").asInt());
        assertEquals(4, json.path("refresh_step").asInt());
        List<String> refreshes = RunFiles.rows(folder("a").resolve("learning_rates.csv")).stream()
                .map(row -> row.getField("step"))
                .distinct()
                .toList();
        assertEquals(List.of("1", "4", "7", "10", "13"), refreshes, "one number for one computation in every file");
    }

    @Test
    void hbar_saysWhetherItIsAveraged_byTheNameItHasInEveryFile() {
        new SmallRun().train(results, "a");
        new SmallRun().period(0).train(results, "b");

        JsonNode refresh =
                RunFiles.jsonLines(folder("a").resolve("curvature.jsonl")).get(0);
        JsonNode matrix = moment("a", "e0000");
        assertEquals(refresh.path("hbar_averaged"), matrix.path("hbar_averaged"));
        assertEquals(4, rows("a", "hbar_averaged").size());
        assertEquals(refresh.path("step"), matrix.path("refresh_step"));
        assertEquals(
                Set.of("hbar_averaged", "hbar_averaged_inverse", "regularized", "regularized_inverse"),
                kinds(folder("a")));
        assertEquals(Set.of("hbar", "hbar_inverse", "regularized", "regularized_inverse"), kinds(folder("b")));
    }

    /** The line of a moment in matrices.jsonl. */
    private JsonNode moment(String run, String name) {
        return RunFiles.jsonLines(folder(run).resolve("matrices/matrices.jsonl")).stream()
                .filter(line -> line.path("moment").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The rows of a matrix after epoch 1 in matrices.csv. */
    private List<NamedCsvRecord> rows(String run, String matrix) {
        return RunFiles.rows(folder(run).resolve("matrices/matrices.csv")).stream()
                .filter(row -> row.getField("epoch").equals("1"))
                .filter(row -> row.getField("matrix").equals(matrix))
                .toList();
    }

    private static Set<String> kinds(Path run) {
        return NpzFile.names(run.resolve("matrices/matrices.npz")).stream()
                .map(name -> name.substring(name.indexOf('.') + 1))
                .collect(Collectors.toSet());
    }

    @Test
    void curvatureLog_isThinnedWhereTheSpecSaysSo() {
        new SmallRun().train(results, "a");
        new SmallRun().with("record.curvature.log=vectors").train(results, "b");
        new SmallRun().with("record.curvature.log=never").train(results, "c");

        JsonNode full =
                RunFiles.jsonLines(folder("a").resolve("curvature.jsonl")).get(2);
        JsonNode thin =
                RunFiles.jsonLines(folder("b").resolve("curvature.jsonl")).get(2);
        assertEquals(4, full.path("hbar").size());
        assertFalse(thin.has("hbar") || thin.has("hbar_averaged"));
        assertEquals(full.path("eta_raw"), thin.path("eta_raw"));
        assertEquals("", RunFiles.text(folder("c").resolve("curvature.jsonl")));
        assertEquals(
                RunFiles.text(folder("a").resolve("learning_rates.csv")),
                RunFiles.text(folder("c").resolve("learning_rates.csv")));
    }

    @Test
    void matricesAfterACheckpoint_areWrittenAnewByTheRunThatGoesOn() {
        new SmallRun().with("record.curvature.every=2 steps").train(results, "a");
        new SmallRun().with("record.curvature.every=2 steps").train(results, "b");
        new SmallRun().with("record.curvature.every=2 steps").stopAfter(9).train(results, "c");
        new SmallRun().with("record.curvature.every=2 steps").resume(results, "c");

        Map<String, NpyArray> whole = NpzFile.read(folder("a").resolve("matrices/matrices.npz"));
        assertEquals(7 * 4, whole.size());
        assertEquals(whole, NpzFile.read(folder("c").resolve("matrices/matrices.npz")));
        assertEquals(
                NpzFile.names(folder("b").resolve("matrices/matrices.npz")),
                NpzFile.names(folder("c").resolve("matrices/matrices.npz")));
    }
}
