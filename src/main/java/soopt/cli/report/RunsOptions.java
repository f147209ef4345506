package soopt.cli.report;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.file.Shown;
import soopt.report.read.Selection;

/** Which runs a command is about, and where they lie. */
abstract class RunsOptions {
    private static final String WHICH = "experiments or runs: names, ids or the beginning of one, folders";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            defaultValue = "results",
            description = "where runs lie (default: ${DEFAULT-VALUE})")
    private Path results;

    /** At least one must be named. */
    static final class Named extends RunsOptions {
        @Parameters(arity = "1..*", paramLabel = "RUN", description = WHICH)
        private List<String> names = List.of();

        @Override
        List<String> names() {
            return names;
        }
    }

    /** All experiments where none is named. */
    static class NamedOrAll extends RunsOptions {
        @Parameters(arity = "0..*", paramLabel = "RUN", description = WHICH + "; all experiments without")
        private List<String> names = List.of();

        @Override
        List<String> names() {
            return names;
        }
    }

    /** Of the command that has these options. */
    CommandSpec spec() {
        return spec;
    }

    /** As they were given. */
    abstract List<String> names();

    Path results() {
        return results;
    }

    /**
     * The runs that are meant; what cannot be read of one is said in a line each.
     *
     * @throws RunDirectoryException if a name means nothing, or there are no runs
     */
    List<ResultRun> runs() {
        List<ResultRun> runs = selected();
        if (runs.isEmpty()) {
            throw new RunDirectoryException(
                    "there are no runs in " + results + "; results lie elsewhere with --results");
        }
        tell(runs);
        return runs;
    }

    /** The same, of which nothing is said yet. */
    List<ResultRun> selected() {
        return Selection.runs(results, names());
    }

    /** Says what cannot be read of runs. */
    void tell(List<ResultRun> runs) {
        PrintWriter err = spec.commandLine().getErr();
        runs.forEach(run -> run.problems().forEach(line -> err.println(Shown.line(line))));
        err.flush();
    }
}
