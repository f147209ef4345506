package soopt.cli.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.RunFiles;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;

/** Runs of a few steps in a folder of their own, and commands over them. */
final class TinyRuns {
    private final Path folder;
    private final Path spec;

    TinyRuns(Path folder) throws IOException {
        this.folder = folder;
        double[] x = {1, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 2, 2, 1, 1};
        long[] y = {0, 1, 0, 1, 0, 1, 1, 0};
        NpzFile.write(folder.resolve("data.npz"), Map.of("x", NpyArray.of(x, 8, 2), "y", NpyArray.of(y, 8)));
        this.spec = Files.writeString(folder.resolve("tiny.yaml"), """
                experiment: tiny
                seeds: [1, 2]
                threads: 1
                dataset: {type: npz, train: data.npz, test: data.npz}
                model: {type: mlp, hidden: [2], activation: tanh}
                optimizer: {type: sgd, step-size: 0.1}
                training: {epochs: 2, batch-size: 4}
                """);
    }

    /** The same runs in another folder: what they name stays where it is. */
    TinyRuns copiedTo(Path other) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.skip(1).toList()) {
                Files.copy(file, other.resolve(folder.relativize(file).toString()));
            }
        }
        return new TinyRuns(other, other.resolve("tiny.yaml"));
    }

    private TinyRuns(Path folder, Path spec) {
        this.folder = folder;
        this.spec = spec;
    }

    Path results() {
        return folder.resolve("results");
    }

    Path spec() {
        return spec;
    }

    /** Trains with these settings and gives the folders of all runs. */
    List<Path> train(String... settings) {
        List<Object> words = new ArrayList<>(List.of("run", spec, "--progress", "none", "--results", results()));
        words.addAll(Arrays.asList(settings));
        Cli.run(words.toArray()).expect(ExitCode.OK);
        return folders("tiny");
    }

    List<Path> folders(String experiment) {
        try (Stream<Path> runs = Files.list(results().resolve(experiment).resolve("runs"))) {
            return runs.filter(run -> !run.endsWith(".claims")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder of the run of these settings. */
    Path folder(String seed, String stepSize) {
        return folders("tiny").stream()
                .filter(run -> RunFiles.text(run.resolve("config.yaml")).contains("seeds: [" + seed + "]"))
                .filter(run -> RunFiles.text(run.resolve("config.yaml")).contains("step-size: " + stepSize + "\n"))
                .findFirst()
                .orElseThrow();
    }

    /** A command over the results folder. */
    Cli.Result command(Object... words) {
        List<Object> all = new ArrayList<>(Arrays.asList(words));
        all.addAll(List.of("--results", results()));
        return Cli.run(all.toArray());
    }

    JsonNode json(Object... words) {
        List<Object> all = new ArrayList<>(Arrays.asList(words));
        all.add("--json");
        try {
            return new ObjectMapper()
                    .readTree(command(all.toArray()).expect(ExitCode.OK).out());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says another thing in status.json. */
    static void status(Path run, String key, String value) {
        try {
            ObjectNode status = (ObjectNode) RunFiles.json(run.resolve("status.json"));
            Files.writeString(run.resolve("status.json"), status.put(key, value).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As a kill leaves it: without an end. */
    static void cutOff(Path run) {
        try {
            status(run, "state", "RUNNING");
            Path events = run.resolve("events.jsonl");
            List<String> lines = Files.readAllLines(events).stream()
                    .filter(line -> !line.contains("run_finished"))
                    .toList();
            Files.write(events, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
