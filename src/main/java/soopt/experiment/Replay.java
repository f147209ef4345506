package soopt.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import soopt.backend.Backend;
import soopt.data.fetch.Store;
import soopt.experiment.checkpoint.Checkpoint;
import soopt.experiment.checkpoint.Generations;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.experiment.loop.Trainer;
import soopt.file.JsonObject;
import soopt.file.Temporary;
import soopt.file.WriteException;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

/**
 * A divergence computed again from what the folder incident/ of its run holds: the experiment, the newest checkpoint
 * before it, and the data set. The run goes on from there in a folder of its own, with the same code, until it ends.
 *
 * @param recorded incident.json of the run
 * @param replayed of the replay; empty if it did not diverge
 * @param ending one line on how it ended
 * @param from the step that it began after
 * @param differences the keys that do not hold the same, to the last bit
 */
public record Replay(
        JsonNode recorded, Optional<JsonNode> replayed, String ending, long from, List<String> differences) {
    private static final String INCIDENT = "incident.json";
    private static final String STATE = "state.npz";

    public Replay {
        differences = List.copyOf(differences);
    }

    /** Whether the same happened. */
    public boolean isSame() {
        return replayed.isPresent() && differences.isEmpty();
    }

    /**
     * Computes it again.
     *
     * @param run the folder of a run that diverged
     * @throws RunDirectoryException if it holds no incident
     */
    public static Replay of(Path run, Store store, RunListener listener, StopSignal stop) {
        Path incident = run.resolve("incident");
        Experiment experiment = experiment(run);
        long seed = experiment.seeds().get(0);
        Path results = temporary();
        try {
            experiment.requireFiles();
            Path folder = RunDirectory.runs(results, experiment.experiment()).resolve(experiment.runId(seed));
            long from = prepare(incident, experiment, folder);
            Runner.Request request = new Runner.Request(
                    experiment, seed, results, store, "", List.of(), List.of("soopt", "replay"), Runner.Again.GO_ON);
            RunResult result = Runner.run(request, listener, stop);
            stop.check();
            JsonNode recorded = JsonObject.read(incident.resolve(INCIDENT));
            Optional<JsonNode> replayed = result.state() == RunState.DIVERGED
                    ? Optional.of(JsonObject.read(folder.resolve("incident").resolve(INCIDENT)))
                    : Optional.empty();
            return new Replay(
                    recorded,
                    replayed,
                    result.message(),
                    from,
                    replayed.map(again -> differences(recorded, again)).orElse(List.of()));
        } finally {
            Temporary.discard(results);
        }
    }

    /**
     * What the run that diverged was.
     *
     * @throws RunDirectoryException if it holds no incident
     */
    public static Experiment experiment(Path run) {
        Path config = run.resolve("incident").resolve("config.yaml");
        if (!Files.isRegularFile(config.resolveSibling(INCIDENT)) || !Files.isRegularFile(config)) {
            throw new RunDirectoryException(run + " has no incident to replay: such have runs that diverged, in the"
                    + " folder incident/ with incident.json and config.yaml");
        }
        return Binder.bind(SpecSource.read(config), Experiment.class);
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("soopt-replay-");
        } catch (IOException e) {
            throw new WriteException(Path.of(System.getProperty("java.io.tmpdir")), e);
        }
    }

    /** Makes the folder of a run that was interrupted at the checkpoint; gives its steps, 0 without one. */
    private static long prepare(Path incident, Experiment experiment, Path folder) {
        Path checkpoints = folder.resolve("checkpoints");
        if (!Files.isRegularFile(incident.resolve(STATE))) {
            return 0;
        }
        try {
            Files.createDirectories(checkpoints);
            Files.createDirectories(folder.resolve("matrices"));
            Files.copy(incident.resolve(STATE), checkpoints.resolve("last.npz"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new WriteException(checkpoints, e);
        }
        try (Backend backend = Devices.open(experiment.device(), experiment.precision(), experiment.threads())) {
            Generations generations = new Generations(checkpoints);
            Checkpoint state = generations
                    .newest(backend, found -> Optional.empty())
                    .checkpoint()
                    .orElseThrow(() -> new RunDirectoryException(incident.resolve(STATE)
                            + " is damaged or of another version of soopt: the incident cannot be replayed"));
            Trainer.forgetRows(folder, state);
            generations.save(state, () -> {});
            return Trainer.stepsDone(state);
        }
    }

    /** The keys whose values differ, but for words. */
    private static List<String> differences(JsonNode recorded, JsonNode replayed) {
        TreeSet<String> keys = new TreeSet<>();
        recorded.fieldNames().forEachRemaining(keys::add);
        replayed.fieldNames().forEachRemaining(keys::add);
        keys.remove("message");
        List<String> differences = new ArrayList<>();
        for (String key : keys) {
            if (!recorded.path(key).equals(replayed.path(key))) {
                differences.add(key);
            }
        }
        return differences;
    }
}
