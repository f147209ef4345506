package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What --json prints is JSON or nothing, and says nothing else; the rest is on stderr, as plain lines. */
class JsonTest {
    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), """
                experiment: json
                dataset: {type: mnist-sample, limit: 100, validation: 20}
                model: {type: mlp, hidden: [4]}
                optimizer: {type: newton-summary}
                training: {epochs: 1, batch-size: 20}
                """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | run $/a.yaml --json --results $/out",
                "6 | run $/a.yaml --json --results $/out optimizer={type: sgd, step-size: 1.0e+30} seeds=[1,2]",
                "0 | ls --json --results $/",
                "0 | best --json --results $/",
                "0 | collect --json --results $/",
                "0 | clean --json --results $/",
                "0 | merge --json $ $/into",
                "0 | sweep $/a.yaml --json --dry-run seed=range(1,3)",
                "0 | check $/a.yaml --json --batch 4",
                "0 | curvature $/a.yaml --json --limit 10 --threads 1",
                "0 | spectrum $/a.yaml --json --limit 10 --steps 5 --threads 1",
                "0 | partition $/a.yaml --json --all",
                "0 | config show $/a.yaml --json",
                "0 | config schema",
                "0 | list --json",
                "0 | datasets list --json",
                "0 | bench curvature --json --batch 2 --rounds 1 --warm-up 0 --model {type: mlp, hidden: [2]} --only order",
                "0 | gym --json --problem beale --optimizer cauchy --limit 100",
                "0 | bench depth --json --batch 2 --rounds 1 --warm-up 0 --depths 1 --width 2",
                "0 | bench partitions --json --batch 2 --rounds 1 --warm-up 0 --model {type: mlp, hidden: [2]}",
            })
    void success_isJson(int code, String line) throws IOException {
        Cli.Result result = run(line).expect(code);
        new ObjectMapper()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(result.out());
        assertTrue(result.out().startsWith("{"), result.out());
        assertTrue(result.err().chars().noneMatch(c -> c < ' ' && c != '\n'), result.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | run --json",
                "2 | run $/a.yaml --json --threads 0",
                "3 | run $/none.yaml --json --results $/out",
                "3 | run $/a.yaml --json --results $/out training.epochs=-1",
                "3 | run $/a.yaml --json --results $/a.yaml",
                "4 | run $/a.yaml --json --results $/out dataset={type: mnist} --offline --datasets $/none",
                "4 | check $/a.yaml --json dataset={type: mnist} --offline --datasets $/none",
                "3 | curvature $/a.yaml --json --limit 10 --weights $/none.npz",
                "2 | curvature $/a.yaml --json --limit x",
                "3 | spectrum $/a.yaml --json --limit 10 --weights $/none.npz",
                "2 | spectrum $/a.yaml --json --matrix x",
                "3 | partition $/a.yaml --json optimizer.partition=blocks-90",
                "3 | config show $/a.yaml --json a=b",
                "3 | ls --json --results $/none",
                "2 | ls --json --state nothing",
                "3 | show --json nothing --results $/out",
                "2 | best --json --metric nothing --results $/",
                "3 | collect --json --results $/none",
                "3 | export tensorboard --json nothing --results $/out",
                "3 | export tensorboard --json --results $/none",
                "2 | reproduce nothing --json --results $/out",
                "3 | report --json nothing --results $/out",
                "3 | plot none --json --results $/none",
                "3 | replay --json nothing --results $/out",
                "2 | clean --json --state running --results $/",
                "3 | merge --json $/none $/into",
                "2 | list --json nothing",
                "2 | gym --json --problem nothing",
                "2 | gym --json --optimizer nothing",
                "3 | gym --json --optimizer {type: adam, steps: 2}",
                "2 | bench curvature --json --batch 0",
                "3 | bench curvature --json --partition nothing",
            })
    void failure_isNothingOrAFailedRun_andLinesOnStderr(int code, String line) throws IOException {
        Cli.Result result = run(line).expect(code);
        if (!result.out().isEmpty()) {
            JsonNode json = new ObjectMapper().readTree(result.out());
            assertEquals(code, json.path("exit_code").asInt(), result.out());
            assertEquals("FAILED", json.path("runs").path(0).path("state").asText(), result.out());
        }
        assertTrue(!result.err().isBlank() && !result.err().contains("internal error"), result.err());
    }

    /** Words are parted by single blanks outside of braces; $ is the folder. */
    private Cli.Result run(String line) {
        return Cli.run((Object[]) Stream.of(line.strip().split(" (?![^{]*})"))
                .map(word -> word.replace("$", folder.toString()))
                .toArray(String[]::new));
    }
}
