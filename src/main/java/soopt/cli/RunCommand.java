package soopt.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.cli.options.DataOptions;
import soopt.cli.options.SpecArguments;
import soopt.cli.options.ThreadOptions;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Terminal;
import soopt.experiment.Runner;
import soopt.experiment.file.Experiment;
import soopt.experiment.loop.StopSignal;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/** Trains what an experiment file describes, one run per seed. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        header = "Train what an experiment file describes, one run per seed.",
        description = {
            "The folder of a run is named by the hash of its spec: the same spec is not run twice, and one that was"
                    + " interrupted goes on from its newest checkpoint, to the same numbers.",
            "Ctrl-C, TERM, HUP and USR1 stop a run with a checkpoint; a second Ctrl-C stops at once.",
            "A seed that fails does not end the command: the exit code is the first of 130, 75, 1, 5, 4, 3, 6"
                    + " that a seed ended with, else 0."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt run configs/quickstart.yaml",
            "  soopt run configs/mlp_newtonsummary.yaml optimizer.step-size=0.3 training.epochs=2 --seed 1",
            "  soopt run configs/quickstart.yaml --force --json 2>/dev/null"
        })
final class RunCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SpecArguments arguments;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            defaultValue = "results",
            description = "where runs are written (default: ${DEFAULT-VALUE})")
    private Path results;

    @Option(
            names = "--restart",
            description = "begin anew what was interrupted; the old folder is kept as <id>.attempt-k")
    private boolean restart;

    @Option(names = "--force", description = "begin anew what is finished too")
    private boolean force;

    @Option(names = "--seed", paramLabel = "N", description = "run this seed instead of those of the file")
    private Long seed;

    @Mixin
    private ThreadOptions threads;

    @Option(
            names = "--progress",
            paramLabel = "HOW",
            defaultValue = "auto",
            description =
                    "${COMPLETION-CANDIDATES}; auto is a bar on a terminal, else plain (default: ${DEFAULT-VALUE})")
    private Progress progress;

    @Option(names = "--json", description = "print the results as JSON on stdout")
    private boolean json;

    /** Lines on failures that were printed: what all seeds fail with is said once. */
    private final Set<String> told = new HashSet<>();

    /** How a run is shown while it goes. */
    enum Progress {
        auto,
        bar,
        plain,
        none
    }

    @Override
    public Integer call() {
        SpecSource source = arguments.source(fromOptions());
        Experiment experiment = SpecArguments.bind(source);
        if (experiment.sweep().isPresent()) {
            String remedy =
                    "the file has a sweep block: use soopt sweep, or '~sweep' to run the rest as one experiment";
            throw source.place(SpecException.of("sweep", List.of(remedy)));
        }
        StopSignal stop = new StopSignal();
        PrintWriter err = progress == Progress.none
                ? new PrintWriter(PrintWriter.nullWriter())
                : spec.commandLine().getErr();
        Interrupts interrupts = Interrupts.install(stop, spec.commandLine().getErr());
        boolean bar = progress == Progress.bar || (progress == Progress.auto && Terminal.interactive());
        Natives.prepare(err);
        List<SeedResult> done = new ArrayList<>();
        try (StatusLine status = new StatusLine(err, bar)) {
            for (long each : experiment.seeds()) {
                Runner.Request request = request(experiment, each, source, err);
                done.add(stop.requested()
                        .map(why -> SeedResult.notStarted(each, why))
                        .orElseGet(() -> run(request, source, new RunView(status, interrupts), stop)));
            }
        }
        SeedReport report = new SeedReport(done);
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? report.asJson() : report.asText());
        out.flush();
        return report.exitCode();
    }

    /** Whatever one seed ends with, the next one is tried. */
    private SeedResult run(Runner.Request request, SpecSource source, RunView view, StopSignal stop) {
        try {
            return SeedResult.of(SpecArguments.placed(source, () -> Runner.run(request, view, stop)));
        } catch (Exception | Error failure) {
            view.ended();
            List<String> lines = Failures.lines(failure);
            PrintWriter err = spec.commandLine().getErr();
            lines.stream().filter(told::add).forEach(err::println);
            return SeedResult.failed(request.seed(), failure, lines);
        }
    }

    private List<String> fromOptions() {
        List<String> more = new ArrayList<>();
        if (seed != null) {
            more.add("seeds=[" + seed + "]");
        }
        more.addAll(threads.overrides());
        return more;
    }

    private Runner.Request request(Experiment experiment, long each, SpecSource source, PrintWriter err) {
        return new Runner.Request(
                experiment, each, results, data.store(err), source.text(), source.overrides(), commandLine(), again());
    }

    private Runner.Again again() {
        Runner.Again unlessForced = restart ? Runner.Again.RESTART : Runner.Again.GO_ON;
        return force ? Runner.Again.FORCE : unlessForced;
    }

    private List<String> commandLine() {
        List<String> words = new ArrayList<>(List.of("soopt"));
        words.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return words;
    }
}
