package soopt.report.read;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Results;
import soopt.experiment.results.Varied;
import soopt.file.Shown;
import soopt.spec.Suggestions;

/** The runs that the words of a command line name. */
public final class Selection {
    private static final String ID = "[0-9a-f]{1,12}";

    private Selection() {}

    /**
     * Each word is an experiment of the results folder, the folder of an experiment or of a run, the id of a run or the
     * beginning of one, in this order; a run that is named twice counts once. The runs of an experiment are in order of
     * what varies, then of their seeds.
     *
     * @param names none: all experiments
     * @throws RunDirectoryException if a word names nothing, or an experiment without runs
     */
    public static List<ResultRun> runs(Path results, List<String> names) {
        Map<Path, ResultRun> runs = new LinkedHashMap<>();
        if (names.isEmpty()) {
            Results.experiments(results, List.of()).forEach(experiment -> add(ofExperiment(experiment), runs));
        }
        for (String name : names) {
            List<ResultRun> named = named(results, name);
            if (named.isEmpty()) {
                throw new RunDirectoryException("experiment " + Shown.quoted(name) + " has no runs yet");
            }
            add(named, runs);
        }
        return List.copyOf(runs.values());
    }

    private static void add(List<ResultRun> found, Map<Path, ResultRun> runs) {
        found.forEach(run -> runs.putIfAbsent(run.folder().toAbsolutePath().normalize(), run));
    }

    private static List<ResultRun> named(Path results, String name) {
        Optional<Path> experiment = experiment(results, name);
        if (experiment.isPresent()) {
            return ofExperiment(experiment.get());
        }
        Path folder = Path.of(name);
        boolean isFolder = !name.isBlank() && Files.isDirectory(folder);
        if (isFolder ? !isRun(folder) : !isId(results, name)) {
            throw unknown(results, name, isFolder);
        }
        return List.of(Results.run(results, name));
    }

    private static Optional<Path> experiment(Path results, String name) {
        Optional<Path> known = experiments(results).stream()
                .filter(each -> each.getFileName().toString().equals(name))
                .findFirst();
        if (known.isPresent() || name.isBlank()) {
            return known;
        }
        Path folder = Path.of(name).toAbsolutePath().normalize();
        return Optional.of(folder).filter(Selection::isExperiment);
    }

    private static boolean isExperiment(Path folder) {
        return Files.isDirectory(folder.resolve("runs")) || Files.isRegularFile(folder.resolve("plan.json"));
    }

    private static boolean isRun(Path folder) {
        return Stream.of("config.yaml", "metrics.csv", "status.json")
                .anyMatch(file -> Files.isRegularFile(folder.resolve(file)));
    }

    /** Of one run; that several begin so is said by who looks for it. */
    private static boolean isId(Path results, String name) {
        return name.matches(ID)
                && experiments(results).stream()
                        .flatMap(experiment -> Results.runFolders(experiment).stream())
                        .anyMatch(run -> run.getFileName().toString().startsWith(name));
    }

    private static RunDirectoryException unknown(Path results, String name, boolean isFolder) {
        if (isFolder) {
            return new RunDirectoryException(Shown.value(name) + " is a folder without the files of a run, and without"
                    + " runs/ as an experiment has it");
        }
        if (!Files.isDirectory(results)) {
            return new RunDirectoryException("there is no run or experiment " + Shown.quoted(name)
                    + ", and no results folder " + results + "; results lie elsewhere with --results");
        }
        List<String> known = experiments(results).stream()
                .map(each -> each.getFileName().toString())
                .toList();
        String meant = Suggestions.didYouMean(name, known);
        String choices = known.isEmpty() ? "it is empty" : "experiments: " + Shown.cut(String.join(", ", known), 200);
        return new RunDirectoryException("there is no run or experiment " + Shown.quoted(name) + " in " + results
                + (meant.isEmpty() ? "; " + choices : meant));
    }

    private static List<Path> experiments(Path results) {
        return Files.isDirectory(results) ? Results.experiments(results, List.of()) : List.of();
    }

    private static List<ResultRun> ofExperiment(Path experiment) {
        List<ResultRun> runs = new ArrayList<>();
        try (Stream<ResultRun> all = Results.runs(experiment)) {
            runs.addAll(all.toList());
        }
        runs.sort(Varied.order(Varied.keys(runs)));
        return runs;
    }

    /** The results folder that a run lies in, if it lies in one as soopt makes them. */
    public static Optional<Path> resultsOf(ResultRun run) {
        Path runs = run.folder().toAbsolutePath().normalize().getParent();
        return Optional.ofNullable(runs)
                .filter(folder -> folder.endsWith("runs"))
                .map(folder ->
                        RunDirectory.resultsOf(run.folder().toAbsolutePath().normalize()));
    }
}
