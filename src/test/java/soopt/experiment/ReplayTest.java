package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.data.fetch.Store;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.npy.NpzFile;

/** What a run that diverged leaves in incident/ is enough to compute the step again. */
class ReplayTest {
    private static final String SUMMARY = "optimizer={type: newton-summary, step-size: 30, period: 2, cubic: {damping:"
            + " 1.0e-6}, direction: {type: sgd, momentum: 0.9}}";

    @TempDir(factory = InMemory.class)
    Path folder;

    private Path diverged(String... overrides) {
        Runner.Request request = new Runner.Request(
                SmallRun.experiment(overrides),
                7,
                folder.resolve("results"),
                new Store(Path.of("datasets"), true),
                SmallRun.YAML,
                List.of(overrides),
                List.of("soopt", "run", "small.yaml"),
                Runner.Again.GO_ON);
        RunResult result = Runner.run(request, RunListener.SILENT, new StopSignal());
        assertEquals(RunState.DIVERGED, result.state(), result.message());
        return result.folder();
    }

    private static Replay replay(Path run) {
        return Replay.of(run, new Store(Path.of("datasets"), true), RunListener.SILENT, new StopSignal());
    }

    /** The folder incident/ and nothing else. */
    private Path bundle(Path run) throws IOException {
        Path alone = folder.resolve("alone");
        try (Stream<Path> files = Files.walk(run.resolve("incident"))) {
            for (Path file : files.toList()) {
                Path copy = alone.resolve(run.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return alone;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "optimizer={type: sgd, step-size: 1.0e+7, momentum: 0.9}",
                "optimizer={type: adam, step-size: 1.0e+6}",
                SUMMARY,
            })
    void incidentAlone_givesTheSameStep_fromTheCheckpointBeforeIt(String optimizer) throws IOException {
        Path run = diverged(optimizer, "record.checkpoint.every=1 step", "training.epochs=8", "evaluate.every=never");
        Replay replay = replay(bundle(run));

        assertEquals(List.of(), replay.differences(), replay.ending());
        assertTrue(replay.isSame());
        long step = replay.recorded().path("step").asLong();
        assertTrue(step > 1 && replay.from() == step - 1, "step " + step + " from " + replay.from());
    }

    @Test
    void incidentWithoutACheckpoint_isReplayedFromTheStart() throws IOException {
        Path run = diverged(SUMMARY, "training.epochs=8");
        assertFalse(Files.exists(run.resolve("incident/state.npz")));
        Replay replay = replay(bundle(run));

        assertTrue(replay.isSame(), replay.toString());
        assertEquals(0, replay.from());
    }

    @Test
    void divergenceOfAnEvaluation_isReplayedToo() throws IOException {
        Path run = diverged(
                "optimizer={type: sgd, step-size: 1.0e+8}",
                "training={epochs: 1, batch-size: 500}",
                "record.checkpoint.every=1 step");
        JsonNode incident = RunFiles.json(run.resolve("incident/incident.json"));
        assertTrue(incident.has("val_loss"), incident.toString());

        assertTrue(replay(bundle(run)).isSame());
    }

    @Test
    void bundle_hasWhatIsNeededToLookAtTheStep() {
        Path run = diverged(SUMMARY, "training.epochs=8", "record.checkpoint.every=1 step");
        JsonNode incident = RunFiles.json(run.resolve("incident/incident.json"));

        for (String key : List.of("step", "batch_indices", "streams", "hbar_averaged", "g", "d3", "eta_applied")) {
            assertTrue(incident.has(key), key);
        }
        double[] eigenvalues = new double[incident.path("eigenvalues").size()];
        Arrays.setAll(eigenvalues, i -> incident.path("eigenvalues").path(i).asDouble());
        assertEquals(incident.path("groups").size(), eigenvalues.length);
        double trace = 0;
        for (int s = 0; s < eigenvalues.length; s++) {
            trace += incident.path("hbar_averaged").path(s).path(s).asDouble();
        }
        double sum = Arrays.stream(eigenvalues).sum();
        double size = Arrays.stream(eigenvalues).map(Math::abs).sum();
        assertEquals(trace, sum, 1e-12 * size);
        assertTrue(incident.path("streams").path("curvature").path(0).asLong() > 0);
        assertEquals(
                NpzFile.read(run.resolve("checkpoints/last.npz")), NpzFile.read(run.resolve("incident/state.npz")));
        assertEquals(4, NpzFile.read(run.resolve("incident/weights.npz")).size());
    }

    @Test
    void whatDiffers_isNamed() throws IOException {
        Path run = diverged(SUMMARY, "training.epochs=8");
        Path file = run.resolve("incident/incident.json");
        ObjectNode incident = (ObjectNode) RunFiles.json(file);
        Files.writeString(file, incident.put("update_norm", 1.5).toString());

        Replay replay = replay(run);

        assertEquals(List.of("update_norm"), replay.differences());
        assertFalse(replay.isSame());
    }

    @Test
    void runWithoutAnIncident_isSaid() throws IOException {
        Path run = Files.createDirectories(folder.resolve("run"));
        RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> replay(run));
        assertTrue(e.getMessage().startsWith(run + " has no incident to replay"), e.getMessage());
    }

    @Test
    void damagedState_isSaid() throws IOException {
        Path run = diverged(SUMMARY, "training.epochs=8", "record.checkpoint.every=1 step");
        Path state = run.resolve("incident/state.npz");
        byte[] bytes = Files.readAllBytes(state);
        bytes[bytes.length / 2] ^= 4;
        Files.write(state, bytes);

        RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> replay(run));
        assertTrue(e.getMessage().contains("state.npz is damaged"), e.getMessage());
    }
}
