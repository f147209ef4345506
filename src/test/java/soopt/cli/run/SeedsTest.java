package soopt.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.RunDirectory;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

/** Several seeds in one command. */
class SeedsTest {
    private static final String SPEC = """
            experiment: seeds
            seeds: [1, 2, 3]
            dataset: {type: mnist-sample, limit: 60, validation: 20}
            model: {type: mlp, hidden: [4], activation: tanh}
            optimizer: {type: sgd, step-size: 0.1}
            training: {epochs: 1, batch-size: 20}
            record: {curvature: {every: never}}
            """;

    @TempDir
    Path folder;

    private Path spec;

    @BeforeEach
    void write() throws IOException {
        spec = Files.writeString(folder.resolve("seeds.yaml"), SPEC);
    }

    private Path results() {
        return folder.resolve("results");
    }

    private Cli.Result run(String... more) {
        Object[] words = new Object[5 + more.length];
        words[0] = "run";
        words[1] = spec;
        words[2] = "--results";
        words[3] = results();
        words[4] = "--json";
        System.arraycopy(more, 0, words, 5, more.length);
        return Cli.run(words);
    }

    private static JsonNode json(Cli.Result result) throws JsonProcessingException {
        return new ObjectMapper().readTree(result.out());
    }

    private static List<String> texts(JsonNode runs, String key) {
        return StreamSupport.stream(runs.spliterator(), false)
                .map(run -> run.path(key).asText())
                .toList();
    }

    /** As another process does that runs this seed. */
    private RunDirectory occupy(long seed) {
        String id = Binder.bind(SpecSource.parse("seeds.yaml", SPEC), Experiment.class)
                .runId(seed);
        return RunDirectory.claim(results(), "seeds", id, false);
    }

    @Test
    void seedThatFails_isReported_andTheOthersAreTrained() throws JsonProcessingException {
        try (RunDirectory other = occupy(1)) {
            Cli.Result result = run().expect(ExitCode.SPEC);
            JsonNode runs = json(result).path("runs");
            assertEquals(List.of("FAILED", "COMPLETED", "COMPLETED"), texts(runs, "state"));
            assertEquals(List.of("1", "2", "3"), texts(runs, "seed"));
            assertEquals(List.of("3", "0", "0"), texts(runs, "exit_code"));
            assertTrue(runs.get(0).path("message").asText().contains("run " + other.id() + " is already running"));
            assertTrue(result.err().contains("run " + other.id() + " is already running"), result.err());
            assertEquals(2, json(result).path("mean").path("seeds").asInt());
        }
    }

    @Test
    void sameFailureOfAllSeeds_isPrintedOnce() throws JsonProcessingException {
        Cli.Result result = run("dataset={type: npz, train: nowhere.npz}");
        JsonNode runs = json(result).path("runs");
        assertEquals(List.of("FAILED", "FAILED", "FAILED"), texts(runs, "state"));
        assertEquals(result.code(), runs.get(0).path("exit_code").asInt());
        assertEquals(1, result.errorLines().size(), result.err());
    }

    @Test
    void internalError_inOneSeed_isAnEntryOfItsOwn() {
        IllegalStateException failure = new IllegalStateException("a mistake");
        SeedResult failed = SeedResult.failed(1, failure, List.of("internal error: a mistake"));
        SeedResult fine = new SeedResult(2, "COMPLETED", 0, "completed", Optional.empty());

        SeedReport report = new SeedReport(List.of(failed, fine), true);
        assertEquals(ExitCode.INTERNAL, report.exitCode());
        assertEquals(
                List.of("seed 1: internal error: a mistake", "seed 2: completed"),
                report.asText().lines().toList());
    }

    @ParameterizedTest
    @CsvSource({"'0,6,0', 6", "'6,3', 3", "'3,4,5', 5", "'5,1', 1", "'1,75,0', 75", "'75,130,1', 130", "'0,0', 0"})
    void exitCode_isTheWorstOfTheSeeds(String codes, int expected) {
        List<SeedResult> seeds = List.of(codes.split(",")).stream()
                .map(code -> new SeedResult(1, "?", Integer.parseInt(code), "", Optional.empty()))
                .toList();

        assertEquals(expected, new SeedReport(seeds, true).exitCode());
    }

    @Test
    void mean_isOfTheLastEvaluationsOfAllSeeds_alsoOfThoseThatExistAlready() throws JsonProcessingException {
        JsonNode first = json(run().expect(ExitCode.OK));
        double mean = 0;
        for (JsonNode seed : first.path("runs")) {
            mean += seed.path("test_loss").asDouble() / 3;
        }
        double squares = 0;
        for (JsonNode seed : first.path("runs")) {
            squares += Math.pow(seed.path("test_loss").asDouble() - mean, 2);
        }
        JsonNode summary = first.path("mean");
        assertEquals(3, summary.path("seeds").asInt());
        assertEquals(mean, summary.path("test_loss").path("mean").asDouble(), 1e-12);
        assertEquals(
                Math.sqrt(squares / 2),
                summary.path("test_loss").path("deviation").asDouble(),
                1e-12);
        assertEquals(summary, json(run().expect(ExitCode.OK)).path("mean"), "read from metrics.csv");

        Cli.Result text = Cli.run("run", spec, "--results", results()).expect(ExitCode.OK);
        String last = text.out().lines().reduce((a, b) -> b).orElse("");
        assertTrue(last.startsWith("mean ± deviation over 3 of 3 seeds: test_acc "), last);
        assertTrue(text.out().startsWith("seed 1: run "), text.out());
    }

    @Test
    void oneSeed_hasNoMean() throws JsonProcessingException {
        assertTrue(json(run("--seed", "5").expect(ExitCode.OK)).path("mean").isMissingNode());
    }
}
