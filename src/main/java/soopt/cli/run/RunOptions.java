package soopt.cli.run;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.cli.options.ComputeOptions;
import soopt.cli.options.DataOptions;
import soopt.cli.options.FailureLines;
import soopt.cli.options.SpecArguments;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Terminal;
import soopt.data.fetch.Store;
import soopt.experiment.Runner;
import soopt.experiment.file.Experiment;
import soopt.experiment.loop.StopSignal;
import soopt.spec.SpecSource;

/** What the commands that train share: where, how it is shown, and doing one run after the other. */
public final class RunOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            defaultValue = "results",
            description = "where runs are written (default: ${DEFAULT-VALUE})")
    private Path results;

    @Mixin
    private ComputeOptions compute;

    @Option(
            names = "--progress",
            paramLabel = "HOW",
            defaultValue = "auto",
            description =
                    "${COMPLETION-CANDIDATES}; auto is a bar on a terminal, else plain (default: ${DEFAULT-VALUE})")
    private Progress progress;

    @Option(names = "--json", description = "print the results as JSON on stdout")
    private boolean json;

    /** Lines on failures that were printed: what all runs fail with is said once. */
    private final Set<String> told = new HashSet<>();

    /** How a run is shown while it goes. */
    enum Progress {
        auto,
        bar,
        plain,
        none
    }

    /**
     * A run to do.
     *
     * @param source where its mistakes are reported
     */
    public record Job(Runner.Request request, SpecSource source) {}

    public Path results() {
        return results;
    }

    /** What the options --device and --threads set in an experiment file. */
    public List<String> overrides() {
        return compute.overrides();
    }

    /** How many threads a run computes with; 0 if that is left to the experiment file. */
    public int threads() {
        return compute.threads().orElse(0);
    }

    /** The experiment, computed where and with what the options say. */
    public Experiment applied(Experiment experiment) {
        return compute.applied(experiment);
    }

    /** The option that says where runs compute, for another command. */
    public List<String> deviceWords() {
        return compute.device()
                .map(device -> List.of("--device", device.toString()))
                .orElse(List.of());
    }

    /** One that fetches nothing and says nothing. */
    public Store offlineStore() {
        return data.offline();
    }

    public Store store() {
        return data.store(err());
    }

    /** The words of the command line, for meta.json. */
    public List<String> commandLine() {
        List<String> words = new ArrayList<>(List.of("soopt"));
        words.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return words;
    }

    public boolean isJson() {
        return json;
    }

    /** Whether progress is drawn on the last lines of a terminal. */
    public boolean isBar() {
        return progress == Progress.bar || (progress == Progress.auto && Terminal.interactive());
    }

    /** The options that say where data sets lie, for another command. */
    public List<String> dataWords() {
        return data.words();
    }

    /** Where progress is shown. */
    public PrintWriter err() {
        return progress == Progress.none
                ? new PrintWriter(PrintWriter.nullWriter())
                : spec.commandLine().getErr();
    }

    /**
     * Does the runs in turn, whatever one of them ends with, and prints what became of them.
     *
     * @param alike whether they differ in their seeds alone
     * @return the exit code
     */
    public int run(List<Job> jobs, boolean alike) {
        return run(jobs, alike, new StopSignal());
    }

    /** @param stop what stops the runs, which signals ask too */
    public int run(List<Job> jobs, boolean alike, StopSignal stop) {
        PrintWriter err = err();
        Interrupts interrupts = Interrupts.install(stop, spec.commandLine().getErr());
        Natives.prepare(
                err,
                jobs.stream().map(job -> job.request().experiment().device()).toList());
        List<SeedResult> done = new ArrayList<>();
        try (StatusLine status = new StatusLine(err, isBar())) {
            for (Job job : jobs) {
                done.add(stop.requested()
                        .map(why -> SeedResult.notStarted(job.request().seed(), why))
                        .orElseGet(() -> run(job, new RunView(status, interrupts), stop)));
            }
        }
        SeedReport report = new SeedReport(done, alike);
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? report.asJson() : report.asText());
        out.flush();
        return report.exitCode();
    }

    private SeedResult run(Job job, RunView view, StopSignal stop) {
        try {
            return SeedResult.of(SpecArguments.placed(job.source(), () -> Runner.run(job.request(), view, stop)));
        } catch (Exception | Error failure) {
            view.ended();
            List<String> lines = FailureLines.of(failure);
            PrintWriter err = spec.commandLine().getErr();
            lines.stream().filter(told::add).forEach(err::println);
            return SeedResult.failed(job.request().seed(), failure, lines);
        }
    }
}
