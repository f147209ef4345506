package soopt.cli.results;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Results;
import soopt.file.Shown;

/** The arguments that commands over experiments share: which, and where they lie. */
final class ResultsOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            defaultValue = "results",
            description = "where runs lie (default: ${DEFAULT-VALUE})")
    private Path results;

    @Parameters(
            arity = "0..*",
            paramLabel = "EXPERIMENT",
            description = "names of experiments in the results folder, or their folders; all without")
    private List<String> names = List.of();

    Path results() {
        return results;
    }

    /** The folders that are asked for. */
    List<Path> experiments() {
        return Results.experiments(results, names);
    }

    /** The results folder that an experiment lies in. */
    Path folderOf(Path experiment) {
        return Optional.ofNullable(experiment.getParent()).orElse(Path.of(""));
    }

    /** The runs of an experiment; what cannot be read of one is said in a line each. */
    List<ResultRun> runs(Path experiment, Predicate<ResultRun> wanted) {
        List<ResultRun> runs = new ArrayList<>();
        try (Stream<ResultRun> all = Results.runs(experiment)) {
            runs.addAll(all.filter(wanted).toList());
        }
        PrintWriter err = spec.commandLine().getErr();
        runs.forEach(run -> run.problems().forEach(line -> err.println(Shown.line(line))));
        err.flush();
        return runs;
    }
}
