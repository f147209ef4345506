package soopt.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.cli.options.DataOptions;
import soopt.cli.options.ExitCode;
import soopt.cli.options.SpecArguments;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Terminal;
import soopt.experiment.Runner;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.file.JsonObject;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/** Trains what an experiment file describes, one run per seed. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        header = "Train what an experiment file describes, one run per seed.",
        description = "The folder of a run is named by the hash of its spec: the same spec is not run twice.",
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

    @Option(names = "--force", description = "run again what is finished; the old folder is kept as <id>.attempt-k")
    private boolean force;

    @Option(names = "--seed", paramLabel = "N", description = "run this seed instead of those of the file")
    private Long seed;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: one per physical core)")
    private Integer threads;

    @Option(
            names = "--progress",
            paramLabel = "HOW",
            defaultValue = "auto",
            description =
                    "${COMPLETION-CANDIDATES}; auto is a bar on a terminal, else plain (default: ${DEFAULT-VALUE})")
    private Progress progress;

    @Option(names = "--json", description = "print the results as JSON on stdout")
    private boolean json;

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
        Natives.announce(err);
        List<RunResult> done = new ArrayList<>();
        try (StatusLine status = new StatusLine(err, bar)) {
            for (long each : experiment.seeds()) {
                if (stop.requested().isEmpty()) {
                    Runner.Request request = request(experiment, each, source, err);
                    RunView view = new RunView(status, interrupts);
                    done.add(SpecArguments.placed(source, () -> Runner.run(request, view, stop)));
                }
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? asJson(done) : asText(done));
        out.flush();
        return done.stream().mapToInt(RunResult::exitCode).max().orElse(ExitCode.OK);
    }

    private List<String> fromOptions() {
        List<String> more = new ArrayList<>();
        if (seed != null) {
            more.add("seeds=[" + seed + "]");
        }
        if (threads != null) {
            more.add("threads=" + threads);
        }
        return more;
    }

    private Runner.Request request(Experiment experiment, long each, SpecSource source, PrintWriter err) {
        return new Runner.Request(
                experiment, each, results, data.store(err), source.text(), source.overrides(), commandLine(), force);
    }

    private List<String> commandLine() {
        List<String> words = new ArrayList<>(List.of("soopt"));
        words.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return words;
    }

    private static String asText(List<RunResult> results) {
        StringBuilder text = new StringBuilder();
        for (RunResult result : results) {
            text.append(result.message()).append(System.lineSeparator());
            if (!result.existed()) {
                result.last().ifPresent(row -> text.append(summary(result, row)));
                text.append("results in ").append(result.folder()).append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    private static String summary(RunResult result, MetricsRow row) {
        String line = System.lineSeparator();
        String best = result.best()
                .map(b -> String.format(
                        Locale.ROOT, "best %s %s at epoch %d%n", b.metric(), value(b.metric(), b.value()), b.epoch()))
                .orElse("");
        String test = Double.isNaN(row.testAccuracy())
                ? "test loss " + RunView.number(row.testLoss())
                : "test accuracy " + RunView.percent(row.testAccuracy());
        return best + test + " after epoch " + row.epoch() + ", " + row.step() + " steps, "
                + RunView.seconds(row.wallSeconds()) + line;
    }

    private static String value(String metric, double value) {
        return metric.endsWith("_acc") ? RunView.percent(value) : RunView.number(value);
    }

    private static String asJson(List<RunResult> results) {
        return new JsonObject()
                .putObjects("runs", results.stream().map(RunCommand::json).toList())
                .pretty();
    }

    private static JsonObject json(RunResult result) {
        JsonObject object = new JsonObject()
                .put("run_id", result.runId())
                .put("folder", result.folder().toString())
                .put("state", result.state().name())
                .put("exit_code", result.exitCode())
                .put("existed", result.existed())
                .put("message", result.message())
                .put("epoch", result.epoch())
                .put("step", result.step());
        result.best()
                .ifPresent(best -> object.put(
                        "best",
                        new JsonObject()
                                .put("metric", best.metric())
                                .put("value", best.value())
                                .put("epoch", best.epoch())));
        result.last()
                .ifPresent(row -> object.put("train_loss", row.trainLoss())
                        .put("val_loss", row.validationLoss())
                        .put("val_acc", row.validationAccuracy())
                        .put("test_loss", row.testLoss())
                        .put("test_acc", row.testAccuracy())
                        .put("wall_time_s", row.wallSeconds()));
        return object;
    }
}
