package soopt.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.report.export.tensorboard.Events;

/** What the manual tells its readers to type does what it says: all pages in one folder, in the order of the menu. */
class GuideTest {
    @TempDir
    static Path folder;

    private static List<String> lines;

    @BeforeAll
    static void follow() throws Exception {
        lines = Guide.follow(folder, "short");
    }

    /** Links out of a folder that is deleted. */
    @AfterAll
    static void unlink() throws IOException {
        Files.deleteIfExists(folder.resolve("configs"));
        Files.deleteIfExists(folder.resolve("datasets"));
    }

    @Test
    void everyBlock_doesWhatItsPageSays() throws IOException {
        assertEquals(
                List.of(),
                lines.stream().filter(line -> !line.startsWith(Guide.OK)).toList());
        int blocks = 0;
        for (Page page : Menu.read().pages()) {
            if (page.file().startsWith("src/site")) {
                blocks += page.blocks().size();
            }
        }
        assertEquals(blocks, lines.size());
        assertTrue(blocks > 50, blocks + " blocks");
    }

    @Test
    void pictures_andFilesThatPagesTellOf_areThere() throws IOException {
        for (String file :
                List.of("matrices.svg", "matrices.csv", "losses.svg", "cost.pdf", "mine.html", "table.tex")) {
            assertTrue(Files.size(folder.resolve(file)) > 0, file);
        }
        assertTrue(Files.readString(folder.resolve("losses.svg")).contains("<svg"));
    }

    /** With TensorFlow's own classes for the records. */
    @Test
    void exportToTensorBoard_isReadByAnotherReader() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder.resolve("logs"))) {
            files = all.filter(file -> file.getFileName().toString().contains("tfevents"))
                    .toList();
        }
        assertEquals(12, files.size());
        for (Path file : files) {
            Map<String, List<Events.Event>> tags = Events.read(file);
            assertFalse(tags.isEmpty(), file.toString());
            assertTrue(
                    tags.keySet().stream().anyMatch(tag -> tag.contains("train_loss")),
                    tags.keySet().toString());
        }
    }

    /** Of R there is none in most places: at least its columns are those of the files. */
    @Test
    void programsInR_nameColumnsThatThereAre() throws IOException {
        String summary = Files.readString(folder.resolve("results/mine/summary.csv"));
        Set<String> columns = Set.of(summary.lines().findFirst().orElseThrow().split(","));
        assertTrue(columns.containsAll(List.of("best_test_acc", "state")), columns.toString());
        assertTrue(Files.exists(folder.resolve("curves/metrics_long.csv")));
    }
}
