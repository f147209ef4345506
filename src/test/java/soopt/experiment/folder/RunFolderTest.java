package soopt.experiment.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.RunFiles;
import soopt.experiment.SmallRun;
import soopt.file.Column;
import soopt.file.CsvTable;

class RunFolderTest {
    @TempDir
    Path results;

    private Path run() {
        new SmallRun().train(results, "a");
        return results.resolve("small/runs/a");
    }

    @Test
    void everyFile_isReadAsIndependentReadersReadIt() {
        Path path = run();
        RunFolder folder = RunFolder.open(path);

        assertEquals(path, folder.path());
        assertEquals(RunState.COMPLETED, folder.status().orElseThrow().state());
        assertEquals("mnist-sample", folder.meta().path("dataset").asText());
        for (Map.Entry<String, CsvTable> table : Map.of(
                        "metrics.csv", folder.metrics(),
                        "steps.csv", folder.steps(),
                        "learning_rates.csv", folder.learningRates())
                .entrySet()) {
            var rows = RunFiles.rows(path.resolve(table.getKey()));
            assertEquals(
                    Column.names(RunFolder.columns().get(table.getKey())),
                    table.getValue().columns());
            assertEquals(rows.size(), table.getValue().size());
            for (int i = 0; i < rows.size(); i++) {
                for (String column : table.getValue().columns()) {
                    assertEquals(rows.get(i).getField(column), table.getValue().text(i, column));
                }
            }
        }
        assertEquals(RunFiles.jsonLines(path.resolve("curvature.jsonl")), folder.curvature());
        assertEquals(RunFiles.jsonLines(path.resolve("events.jsonl")), folder.events());
        assertEquals(3 * 4, folder.matrices().size());
    }

    @Test
    void metricsRow_readsBackFromItsColumns() throws IOException {
        MetricsRow row = new MetricsRow(
                1, 2, 3, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11, 12, 13, 14, 14.5, 15, 16, 17, 18.5, 19.5, 20.5, 21.5,
                22.5, 23, 24);
        Path file = results.resolve("metrics.csv");
        Files.writeString(file, Column.table(MetricsRow.COLUMNS, List.of(row)));

        assertEquals(row, MetricsRow.read(CsvTable.read(file), 0));
        assertEquals(Optional.of(row), MetricsRow.lastEvaluated(CsvTable.read(file)));
        assertEquals(Optional.empty(), MetricsRow.lastEvaluated(CsvTable.read(results.resolve("none.csv"))));
    }

    @Test
    void lastEvaluated_passesRowsWithoutValidationAndTest() throws IOException {
        Path file = Files.writeString(
                results.resolve("metrics.csv"),
                "epoch,train_loss,val_loss,test_loss\n0,1.0,2.0,NaN\n1,1.0,NaN,3.0\n2,1.0,NaN,NaN\n");

        assertEquals(
                1, MetricsRow.lastEvaluated(CsvTable.read(file)).orElseThrow().epoch());
        Files.writeString(file, "epoch,train_loss\n0,1.0\n1,1.0\n");
        assertEquals(
                1, MetricsRow.lastEvaluated(CsvTable.read(file)).orElseThrow().epoch());
    }

    @Test
    void folderOfAKilledRun_isReadAsFarAsItGoes() throws IOException {
        Path path = run();
        for (String name :
                List.of("metrics.csv", "steps.csv", "learning_rates.csv", "curvature.jsonl", "events.jsonl")) {
            Files.writeString(path.resolve(name), "{\"step\":3,\"ep", StandardOpenOption.APPEND);
        }
        Files.writeString(path.resolve("status.json"), "{\"run");
        Files.delete(path.resolve("meta.json"));
        RunFolder folder = RunFolder.open(path);

        assertEquals(3, folder.metrics().size());
        assertEquals(5 * 4, folder.learningRates().size());
        assertEquals(5, folder.curvature().size());
        assertEquals(
                "run_finished",
                folder.events().get(folder.events().size() - 1).path("event").asText());
        assertTrue(folder.status().isEmpty());
        assertTrue(folder.meta().isEmpty());
    }

    @Test
    void everyKey_isOnThePageOfFiles() throws IOException {
        RunFolder folder = RunFolder.open(run());
        String page = Files.readString(Path.of("src/site/markdown/files.md"));
        List<JsonNode> objects =
                new ArrayList<>(List.of(folder.meta(), folder.curvature().get(0)));
        objects.add(
                new ObjectMapper().readTree(folder.path().resolve("status.json").toFile()));
        objects.addAll(RunFiles.jsonLines(folder.path().resolve("matrices/matrices.jsonl")));
        assertEquals(3 + 3, objects.size());
        Set<String> missing = new TreeSet<>();
        for (JsonNode object : objects) {
            object.fieldNames().forEachRemaining(key -> {
                if (!page.contains("`" + key + "`")) {
                    missing.add(key);
                }
            });
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void emptyFolder_hasNothing() throws IOException {
        RunFolder folder = RunFolder.open(Files.createDirectory(results.resolve("empty")));

        assertEquals(
                0,
                folder.metrics().size()
                        + folder.steps().size()
                        + folder.learningRates().size());
        assertTrue(folder.curvature().isEmpty()
                && folder.events().isEmpty()
                && folder.matrices().isEmpty());
        assertTrue(folder.status().isEmpty());
    }

    @Test
    void whatIsNoFolder_isRefused() {
        RunDirectoryException e =
                assertThrows(RunDirectoryException.class, () -> RunFolder.open(results.resolve("missing")));
        assertEquals(results.resolve("missing") + " is no folder of a run: there is no such folder", e.getMessage());
    }

    @Test
    void columns_areNamedAlikeAndExplained_onThePageOfFiles() throws IOException {
        String page = Files.readString(Path.of("src/site/markdown/files.md"));
        RunFolder.columns().forEach((file, columns) -> {
            assertEquals(columns.size(), new HashSet<>(Column.names(columns)).size(), file);
            for (Column<?> column : columns) {
                assertTrue(column.name().matches("[a-z][a-z0-9]*(_[a-z0-9]+)*"), column.name());
                assertFalse(column.meaning().isBlank(), column.name());
            }
            assertTrue(page.contains("## " + file + "\n\n<!-- soopt reference files " + file + " -->\n"), file);
        });
    }
}
