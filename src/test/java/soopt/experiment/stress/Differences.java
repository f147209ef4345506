package soopt.experiment.stress;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import soopt.experiment.RunFiles;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;

/**
 * What differs between the numbers of two run folders, but for times, memory and the number of restarts: nothing, bit
 * for bit, if one of the runs was interrupted and went on.
 */
public final class Differences {
    private static final List<String> TABLES = List.of("metrics.csv", "steps.csv", "learning_rates.csv");
    private static final List<String> OBJECTS = List.of("curvature.jsonl", "solver.jsonl");
    /** Arrays of a checkpoint that tell of times, restarts and lengths of files with times in them. */
    private static final List<String> NOT_NUMBERS = List.of("clocks", "trainer", "marks", "seal");

    private static final List<String> ENDS =
            List.of("state", "message", "epoch", "step", "best", "warnings", "curvature");

    private final Path whole;
    private final Path parts;
    private final List<String> found = new ArrayList<>();

    private Differences(Path whole, Path parts) {
        this.whole = whole;
        this.parts = parts;
    }

    /** One line each. */
    public static List<String> of(Path whole, Path parts) {
        Differences differences = new Differences(whole, parts);
        TABLES.forEach(name -> differences.lines(name, differences.table(whole, name), differences.table(parts, name)));
        OBJECTS.forEach(name -> differences.lines(name, objects(whole, name), objects(parts, name)));
        differences.matrices();
        differences.arrays("checkpoints/last.npz");
        differences.arrays("checkpoints/weights.npz");
        JsonNode end = RunFiles.json(whole.resolve("status.json"));
        JsonNode other = RunFiles.json(parts.resolve("status.json"));
        ENDS.forEach(key -> differences.same("status.json: " + key, end.path(key), other.path(key)));
        return differences.found;
    }

    private void same(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            found.add(parts.resolve(what) + ": " + actual + " instead of " + expected);
        }
    }

    private List<String> table(Path folder, String name) {
        return RunFiles.withoutTimes(folder.resolve(name)).lines().toList();
    }

    private static List<String> objects(Path folder, String name) {
        return RunFiles.jsonLines(folder.resolve(name)).stream()
                .map(Differences::withoutTimes)
                .toList();
    }

    private static String withoutTimes(JsonNode object) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            if (names.next().endsWith("_s")) {
                names.remove();
            }
        }
        return object.toString();
    }

    private void lines(String name, List<String> expected, List<String> actual) {
        same(name + ": number of lines", expected.size(), actual.size());
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            same(name + ": line " + (i + 1), expected.get(i), actual.get(i));
        }
    }

    private void matrices() {
        Set<String> files = RunFiles.files(whole.resolve("matrices"));
        same("matrices", files, RunFiles.files(parts.resolve("matrices")));
        for (String file : files) {
            String name = "matrices/" + file;
            if (file.endsWith(".npz")) {
                arrays(name);
            } else {
                same(name, RunFiles.text(whole.resolve(name)), RunFiles.text(parts.resolve(name)));
            }
        }
    }

    /** A run that diverged has left no checkpoint. */
    private void arrays(String name) {
        if (Files.notExists(whole.resolve(name)) && Files.notExists(parts.resolve(name))) {
            return;
        }
        Map<String, NpyArray> expected = NpzFile.read(whole.resolve(name));
        Map<String, NpyArray> actual = NpzFile.read(parts.resolve(name));
        Set<String> names = new HashSet<>(expected.keySet());
        names.addAll(actual.keySet());
        NOT_NUMBERS.forEach(names::remove);
        for (String array : names) {
            if (!expected.containsKey(array) || !expected.get(array).equals(actual.get(array))) {
                found.add(parts.resolve(name) + ": " + array + " differs");
            }
        }
    }
}
