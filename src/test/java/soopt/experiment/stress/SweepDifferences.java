package soopt.experiment.stress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether two sweeps came to the same: the runs to the last bit, and summary.csv byte for byte but for times, memory
 * and restarts. The program of scripts/test/kill-sweep.sh.
 */
public final class SweepDifferences {
    private static final Set<String> NOT_NUMBERS = Set.of("restart_count", "peak_memory_bytes");

    private SweepDifferences() {}

    /** Two folders of an experiment: exit code 1, and a line each, if they differ. */
    public static void main(String[] folders) throws IOException {
        Path whole = Path.of(folders[0]);
        Path parts = Path.of(folders[1]);
        List<String> found = new ArrayList<>();
        Set<String> runs = runs(whole);
        if (!runs.equals(runs(parts))) {
            found.add("runs " + runs(parts) + " instead of " + runs);
        }
        for (String run : runs) {
            if (Files.isDirectory(parts.resolve("runs").resolve(run))) {
                found.addAll(Differences.of(
                        whole.resolve("runs").resolve(run),
                        parts.resolve("runs").resolve(run)));
            }
        }
        if (!numbers(whole).equals(numbers(parts))) {
            found.add("summary.csv differs");
        }
        found.forEach(System.out::println);
        System.exit(found.isEmpty() ? 0 : 1);
    }

    private static Set<String> runs(Path experiment) throws IOException {
        try (Stream<Path> folders = Files.list(experiment.resolve("runs"))) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> name.matches("[0-9a-f]{12}"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static List<String> numbers(Path experiment) throws IOException {
        List<String> lines = Files.readAllLines(experiment.resolve("summary.csv"));
        List<String> header = Arrays.asList(lines.get(0).split(",", -1));
        int[] kept = IntStream.range(0, header.size())
                .filter(i -> !header.get(i).endsWith("_s") && !NOT_NUMBERS.contains(header.get(i)))
                .toArray();
        return lines.stream()
                .map(line -> Arrays.asList(line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1)))
                .map(cells -> IntStream.of(kept).mapToObj(cells::get).collect(Collectors.joining(",")))
                .toList();
    }
}
