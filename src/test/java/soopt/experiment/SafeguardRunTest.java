package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.data.fetch.Store;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;

/** What a safeguard does, in the records of a run. */
final class SafeguardRunTest {
    @TempDir
    Path results;

    private static List<JsonNode> events(Path folder, String name) {
        return RunFiles.jsonLines(folder.resolve("events.jsonl")).stream()
                .filter(event -> event.path("event").asText().equals(name))
                .toList();
    }

    @Test
    void updateThatIsNotFinite_isDroppedOnce_andRecorded() {
        Ending ending = new SmallRun().spoiled(4L, 9L).train(results, "a");
        assertEquals(RunState.COMPLETED, ending.state(), ending.message());
        assertTrue(
                ending.warnings().contains("optimizer.safeguard: update not taken at 2 steps"),
                ending.warnings().toString());
        Path folder = results.resolve("small/runs/a");
        List<JsonNode> dropped = events(folder, "update_dropped");
        assertEquals(
                List.of(5L, 10L),
                dropped.stream().map(event -> event.path("step").asLong()).toList());
        assertTrue(
                dropped.get(0).path("message").asText().endsWith("the next one that is not ends the run"),
                dropped.toString());
    }

    @Test
    void twoUpdatesThatAreNotFinite_oneAfterTheOther_areDiverged() {
        Ending ending = new SmallRun().spoiled(4L, 5L).train(results, "a");
        assertEquals(RunState.DIVERGED, ending.state(), ending.message());
        assertTrue(ending.message().startsWith("diverged at step 6"), ending.message());
        assertEquals(
                1, events(results.resolve("small/runs/a"), "update_dropped").size());
    }

    @Test
    void stoppedRun_countsWhatWasDroppedBefore() {
        new SmallRun().spoiled(4L, 9L).stopAfter(7).train(results, "a");
        Ending ending = new SmallRun().spoiled(4L, 9L).resume(results, "a");
        assertTrue(
                ending.warnings().contains("optimizer.safeguard: update not taken at 2 steps"),
                ending.warnings().toString());
    }

    @Test
    void lossThatRises_isToldWithTheMeanBeforeIt() {
        List<String> keys = List.of(
                "optimizer={type: newton-summary, direction: adam, rates: {type: budget, kappa: 10, shares: one},"
                        + " safeguard: 1.1}");
        RunResult result = Runner.run(
                new Runner.Request(
                        SmallRun.experiment(keys.toArray(String[]::new)),
                        7,
                        results,
                        new Store(Path.of("datasets"), true),
                        SmallRun.YAML,
                        keys,
                        List.of("soopt", "run"),
                        Runner.Again.GO_ON),
                RunListener.SILENT,
                new StopSignal());
        List<JsonNode> halved = events(result.folder(), "rates_halved");
        assertEquals(1, halved.size(), halved.toString());
        double loss = halved.get(0).path("batch_loss").asDouble();
        assertTrue(loss > 1.1 * halved.get(0).path("mean_loss").asDouble(), halved.toString());
        assertTrue(RunFiles.text(result.folder().resolve("status.json")).contains("rates halved at 1 step"));
    }
}
