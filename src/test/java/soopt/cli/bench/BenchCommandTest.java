package soopt.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.optimizer.Optimizer;
import soopt.spec.Choices;

/** The benchmarks on networks so small that their times mean nothing. */
class BenchCommandTest {
    private static final String MODEL = "{type: mlp, hidden: [4, 4, 4, 4]}";
    private static final int PARAMETERS = 784 * 4 + 4 + 3 * (4 * 4 + 4) + 4 * 10 + 10;

    @TempDir
    Path folder;

    private static Cli.Result bench(String command, Object... more) {
        List<Object> words =
                new ArrayList<>(List.of("bench", command, "--batch", 3, "--rounds", 1, "--warm-up", 0, "--threads", 1));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray()).expect(ExitCode.OK);
    }

    private static JsonNode json(Cli.Result result) throws IOException {
        return new ObjectMapper().readTree(result.out());
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static List<String> names(JsonNode array) {
        return list(array).stream().map(entry -> entry.path("name").asText()).toList();
    }

    @Test
    void curvature_timesDerivativesAndAStepOfEveryOptimizer() throws IOException {
        JsonNode result = json(bench("curvature", "--model", MODEL, "--full", "--json"));
        List<String> derivatives = List.of(
                "gradient",
                "summary order 2",
                "summary order 3",
                "full third order",
                "hessian-vector product",
                "gauss-newton product");
        Stream<String> steps = Choices.of(Optimizer.class).stream()
                .filter(kind -> !BenchProblem.searches(kind))
                .map(kind -> kind.name() + " step");
        assertEquals(Stream.concat(derivatives.stream(), steps).toList(), names(result.path("results")));
        assertEquals(10, result.path("groups").asInt());
        for (JsonNode work : result.path("results")) {
            assertTrue(work.path("median_s").asDouble() > 0, work.toString());
            assertEquals(1, work.path("times_s").size());
        }
    }

    @Test
    void stepsThatSearch_areTimedByName() throws IOException {
        JsonNode results = json(bench("curvature", "--model", MODEL, "--json", "--only", "natural-gradient step"))
                .path("results");
        assertEquals(List.of("gradient", "natural-gradient step"), names(results));
    }

    @Test
    void memory_countsOutputsAndStateButNotParameters() throws IOException {
        JsonNode results = json(bench(
                        "curvature", "--model", MODEL, "--json", "--only", "adam step", "--precision", "float64"))
                .path("results");
        assertEquals(List.of("gradient", "adam step"), names(results));
        long vector = PARAMETERS * 8L;
        long gradient = results.path(0).path("extra_bytes").asLong();
        long adam = results.path(1).path("extra_bytes").asLong();
        assertTrue(gradient >= vector && gradient < 2 * vector, gradient + " of " + vector);
        // the gradient, two moments and the update
        assertTrue(adam >= 4 * vector && adam < 6 * vector, adam + " of " + vector);
    }

    @Test
    void against_printsTheRatiosOfWorksOfTheSameName() throws IOException {
        Path peer = Files.writeString(folder.resolve("peer.json"), """
                {"program": "other", "model": "%s", "batch": 3, "threads": 1, "precision": "float32",
                 "results": [{"name": "gradient", "median_s": 1000, "extra_bytes": 1073741824},
                             {"name": "sgd step", "median_s": 1000}]}
                """.formatted(MODEL));
        String out = bench("curvature", "--model", MODEL, "--only", "sgd,adam", "--against", peer)
                .out();
        String gradient = out.lines()
                .filter(line -> line.startsWith("gradient"))
                .findFirst()
                .orElseThrow();
        assertTrue(gradient.matches(".* 1000000\\.000 +[0-9.]+ +1024\\.0 +[0-9.]+"), gradient);
        String sgd = out.lines()
                .filter(line -> line.startsWith("sgd step"))
                .findFirst()
                .orElseThrow();
        assertTrue(sgd.matches(".* 1000000\\.000 +[0-9.]+"), sgd);
        assertTrue(out.lines().noneMatch(line -> line.startsWith("adam") && line.contains("1000000")), out);
        assertTrue(out.contains("ratios: other / soopt"), out);
    }

    @Test
    void ownResults_areAPeerToo() throws IOException {
        Path peer = Files.writeString(
                folder.resolve("peer.json"),
                bench("curvature", "--model", MODEL, "--only", "sgd", "--json").out());
        String out = bench("curvature", "--model", MODEL, "--only", "sgd", "--against", peer)
                .out();
        assertTrue(out.lines().anyMatch(line -> line.startsWith("sgd step") && line.endsWith(" 1.00")), out);
    }

    @Test
    void depth_hasTwoGroupsPerLayer() throws IOException {
        JsonNode depths =
                json(bench("depth", "--depths", "1,3", "--width", 4, "--json")).path("depths");
        assertEquals(
                List.of(4, 8),
                list(depths).stream().map(row -> row.path("groups").asInt()).toList());
        for (JsonNode row : depths) {
            assertEquals(List.of("gradient", "summary order 2", "summary order 3"), names(row.path("results")));
            assertTrue(row.path("order_3_predicted_gradients").asDouble() >= 1);
        }
    }

    @Test
    void partitions_areThoseOfTable4ThatFit() throws IOException {
        JsonNode partitions =
                json(bench("partitions", "--model", MODEL, "--json")).path("partitions");
        List<String> found = list(partitions).stream()
                .map(row -> row.path("partition").asText() + " "
                        + row.path("groups").asInt())
                .toList();
        assertEquals(
                List.of(
                        "trivial 1",
                        "weights-biases 2",
                        "blocks-2 6",
                        "blocks-4 10",
                        "alternate-2 6",
                        "alternate-4 10",
                        "canonical 10"),
                found);
        JsonNode fewer = json(bench(
                        "partitions", "--model", "{type: mlp, hidden: [4]}", "--no-final-layer-apart", "--json"))
                .path("partitions");
        assertEquals(5, fewer.size());
        assertEquals(4, fewer.path(2).path("groups").asInt());
    }

    @Test
    void tables_areMarkdown() {
        for (String command : List.of("depth", "partitions")) {
            Object[] tiny = command.equals("depth")
                    ? new Object[] {"--depths", "1,2", "--width", 4}
                    : new Object[] {"--model", MODEL};
            List<String> lines = bench(command, tiny).out().lines().toList();
            List<String> table =
                    lines.stream().filter(line -> line.startsWith("|")).toList();
            assertTrue(table.get(1).matches("\\|( -+:? \\|)+"), table.get(1));
            long bars = table.get(0).chars().filter(c -> c == '|').count();
            for (String line : table) {
                assertEquals(bars, line.chars().filter(c -> c == '|').count(), line);
            }
        }
    }
}
