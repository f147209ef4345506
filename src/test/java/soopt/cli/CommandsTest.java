package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.cuda.Standin;
import soopt.cli.options.ExitCode;

/** Each command on a small experiment. */
class CommandsTest {
    private static final String SPEC = """
            experiment: small
            seeds: [1, 2]
            dataset: {type: mnist-sample, limit: 120, validation: 20}
            model: {type: mlp, hidden: [5], activation: tanh}
            optimizer: {type: newton-summary, step-size: 0.3, period: 2, average: none}
            training: {epochs: 2, batch-size: 50, curvature-batch-size: 50}
            """;

    @TempDir
    Path folder;

    private Path spec;

    @BeforeEach
    void write() throws IOException {
        spec = Files.writeString(folder.resolve("small.yaml"), SPEC);
    }

    private static JsonNode json(Cli.Result result) throws JsonProcessingException {
        return new ObjectMapper().readTree(result.out());
    }

    @Test
    void run_trainsEverySeedAndPrintsJson() throws IOException {
        Path results = folder.resolve("results");
        JsonNode runs = json(Cli.run("run", spec, "--results", results, "--json", "training.epochs=1")
                        .expect(ExitCode.OK))
                .path("runs");
        assertEquals(2, runs.size());
        for (JsonNode run : runs) {
            assertEquals("COMPLETED", run.path("state").asText());
            assertEquals(1, run.path("epoch").asInt());
            assertEquals(2, run.path("step").asInt());
            assertTrue(run.path("test_acc").isNumber());
            Path made = Path.of(run.path("folder").asText());
            assertEquals(3, Files.readAllLines(made.resolve("metrics.csv")).size());
            assertEquals("training.epochs=1\n", Files.readString(made.resolve("overrides.txt")));
        }
    }

    @Test
    void run_showsEpochsOnStderrAndTheFolderOnStdout() {
        Cli.Result result = Cli.run("run", spec, "--results", folder.resolve("results"), "--seed", 3)
                .expect(ExitCode.OK);
        List<String> epochs = result.errorLines().stream()
                .filter(line -> line.matches("\\s+[0-2] .* s"))
                .toList();
        assertEquals(3, epochs.size(), result.err());
        assertTrue(result.out().contains("results in " + folder.resolve("results")), result.out());
        assertTrue(result.out().contains("test accuracy"), result.out());
    }

    @Test
    void run_doesNotRepeatWhatIsFinished_unlessForced() {
        Object[] words = {"run", spec, "--results", folder.resolve("results"), "--seed", 3, "--progress", "none"};
        Cli.run(words).expect(ExitCode.OK);
        Cli.Result again = Cli.run(words).expect(ExitCode.OK);
        assertTrue(again.out().contains("use run --force"), again.out());
        assertEquals("", again.err());
        Object[] forced = Arrays.copyOf(words, words.length + 1);
        forced[words.length] = "--force";
        assertTrue(Cli.run(forced).expect(ExitCode.OK).out().contains("results in"));
    }

    @Test
    void divergedRun_exitsWith6AndSaysSo() throws IOException {
        Cli.Result result = Cli.run(
                        "run",
                        spec,
                        "--results",
                        folder.resolve("results"),
                        "--seed",
                        3,
                        "--json",
                        "optimizer={type: sgd, step-size: 1e30}")
                .expect(ExitCode.DIVERGED);
        assertEquals("DIVERGED", json(result).path("runs").path(0).path("state").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tanh", "relu", "softplus"})
    void check_passes(String activation) throws IOException {
        JsonNode report = json(Cli.run("check", spec, "--batch", 6, "--json", "model.activation=" + activation)
                .expect(ExitCode.OK));
        assertTrue(report.path("passed").asBoolean());
        assertEquals(3 * 4, report.path("derivatives").size());
        assertEquals(6, report.path("identities").size());
    }

    @Test
    void check_printsOneRowPerGroupAndOrder() {
        String out = Cli.run("check", spec, "--batch", 4).expect(ExitCode.OK).out();
        assertEquals(
                3,
                out.lines().filter(line -> line.startsWith("layers.0.weight")).count(),
                out);
        assertTrue(out.endsWith("ok: derivatives agree" + System.lineSeparator()), out);
    }

    @Test
    void curvature_writesMatricesThatAgreeWithItsJson() throws IOException {
        Path out = folder.resolve("curvature");
        JsonNode result = json(Cli.run("curvature", spec, "--limit", 40, "--out", out, "--json")
                .expect(ExitCode.OK));
        assertEquals(40, result.path("examples").asInt());
        for (String kind : List.of("hbar", "hbar_inverse", "regularized", "regularized_inverse")) {
            List<String> lines = Files.readAllLines(out.resolve(kind + ".csv"));
            assertEquals("group,layers.0.weight,layers.0.bias,layers.1.weight,layers.1.bias", lines.get(0));
            assertEquals(5, lines.size());
            assertEquals(
                    4,
                    new ObjectMapper()
                            .readTree(out.resolve(kind + ".json").toFile())
                            .path("matrix")
                            .size());
        }
        String[] first = Files.readAllLines(out.resolve("hbar.csv")).get(1).split(",");
        assertEquals(result.path("hbar").path(0).path(1).asDouble(), Double.parseDouble(first[2]));
        assertEquals(5, Files.readAllLines(out.resolve("groups.csv")).size());
    }

    /** The first orders are ḡ, the diagonal of H̄ and D̄³; the CSV files have the numbers of the JSON. */
    @Test
    void curvature_toOrder6_goesOnFromTheSummary() throws IOException {
        Path out = folder.resolve("taylor");
        JsonNode result = json(Cli.run("curvature", spec, "--limit", 40, "--taylor", 6, "--out", out, "--json")
                .expect(ExitCode.OK));
        JsonNode terms = result.path("taylor");
        assertEquals(7, terms.path("coefficients").size());
        for (int s = 0; s < 4; s++) {
            double g = result.path("g").path(s).asDouble();
            assertEquals(g, terms.path("groups").path(0).path(s).asDouble(), 1e-4 * Math.abs(g));
            double second = result.path("hbar").path(s).path(s).asDouble();
            assertEquals(second, terms.path("groups").path(1).path(s).asDouble(), 1e-4 * Math.abs(second));
        }
        List<String> lines = Files.readAllLines(out.resolve("taylor.csv"));
        assertEquals("order,derivative,coefficient", lines.get(0));
        assertEquals(8, lines.size());
        assertEquals(
                terms.path("coefficients").path(6).asDouble(),
                Double.parseDouble(lines.get(7).split(",")[2]));
        List<String> groups = Files.readAllLines(out.resolve("taylor_groups.csv"));
        assertEquals("group,d1,d2,d3,d4,d5,d6", groups.get(0));
        assertEquals(5, groups.size());
        String text = Cli.run("curvature", spec, "--limit", 40, "--taylor", 4)
                .expect(ExitCode.OK)
                .out();
        assertTrue(text.contains("DᵏL[u,…,u]/k!"), text);
    }

    @Test
    void curvature_readsTheCheckpointOfARun() throws IOException {
        Cli.Result run = Cli.run("run", spec, "--results", folder.resolve("results"), "--seed", 3, "--json")
                .expect(ExitCode.OK);
        String made = json(run).path("runs").path(0).path("folder").asText();
        double before = json(Cli.run("curvature", spec, "--json").expect(ExitCode.OK))
                .path("loss")
                .asDouble();
        double after = json(Cli.run("curvature", spec, "--json", "--weights", made)
                        .expect(ExitCode.OK))
                .path("loss")
                .asDouble();
        assertTrue(after < before, before + " then " + after);
        Path checkpoints = Path.of(made, "checkpoints");
        for (String file : List.of("last.npz", "weights.npz")) {
            assertEquals(
                    after,
                    json(Cli.run("curvature", spec, "--json", "--weights", checkpoints.resolve(file))
                                    .expect(ExitCode.OK))
                            .path("loss")
                            .asDouble(),
                    file);
        }
        Cli.run("curvature", spec, "--weights", made, "--split", "test").expect(ExitCode.OK);
    }

    @Test
    void partition_listsGroupsAndComparesAll() throws IOException {
        String one = Cli.run("partition", spec, "optimizer.partition=weights-biases")
                .expect(ExitCode.OK)
                .out();
        assertTrue(one.contains("layers.0.weight layers.1.weight"), one);
        JsonNode all = json(Cli.run("partition", spec, "--all", "--json").expect(ExitCode.OK))
                .path("partitions");
        List<String> names = StreamSupport.stream(all.spliterator(), false)
                .map(entry -> entry.path("partition").asText())
                .toList();
        assertTrue(
                names.containsAll(
                        List.of("trivial", "weights-biases", "blocks-2", "alternate-2", "canonical", "discrete")),
                names.toString());
    }

    @Test
    void partition_saysHowManyExamplesFitTheMemory() throws IOException {
        String[] words = {"partition", spec.toString(), "--json", "training.curvature-batch-size=50"};
        JsonNode whole = json(Cli.run((Object[]) words).expect(ExitCode.OK));
        JsonNode one = whole.path("partitions").path(0);
        assertEquals(50, one.path("examples_at_once").asInt());
        long budget = one.path("memory_bytes").asLong() / 1024 * 1024 / 3;
        words = Arrays.copyOf(words, 5);
        words[4] = "curvature.memory=" + budget / 1024 + " KiB";
        JsonNode third = json(Cli.run((Object[]) words).expect(ExitCode.OK));
        assertEquals(budget / 1024 * 1024, third.path("curvature_memory_bytes").asLong());
        JsonNode piece = third.path("partitions").path(0);
        assertTrue(piece.path("memory_bytes").asLong() <= budget, piece.toString());
        assertEquals(13, piece.path("examples_at_once").asInt(), "four pieces: a third of 50 is less than 17");
        String text = Cli.run("partition", spec, words[4]).expect(ExitCode.OK).out();
        assertTrue(text.contains("curvature.memory: " + words[4].substring("curvature.memory=".length())), text);
    }

    @Test
    void partition_saysHowManyRoundsTheMemoryTakes() throws IOException {
        Object[] words = {"partition", spec, "--json", "optimizer.partition=canonical", "curvature.memory=1 GiB"};
        JsonNode whole =
                json(Cli.run(words).expect(ExitCode.OK)).path("partitions").path(0);
        assertEquals(4, whole.path("directions_at_once").asInt());
        assertEquals(1, whole.path("rounds").asInt());
        words[4] = "curvature.memory=1 KiB";
        JsonNode cut =
                json(Cli.run(words).expect(ExitCode.OK)).path("partitions").path(0);
        assertEquals(1, cut.path("examples_at_once").asInt());
        assertEquals(2, cut.path("directions_at_once").asInt());
        assertEquals(6, cut.path("rounds").asInt(), "pairs of 4 groups");
        double more = cut.path("order_3_cost_gradients").asDouble()
                - whole.path("order_3_cost_gradients").asDouble();
        assertTrue(more > 0, cut.toString());
    }

    @Test
    void run_measuresTheFirstUpdate_afterAWarmUp() throws IOException {
        Object[] words = {
            "run",
            spec,
            "--results",
            folder.resolve("results"),
            "--seed",
            3,
            "--json",
            "training.epochs=3",
            "optimizer.average={type: uniform, window: 1, warm-up: 2}"
        };
        String made = json(Cli.run(words).expect(ExitCode.OK))
                .path("runs")
                .path(0)
                .path("folder")
                .asText();
        List<String> steps = Files.readAllLines(Path.of(made, "steps.csv"));
        assertEquals(2, steps.size(), steps.toString());
        assertTrue(steps.get(1).startsWith("5,3,"), "four steps of warm-up: " + steps.get(1));
        assertTrue(Files.readString(Path.of(made, "run.log")).contains("step 3: 0 of 4 groups move"));
    }

    @Test
    void config_showsWhatValidates() throws IOException {
        String shown = Cli.run("config", "show", spec, "training.epochs=7")
                .expect(ExitCode.OK)
                .out();
        assertTrue(shown.contains("epochs: 7"), shown);
        Path written = Files.writeString(folder.resolve("shown.yaml"), shown);
        assertTrue(
                Cli.run("config", "validate", written).expect(ExitCode.OK).out().startsWith("ok"));
        JsonNode schema = json(Cli.run("config", "schema").expect(ExitCode.OK));
        assertTrue(schema.toString().contains("newton-summary"));
        assertEquals(
                7,
                json(Cli.run("config", "show", spec, "training.epochs=7", "--json"))
                        .path("training")
                        .path("epochs")
                        .asInt());
    }

    @Test
    void schedule_validates_andIsShownWithItsDefaults() {
        String schedule = "training.schedule={type: cosine, to: 0.01, warm-up: 5 epochs}";
        assertTrue(Cli.run("config", "validate", spec, schedule)
                .expect(ExitCode.OK)
                .out()
                .startsWith("ok"));
        String shown =
                Cli.run("config", "show", spec, schedule).expect(ExitCode.OK).out();
        assertTrue(shown.contains("schedule: {type: cosine, to: 0.01, warm-up: 5 epochs, warm-up-from: 0.0}"), shown);
        String wrong = Cli.run("config", "validate", spec, "training.schedule={type: cosin, warmup: 5}")
                .expect(ExitCode.SPEC)
                .err();
        assertTrue(wrong.contains("did you mean 'cosine'?"), wrong);
    }

    @Test
    void list_namesEveryKind() throws IOException {
        String out = Cli.run("list").expect(ExitCode.OK).out();
        for (String name : List.of(
                "big-mlp",
                "newton-summary",
                "lm-ratio",
                "budget",
                "strong-wolfe",
                "mnist-sample",
                "weights-biases",
                "gelu",
                "softmax-cross-entropy")) {
            assertTrue(out.contains(name), name);
        }
        String keys = Cli.run("list", "optimizers").expect(ExitCode.OK).out();
        assertTrue(keys.matches("(?s).*step-size +number > 0.*"), keys);
        assertTrue(keys.matches("(?s).*sgd: .*momentum +number in \\[0, 1\\) .*adam: .*"), keys);
        String schedules = Cli.run("list", "schedules").expect(ExitCode.OK).out();
        assertTrue(
                schedules.matches(
                        "(?s).*cosine: .*over +like 5 epochs .*default none.*warm-up +like 5 epochs .*default 0 steps.*"),
                schedules);
        assertTrue(json(Cli.run("list", "models", "--json"))
                .path("models")
                .findValuesAsText("name")
                .contains("mlp"));
    }

    @Test
    void datasets_listAndVerifyTheSample() throws IOException {
        JsonNode entries =
                json(Cli.run("datasets", "list", "--json").expect(ExitCode.OK)).path("datasets");
        assertTrue(entries.findValuesAsText("name").contains("mnist-sample"));
        String out = Cli.run("datasets", "verify", "mnist-sample")
                .expect(ExitCode.OK)
                .out();
        assertEquals(4, out.lines().filter(line -> line.contains(" ok")).count(), out);
        Cli.run("datasets", "verify", "mnist", "--datasets", folder).expect(ExitCode.DATASET);
    }

    @Test
    void doctor_findsTheEngineWorking() {
        String out = Cli.run("doctor").expect(ExitCode.OK).out();
        assertTrue(out.endsWith("ready" + System.lineSeparator()), out);
    }

    @Test
    void doctor_triesTheResultsFolder_andReadsTheDataSets() throws IOException {
        JsonNode doctor = json(Cli.run("doctor", "--json", "--results", folder).expect(ExitCode.OK));

        assertEquals(folder.toString(), doctor.path("results").path("folder").asText());
        assertEquals(0, doctor.path("results").path("problems").size(), doctor.toString());
        doctor.path("datasets").forEach(set -> assertEquals(set.path("present"), set.path("right"), set.toString()));
        assertTrue(doctor.path("slurm").isObject());
    }

    @Test
    void doctor_saysOfEveryEngineWhetherItCanBeUsed_orWhyNot() throws IOException {
        JsonNode doctor = json(Cli.run("doctor", "--json").expect(ExitCode.OK));
        assertTrue(doctor.path("ready").asBoolean());
        assertEquals(
                List.of("cpu", "portable", "cuda", "nd4j-cuda"),
                doctor.path("engines").findValuesAsText("name"));
        doctor.path("engines")
                .forEach(engine -> assertTrue(
                        engine.path("state").asText().equals("ok") != engine.has("problem"), engine.toString()));
    }

    @Test
    void doctor_namesTheGpu_itsLibraries_andComputesOnIt() throws IOException {
        try (Standin gpu = Standin.use()) {
            JsonNode doctor = json(Cli.run("doctor", "--json").expect(ExitCode.OK));
            assertEquals("9.0", doctor.path("gpus").path(0).path("capability").asText());
            assertEquals("12.8", doctor.path("driver").path("cuda").asText());
            assertEquals(
                    Standin.folder().resolve("libnvrtc.so.12").toString(),
                    doctor.path("cuda_libraries").path(0).path("path").asText());
            assertEquals(
                    Standin.folder().resolve("libcusolver.so.11").toString(),
                    doctor.path("cuda_libraries").path(2).path("path").asText());
            assertEquals("ok", doctor.path("engines").path(2).path("state").asText());
            assertEquals("cuda", doctor.path("auto").asText());
            assertEquals("", gpu.fault());
        }
    }

    @Test
    void doctor_saysWhereFactorsAreDecomposed_withoutCusolver(@TempDir Path libraries) throws IOException {
        try (Standin gpu = Standin.use()) {
            System.setProperty(
                    "soopt.cuda.libraries",
                    Standin.folderWithout(libraries, "libcusolver.so.11").toString());
            String said = Cli.run("doctor").expect(ExitCode.OK).out();
            assertTrue(said.contains("not found: factors are decomposed on the host"), said);
            assertEquals("", gpu.fault());
        }
    }
}
