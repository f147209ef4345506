package soopt.experiment.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.data.fetch.Store;
import soopt.experiment.FailureCode;
import soopt.experiment.Runner;
import soopt.experiment.SmallRun;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.file.WriteException;

/**
 * A disk that fills up at any moment of a run ends it in the user's words, with a status that says so and no litter.
 */
class FullDiskTest {
    private static final String FULL = "No space left on device";

    @TempDir
    Path results;

    private final List<String> heard = new ArrayList<>();

    private RunResult run(Path where, String... overrides) {
        Runner.Request request = new Runner.Request(
                SmallRun.experiment(overrides),
                7,
                where,
                new Store(Path.of("datasets"), true),
                SmallRun.YAML,
                List.of(overrides),
                List.of("soopt", "run", "small.yaml"),
                Runner.Again.GO_ON);
        RunListener listener = new RunListener() {
            @Override
            public void message(String text) {
                heard.add(text);
            }
        };
        return Runner.run(request, listener, new StopSignal());
    }

    private Path folder(String... overrides) {
        return results.resolve("small/runs")
                .resolve(SmallRun.experiment(overrides).runId(7));
    }

    @Test
    void diskWithoutRoomForAClaim_isOneLine_andNothingIsLeft() throws IOException {
        RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> run(FullDisk.of(results, 100, FULL)));

        assertTrue(
                e.getMessage()
                        .matches(
                                "cannot write to the results folder \\S+: " + FULL + "; choose another with --results"),
                e.getMessage());
        assertEquals(FailureCode.SPEC, FailureCode.of(e));
        try (Stream<Path> left = Files.walk(results)) {
            assertEquals(List.of(), left.filter(Files::isRegularFile).toList());
        }
    }

    /** Bytes: from the first file of the folder to the last checkpoint. */
    @ParameterizedTest
    @ValueSource(ints = {2_000, 20_000, 38_500, 41_000, 50_000})
    void fullDisk_isOneLineAndAFailedRun_withoutLitter(int capacity) throws IOException {
        String[] overrides = {"training.epochs=1", "record.curvature.every=2 steps", "record.steps.every=1 steps"};
        WriteException e =
                assertThrows(WriteException.class, () -> run(FullDisk.of(results, capacity, FULL), overrides));

        assertTrue(e.getMessage().matches("cannot write \\S+: " + FULL), e.getMessage());
        assertEquals(FailureCode.SPEC, FailureCode.of(e));
        if (Files.exists(folder(overrides))) {
            assertEquals(List.of(), FolderAudit.of(folder(overrides), true));
            RunFolder left = RunFolder.open(folder(overrides));
            assertEquals(RunState.FAILED, left.status().orElseThrow().state());
            assertEquals(3, left.status().orElseThrow().ending().orElseThrow().exitCode());
            List<JsonNode> events = left.events();
            assertEquals("FAILED", events.get(events.size() - 1).path("state").asText());
        } else {
            assertTrue(capacity < 37_000, "the folder was given up, though it was begun");
            assertFalse(Files.exists(results.resolve("small")), "and no trace of it stays");
        }
    }

    @Test
    void diskWithoutRoomForAFolder_isAnUnwritableResultsFolder() {
        RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> run(FullDisk.of(results, 0, FULL)));

        assertEquals(
                "cannot write to the results folder " + results + ": " + FULL + "; choose another with --results",
                e.getMessage());
    }

    @Test
    void quota_isNamedAsSuch() {
        WriteException e =
                assertThrows(WriteException.class, () -> run(FullDisk.of(results, 20_000, "Disk quota exceeded")));

        assertTrue(e.getMessage().endsWith(": Disk quota exceeded"), e.getMessage());
    }

    @Test
    void checkpointThatDoesNotFit_isToldOnce_andTheRunGoesOn() throws IOException {
        String[] overrides = {
            "model.hidden=[60]",
            "record.curvature.every=never",
            "record.checkpoint.every=2 steps",
            "training.epochs=1",
            "optimizer.momentum=0.9"
        };
        // Weights of 60 × 784 numbers in float64 take 380,000 bytes; a checkpoint holds them with the optimizer's
        // state.
        RunResult result = run(FullDisk.of(results, 1_000_000, FULL), overrides);

        assertEquals(RunState.COMPLETED, result.state());
        List<String> told =
                heard.stream().filter(text -> text.contains("checkpoint")).toList();
        assertEquals(1, told.size(), heard.toString());
        assertTrue(told.get(0).contains(FULL) && told.get(0).contains("training goes on"), told.get(0));
        assertEquals(List.of(), FolderAudit.of(folder(overrides), true));
        assertTrue(Files.exists(folder(overrides).resolve("checkpoints/weights.npz")));
    }

    @Test
    void earlierRun_isBackInItsPlace_whenANewOneCannotBegin() throws IOException {
        Path earlier = Files.createDirectories(folder());
        Files.writeString(earlier.resolve("metrics.csv"), "epoch,step\n1,7\n");
        assertThrows(WriteException.class, () -> run(FullDisk.of(results, 3_000, FULL)));

        assertEquals("epoch,step\n1,7\n", Files.readString(earlier.resolve("metrics.csv")));
        assertFalse(Files.exists(earlier.resolveSibling(earlier.getFileName() + ".attempt-1")));
        assertEquals(List.of(), heard);
    }

    // ---- the audit itself ----

    @Test
    void audit_findsWhatIsCutShort() throws IOException {
        new SmallRun().period(0).train(results, "a");
        Path run = results.resolve("small/runs/a");
        assertEquals(List.of(), FolderAudit.of(run, true));
        for (String name : List.of(
                "metrics.csv",
                "matrices/matrices.csv",
                "matrices/groups.csv",
                "matrices/matrices.jsonl",
                "meta.json",
                "steps.csv",
                "checkpoints/last.npz",
                "matrices/matrices.npz")) {
            byte[] bytes = Files.readAllBytes(run.resolve(name));
            Files.write(run.resolve(name), Arrays.copyOf(bytes, bytes.length - 3));
            assertFalse(FolderAudit.of(run, true).isEmpty(), name);
            Files.write(run.resolve(name), bytes);
        }
        Files.createFile(run.resolve("a.tmp1"));
        assertEquals(1, FolderAudit.of(run, true).size());
    }
}
