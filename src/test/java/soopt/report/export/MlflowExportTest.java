package soopt.report.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.report.SyntheticRuns;
import soopt.report.read.Selection;

/** The folders that MLflow's file store would read. */
class MlflowExportTest {
    @TempDir
    private Path results;

    @TempDir
    private Path out;

    private void export() {
        MlflowExport.write(Selection.runs(results, List.of()), ExportFolder.open(out, false, () -> {}));
    }

    private static List<Path> folders(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static JsonNode meta(Path folder) throws IOException {
        return new YAMLMapper().readTree(folder.resolve("meta.yaml").toFile());
    }

    @Test
    void ids_areThoseOfTheFolders_andOfSoopt() throws IOException {
        Path run = new SyntheticRuns(results).run("it's a -#sweep").write();
        Files.writeString(
                run.resolve("meta.json"),
                "{\"started_at\": \"2026-01-02T00:00:00Z\", \"ended_at\": \"2026-01-02T01:00:00Z\", \"user\": \"u\"}");
        export();
        Path experiment = folders(out).get(0);
        JsonNode meta = meta(experiment);
        assertEquals("it's a -#sweep", meta.path("name").asText());
        assertTrue(meta.path("experiment_id").isTextual());
        assertEquals(
                experiment.getFileName().toString(), meta.path("experiment_id").asText());
        assertTrue(meta.path("experiment_id").asText().matches("[1-9][0-9]{17}"));
        Path folder = folders(experiment).get(0);
        JsonNode of = meta(folder);
        assertEquals(folder.getFileName().toString(), of.path("run_id").asText());
        assertTrue(of.path("run_id").asText().matches("feed00000000[0-9a-f]{20}"));
        assertEquals(of.path("run_id"), of.path("run_uuid"));
        assertEquals(meta.path("experiment_id"), of.path("experiment_id"));
        assertEquals(3, of.path("status").asInt());
        assertEquals(1767312000000L, of.path("start_time").asLong());
        assertEquals(1767315600000L, of.path("end_time").asLong());
        assertEquals(
                folder.resolve("artifacts").toUri().getPath().replaceAll("/$", ""),
                of.path("artifact_uri").asText().replace("file://", ""));
        assertTrue(Files.isRegularFile(folder.resolve("artifacts/config.yaml")));
        assertEquals("seed 1", Files.readString(folder.resolve("tags/mlflow.runName")));
        assertEquals("sgd", Files.readString(folder.resolve("params/optimizer.type")));
    }

    @Test
    void metrics_areLinesOfTimeValueStep() throws IOException {
        Path run = new SyntheticRuns(results).run("sweep").epochs(2).writeAll();
        Files.writeString(run.resolve("meta.json"), "{\"started_at\": \"2026-01-02T00:00:00Z\"}");
        export();
        Path metrics = folders(folders(out).get(0)).get(0).resolve("metrics");
        List<String> expected = new ArrayList<>();
        for (int epoch = 0; epoch <= 2; epoch++) {
            expected.add(1767312000000L + 2000 * epoch + " " + 2 * Math.exp(-0.3 * epoch) * 1.1 + " " + 10 * epoch);
        }
        assertEquals(expected, Files.readAllLines(metrics.resolve("train_loss")));
        assertEquals(
                "1767312002200 " + SyntheticRuns.Run.eta(0, 1) + " 11",
                Files.readAllLines(metrics.resolve("eta_used/conv1.weight")).get(1));
        assertEquals(
                2, Files.readAllLines(metrics.resolve("curvature/condition")).size());
        assertFalse(Files.exists(metrics.resolve("test_loss")), "it was not measured");
    }

    @Test
    void namesFromRunFolders_stayWithinTheirFolder() throws IOException {
        Path run = new SyntheticRuns(results)
                .run("sweep")
                .groups(List.of("../../x", "/etc/x", "a[0]", "a(0)", ".."))
                .writeAll();
        Files.writeString(run.resolve("config.yaml"), "'../../../x': 1\n'/tmp/y': {'..': 2}\n'a b': 3\n");
        Path deep = Files.createDirectories(out.resolve("a/b/mlruns"));
        MlflowExport.write(Selection.runs(results, List.of()), ExportFolder.open(deep, false, () -> {}));
        try (Stream<Path> all = Files.walk(out)) {
            assertTrue(all.allMatch(file -> file.startsWith(deep) || deep.startsWith(file)));
        }
        assertFalse(Files.exists(Path.of("/tmp/y")));
        Path folder = folders(folders(deep).get(0)).get(0);
        try (Stream<Path> rates = Files.list(folder.resolve("metrics/eta_used"))) {
            assertEquals(
                    List.of("_.._.._x", "_..", "_etc_x", "a_0_", "a_0__2").stream()
                            .sorted()
                            .toList(),
                    rates.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertEquals("3", Files.readString(folder.resolve("params/a b")));
    }

    @Test
    void theSameExport_replacesRunsOneByOne() throws IOException {
        SyntheticRuns.Run run = new SyntheticRuns(results).run("sweep").epochs(1);
        run.write();
        export();
        run.epochs(2).write();
        export();
        assertEquals(1, folders(folders(out).get(0)).size());
        Path metrics = folders(folders(out).get(0)).get(0).resolve("metrics");
        assertEquals(3, Files.readAllLines(metrics.resolve("train_loss")).size());
    }
}
