package soopt.experiment.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.RunFiles;
import soopt.experiment.SmallRun;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.RunState;
import soopt.npy.NpzFile;

class CheckpointTest {
    private static final List<String> STREAMS = List.of("metrics.csv", "steps.csv", "learning_rates.csv");

    @TempDir
    Path results;

    private Path folder(String id) {
        return results.resolve("small/runs").resolve(id);
    }

    @Test
    void hugeStep_divergesWithARemedyAndAnIncident() {
        Ending ending = new SmallRun().stepSize(1e12).train(results, "a");

        assertEquals(RunState.DIVERGED, ending.state());
        assertTrue(ending.message().startsWith("diverged at step 2 (epoch 1): "), ending.message());
        assertTrue(ending.message().contains("try a smaller optimizer.step-size"), ending.message());
        JsonNode incident = RunFiles.json(folder("a").resolve("incident/incident.json"));
        assertEquals(2, incident.path("step").asInt());
        assertEquals(64, incident.path("batch_indices").size());
        assertEquals(4, incident.path("hbar").size());
        assertEquals(
                "DIVERGED",
                RunFiles.json(folder("a").resolve("status.json")).path("state").asText());
        assertEquals(
                6,
                RunFiles.json(folder("a").resolve("status.json"))
                        .path("exit_code")
                        .asInt());
    }

    @Test
    void cancel_leavesAValidFolderWithACheckpoint() {
        Ending ending = new SmallRun().stopAfter(9).train(results, "a");

        assertEquals(RunState.CANCELLED, ending.state());
        JsonNode status = RunFiles.json(folder("a").resolve("status.json"));
        assertEquals("CANCELLED", status.path("state").asText());
        assertEquals(9, status.path("step").asInt());
        assertEquals(130, status.path("exit_code").asInt());
        assertEquals(2, RunFiles.rows(folder("a").resolve("metrics.csv")).size());
        assertTrue(Files.exists(folder("a").resolve("checkpoints/last.npz")));
        List<String> events = RunFiles.jsonLines(folder("a").resolve("events.jsonl")).stream()
                .map(event -> event.path("event").asText())
                .toList();
        assertEquals("run_started", events.get(0));
        assertEquals(
                List.of("signal_received", "checkpoint_saved", "run_finished"),
                events.subList(events.size() - 3, events.size()));
    }

    @Test
    void resumedRun_hasTheNumbersOfAnUninterruptedOne() {
        new SmallRun().train(results, "whole");
        new SmallRun().stopAfter(9).train(results, "parts");
        Ending ending = new SmallRun().resume(results, "parts");

        assertEquals(RunState.COMPLETED, ending.state());
        for (String stream : STREAMS) {
            assertEquals(
                    RunFiles.withoutTimes(folder("whole").resolve(stream)),
                    RunFiles.withoutTimes(folder("parts").resolve(stream)),
                    stream);
        }
        assertEquals(
                NpzFile.read(folder("whole").resolve("matrices/matrices.npz")),
                NpzFile.read(folder("parts").resolve("matrices/matrices.npz")));
        assertEquals(
                NpzFile.read(folder("whole").resolve("checkpoints/last.npz")).get("theta"),
                NpzFile.read(folder("parts").resolve("checkpoints/last.npz")).get("theta"));
        assertEquals(List.of(0.0, 0.0, 1.0), RunFiles.column(folder("parts").resolve("metrics.csv"), "restart_count"));
    }

    /** Between two computations of the curvature: what is told of the last one comes from the checkpoint. */
    @Test
    void divergenceOfAResumedRun_isToldAsThatOfAnUninterruptedOne() {
        Ending whole = new SmallRun().stepSize(1e12).train(results, "whole");
        new SmallRun().stepSize(1e12).stopAfter(1).train(results, "parts");
        Ending ending = new SmallRun().stepSize(1e12).resume(results, "parts");

        assertEquals(whole, ending);
        assertTrue(ending.message().contains("the largest learning rate is that of "), ending.message());
        assertEquals(
                RunFiles.json(folder("whole").resolve("incident/incident.json")),
                RunFiles.json(folder("parts").resolve("incident/incident.json")));
    }

    @Test
    void checkpoints_keepTheOneBefore() {
        new SmallRun().with("record.checkpoint.every=1 epoch").train(results, "a");

        assertEquals(
                Set.of("last.npz", "prev.npz", "weights.npz"),
                RunFiles.files(folder("a").resolve("checkpoints")));
    }
}
