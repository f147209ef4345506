package soopt.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.InMemory;
import soopt.file.CsvTable;
import soopt.report.compare.ComparedRuns;

class CompareCommandTest {
    @TempDir(factory = InMemory.class)
    Path folder;

    private ComparedRuns runs(String experiment) {
        return new ComparedRuns(folder.resolve("r").resolve(experiment));
    }

    private Cli.Result compare(Object... words) {
        List<Object> all = new ArrayList<>(List.of("compare"));
        all.addAll(List.of(words));
        all.addAll(List.of("--results", folder.resolve("r")));
        return Cli.run(all.toArray());
    }

    private void two() {
        runs("a")
                .seeds(
                        "adam}",
                        IntStream.range(0, 6).mapToObj(i -> 0.2 + 0.01 * i).toList());
        runs("b")
                .seeds(
                        "sgd}",
                        IntStream.range(0, 6).mapToObj(i -> 0.5 + 0.03 * i).toList());
    }

    @Test
    void experiments_areComparedAndTheVerdictIsTold() {
        two();
        String text = compare("a", "b").expect(ExitCode.OK).out();
        assertTrue(text.contains("| a  | "), text);
        assertTrue(text.contains("a is better |"), text);
        assertTrue(text.contains("to reach train_loss ≤ 0.590"), text);
        assertTrue(text.lines().filter(line -> line.startsWith("|")).allMatch(line -> line.endsWith("|")), text);
    }

    @Test
    void json_hasGroupsPairsAndRuns() throws JsonProcessingException {
        two();
        JsonNode json = new ObjectMapper()
                .readTree(compare("a", "b", "--json").expect(ExitCode.OK).out());
        assertEquals(2, json.path("groups").size());
        assertEquals(12, json.path("runs").size());
        JsonNode pair = json.path("pairs").path(0);
        assertEquals("BETTER", pair.path("verdict").asText());
        assertEquals(0.03125, pair.path("p_holm").asDouble(), 1e-15);
        assertEquals(6, pair.path("runs_one").asInt());
    }

    @Test
    void files_areWrittenInEachFormat() throws IOException {
        two();
        Path out = folder.resolve("out/table");
        Files.createDirectories(out.getParent());
        compare("a", "b", "--format", "markdown,csv,json,latex", "--out", out).expect(ExitCode.OK);
        try (Stream<Path> files = Files.list(out.getParent())) {
            assertEquals(
                    List.of(
                            "table.groups.csv",
                            "table.json",
                            "table." + "md",
                            "table.pairs.csv",
                            "table.runs.csv",
                            "table.tex"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        CsvTable groups = CsvTable.read(folder.resolve("out/table.groups.csv"));
        assertEquals(2, groups.size());
        assertEquals(0.225, groups.number(0, "best_mean"), 1e-12);
        CsvTable runs = CsvTable.read(folder.resolve("out/table.runs.csv"));
        assertEquals("COUNTED", runs.text(0, "counts"));
        assertEquals(20, runs.number(0, "gradient_equivalents"));
        assertEquals(3, runs.number(0, "train_s"));
        String latex = Files.readString(folder.resolve("out/table.tex"));
        assertTrue(latex.contains("\\begin{tabular}{lr"), latex);
        assertTrue(latex.contains("best train\\_loss"), latex);
        assertFalse(latex.lines().filter(line -> !line.startsWith("%")).anyMatch(line -> line.contains("±")), latex);
    }

    @Test
    void barsInNames_doNotTearTheTable() {
        runs("a").seeds("adam, name: \"x|y\"}", List.of(0.1));
        runs("a").seeds("adam, name: \"x|y\"}", List.of(0.1));
        runs("b").seeds("sgd}", List.of(0.2));
        String text =
                compare("a", "b", "--by", "optimizer.name").expect(ExitCode.OK).out();
        assertTrue(text.contains("x\\|y"), text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a b --metric train_los; 2; did you mean 'train_loss'?",
                "a b --budget money; 2; time, cost or epochs",
                "a b --budget cost=-1; 2; a number > 0",
                "a b --by optimzer.type; 2; did you mean 'optimizer.type'?",
                "a b --baseline c; 2; there are a; b",
                "a b --format csv,json; 2; need --out",
                "a b --format csv --json; 2; exclude each other",
                "a c; 3; there is no run or experiment 'c'",
            })
    void mistakes_areToldInALine(String words, int code, String message) {
        two();
        Cli.Result result = compare((Object[]) words.split(" "));
        result.expect(code);
        assertTrue(result.err().contains(message), result.err());
    }

    @Test
    void aRunThatCannotBeRead_isSaidAndTheOthersAreCompared() throws IOException {
        two();
        Path run = runs("a").add("adam}", 9, "RUNNING", 1);
        Files.delete(run.resolve("metrics.csv"));
        Files.writeString(run.resolve("status.json"), "{");
        Path other = runs("b").add("sgd}", 9, "COMPLETED", 1);
        Files.delete(other.resolve("config.yaml"));
        Cli.Result result = compare("a", "b").expect(ExitCode.OK);
        assertTrue(result.err().contains("1 of 14 runs are left out: their config.yaml cannot be read"), result.err());
        assertTrue(result.out().contains("is better"), result.out());
    }
}
