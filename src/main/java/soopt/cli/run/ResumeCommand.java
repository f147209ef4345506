package soopt.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import soopt.cli.options.SpecArguments;
import soopt.cli.options.TimeLimit;
import soopt.experiment.Runner;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.loop.StopSignal;
import soopt.file.Shown;
import soopt.spec.SpecSource;

/** Goes on with runs that were interrupted, by their folders alone. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        header = "Go on with runs that were interrupted.",
        description = {
            "Each goes on from its newest checkpoint that is whole, to the numbers of a run that was not interrupted;"
                    + " without one it begins anew and says so. What is finished is left alone.",
            "'soopt run' with the file and the overrides that made a run does the same."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt resume 9a78c1",
            "  soopt resume results/quickstart/runs/*",
        })
public final class ResumeCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "RUN",
            description = "the id of a run in the results folder, the beginning of one, or the folder of a run")
    private List<String> runs = List.of();

    @Mixin
    private RunOptions options;

    @Mixin
    private TimeLimit timeLimit;

    @Option(
            names = "--force",
            description = "also what a process on another host may still write: only if that is dead")
    private boolean force;

    @Override
    public Integer call() {
        List<RunOptions.Job> jobs = runs.stream().map(this::job).toList();
        StopSignal stop = new StopSignal();
        timeLimit.over(stop);
        return options.run(jobs, false, stop);
    }

    private RunOptions.Job job(String name) {
        Path folder = RunDirectory.find(options.results(), name);
        SpecSource source = SpecSource.read(folder.resolve("config.yaml")).with(options.overrides());
        Experiment experiment = SpecArguments.bind(source);
        long seed = experiment.seeds().get(0);
        SpecArguments.placed(source, () -> {
            experiment.requireFiles();
            return requireSame(folder, experiment, seed);
        });
        Runner.Request request = new Runner.Request(
                experiment,
                seed,
                RunDirectory.resultsOf(folder),
                options.store(),
                text(folder.resolve("source.yaml")),
                text(folder.resolve("overrides.txt")).lines().toList(),
                options.commandLine(),
                force ? Runner.Again.TAKE_OVER : Runner.Again.GO_ON);
        return new RunOptions.Job(request, source);
    }

    /** The name of a folder says what the run is, and what the files hold that it reads. */
    private static Path requireSame(Path folder, Experiment experiment, long seed) {
        String id = experiment.runId(seed);
        boolean same = folder.getFileName().toString().equals(id)
                && folder.equals(RunDirectory.runs(RunDirectory.resultsOf(folder), experiment.experiment())
                        .resolve(id));
        if (!same) {
            throw new RunDirectoryException(folder + " cannot go on: its config.yaml means run " + id + " of "
                    + Shown.quoted(experiment.experiment()) + " now; a file that it names holds other data than when it"
                    + " began, or the folder was renamed or is of another version of soopt");
        }
        return folder;
    }

    /** What only a run that begins anew needs; empty if it is missing. */
    private static String text(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.readString(file) : "";
        } catch (IOException unreadable) {
            return "";
        }
    }
}
