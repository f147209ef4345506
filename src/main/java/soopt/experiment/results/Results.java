package soopt.experiment.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.Problems;
import soopt.file.Shown;
import soopt.spec.Suggestions;

/** A results folder: its experiments, and the runs of each. */
public final class Results {
    private static final String RUN = "[0-9a-f]{12}";

    private Results() {}

    /**
     * The folders of experiments, by name.
     *
     * @param names of those that are asked for, or folders; all if there are none
     * @throws RunDirectoryException if one is not there
     */
    public static List<Path> experiments(Path results, List<String> names) {
        List<Path> all = list(results).stream().filter(Results::isExperiment).toList();
        if (names.isEmpty()) {
            if (!Files.isDirectory(results)) {
                throw new RunDirectoryException(
                        "there is no results folder " + results + "; results lie elsewhere with --results");
            }
            return all;
        }
        return names.stream()
                .map(name -> experiment(results, all, name))
                .distinct()
                .toList();
    }

    /** A sweep that has not begun has a plan and no runs. */
    private static boolean isExperiment(Path folder) {
        return Files.isDirectory(folder.resolve("runs")) || Files.isRegularFile(folder.resolve("plan.json"));
    }

    private static Path experiment(Path results, List<Path> all, String name) {
        Optional<Path> named = all.stream()
                .filter(folder -> folder.getFileName().toString().equals(name))
                .findFirst();
        Path folder = Path.of(name);
        if (named.isEmpty() && !name.isBlank() && isExperiment(folder)) {
            return folder.toAbsolutePath().normalize();
        }
        return named.orElseThrow(() -> {
            List<String> known =
                    all.stream().map(each -> each.getFileName().toString()).toList();
            String meant = Suggestions.nearest(name, known)
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse(known.isEmpty() ? "" : "; there are " + Shown.cut(String.join(", ", known), 200));
            return new RunDirectoryException("there is no experiment " + Shown.quoted(name) + " in " + results + meant);
        });
    }

    /** The runs of an experiment in order of their names, read one after the other as the stream is. */
    public static Stream<ResultRun> runs(Path experiment) {
        return runs(experiment, folder -> true);
    }

    /** The same of those folders that are wanted. */
    public static Stream<ResultRun> runs(Path experiment, Predicate<Path> wanted) {
        String name = experiment.getFileName().toString();
        Settings settings = new Settings();
        return runFolders(experiment).parallelStream()
                .filter(wanted)
                .map(folder -> ResultRun.read(name, folder, settings));
    }

    /** The folders of its runs, without those that were kept aside. */
    public static List<Path> runFolders(Path experiment) {
        return list(experiment.resolve("runs")).stream()
                .filter(folder -> folder.getFileName().toString().matches(RUN) && Files.isDirectory(folder))
                .toList();
    }

    /** One run by its id, the beginning of one, or its folder. */
    public static ResultRun run(Path results, String name) {
        Path folder = RunDirectory.find(results, name);
        Path experiment = Optional.ofNullable(folder.getParent())
                .flatMap(runs -> Optional.ofNullable(runs.getParent()))
                .orElse(folder);
        return ResultRun.read(String.valueOf(experiment.getFileName()), folder, new Settings());
    }

    static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new RunDirectoryException("cannot read " + folder + ": " + Problems.reason(e), e);
        }
    }
}
