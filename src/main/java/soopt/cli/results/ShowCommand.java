package soopt.cli.results;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Text;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.folder.Status;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Results;
import soopt.experiment.results.Standing;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.file.Problems;
import soopt.file.Shown;

/** Shows one run on a page. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        header = "Show one run: what it is, how it stands, its last metrics, its files and how to go on.",
        footerHeading = "%nExamples:%n",
        footer = {"  soopt show 9a78c1", "  soopt show results/quickstart/runs/9a78c1d3e4f5 --json"})
public final class ShowCommand implements Callable<Integer> {
    /** Files of a run by name or folder, and what they hold. */
    private static final Map<String, String> CONTENTS = Map.ofEntries(
            Map.entry("config.yaml", "the experiment with all defaults"),
            Map.entry("source.yaml", "the experiment as written"),
            Map.entry("overrides.txt", "what the command line set"),
            Map.entry("meta.json", "versions, machine, data"),
            Map.entry("status.json", "how the run stands"),
            Map.entry("metrics.csv", "losses, accuracies, costs and times per evaluation"),
            Map.entry("steps.csv", "predicted and actual changes of the loss"),
            Map.entry("learning_rates.csv", "η of every group"),
            Map.entry("curvature.jsonl", "what they were computed from"),
            Map.entry("solver.jsonl", "what the method alone knows of its steps"),
            Map.entry("events.jsonl", "what happened, for programs"),
            Map.entry("run.log", "what happened, for people"),
            Map.entry("matrices", "H̄, H̄⁻¹ and the regularized matrix of recorded moments"),
            Map.entry("checkpoints", "where it goes on, and the weights at its end"),
            Map.entry("incident", "the step that diverged"),
            Map.entry("plots", "figures of soopt plot"));

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "RUN",
            description = "the id of a run in the results folder, the beginning of one, or the folder of a run")
    private String name = "";

    @Option(
            names = "--results",
            paramLabel = "DIR",
            defaultValue = "results",
            description = "where runs lie (default: ${DEFAULT-VALUE})")
    private Path results;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        ResultRun run = Results.run(results, name);
        PrintWriter err = spec.commandLine().getErr();
        run.problems().forEach(line -> err.println(Shown.line(line)));
        err.flush();
        JsonNode meta = RunFolder.open(run.folder()).meta();
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? asJson(run, meta) : asText(run, meta));
        out.flush();
        return ExitCode.OK;
    }

    /** Bytes of each file, and of the files of each folder together. */
    private static Map<String, Long> files(Path folder) {
        Map<String, Long> bytes = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder, 2)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                bytes.merge(folder.relativize(path).getName(0).toString(), Files.size(path), Long::sum);
            }
        } catch (IOException e) {
            throw new RunDirectoryException("cannot read " + folder + ": " + Problems.reason(e), e);
        }
        return bytes;
    }

    private static String goOn(ResultRun run) {
        String id = run.id();
        return switch (run.standing()) {
            case RUNNING -> "it is running: 'soopt watch' follows it";
            case COMPLETED ->
                "'soopt run " + run.folder().resolve("config.yaml")
                        + " training.epochs=… --extend' trains it for longer";
            case DIVERGED -> "'soopt replay " + id + "' computes the step that diverged again";
            case STALLED -> "it would end the same: change the experiment";
            case UNKNOWN -> "'soopt run' with its experiment begins it anew";
            default -> "'soopt resume " + id + "' goes on with it";
        };
    }

    private static String asText(ResultRun run, JsonNode meta) {
        Map<String, String> settings = run.settings();
        StringBuilder text = new StringBuilder();
        line(text, "run " + run.id() + " of " + run.experiment() + ", seed " + run.seed() + ": " + run.standing());
        if (!run.reason().isEmpty()) {
            line(text, "  " + run.reason());
        }
        Table facts = new Table("", "");
        facts.row("folder", run.folder());
        facts.row(
                "what",
                settings.getOrDefault("optimizer.type", "?") + " on " + settings.getOrDefault("model.type", "?") + ", "
                        + settings.getOrDefault("dataset.type", "?") + ", " + settings.getOrDefault("precision", "?"));
        facts.row(
                "progress",
                "epoch " + run.epoch() + " of " + (run.epochs().isEmpty() ? "?" : run.epochs()) + ", step "
                        + run.status().map(Status::step).orElse(0L));
        run.best().ifPresent(best -> facts.row("best", RunColumns.words(best)));
        fact(facts, "began", meta.path("started_at"));
        fact(facts, "resumed", meta.path("resumed_at"));
        fact(facts, "ended", meta.path("ended_at"));
        facts.row(
                "where",
                meta.path("host").asText("?") + ", "
                        + meta.path("device")
                                .path("name")
                                .asText(meta.path("device").asText("?")));
        facts.row(
                "program",
                meta.path("soopt_version").asText("?") + " "
                        + meta.path("git_commit").asText("")
                        + (meta.path("git_dirty").asBoolean() ? " (with changes)" : ""));
        run.status()
                .flatMap(Status::ending)
                .map(Ending::warnings)
                .orElse(List.of())
                .forEach(warning -> facts.row("warning", warning));
        text.append(facts.shown("  ")).append(System.lineSeparator());
        text.append(metrics(run)).append(System.lineSeparator());
        Table files = new Table("file", "bytes", "");
        files(run.folder())
                .forEach((file, bytes) ->
                        files.row(file, String.format(Locale.ROOT, "%,d", bytes), CONTENTS.getOrDefault(file, "")));
        text.append(files.shown("  ")).append(System.lineSeparator());
        text.append(Text.shown(goOn(run))).append(System.lineSeparator());
        return text.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(Shown.line(line)).append(System.lineSeparator());
    }

    private static void fact(Table facts, String name, JsonNode value) {
        if (!value.isMissingNode()) {
            facts.row(name, value.asText());
        }
    }

    private static String metrics(ResultRun run) {
        Table table = new Table("last metrics", "", "");
        for (Column<MetricsRow> column : MetricsRow.COLUMNS) {
            double value = run.number(column.name());
            if (!Double.isNaN(value)) {
                table.row(column.name(), number(value), column.meaning());
            }
        }
        return table.isEmpty() ? "" : table.shown("  ");
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.6g", value);
    }

    private static String asJson(ResultRun run, JsonNode meta) {
        JsonObject last = new JsonObject();
        run.last().columns().forEach(column -> last.put(column, run.number(column)));
        List<JsonObject> files = new ArrayList<>();
        files(run.folder())
                .forEach((file, bytes) -> files.add(new JsonObject()
                        .put("file", file)
                        .put("bytes", bytes)
                        .put("contents", CONTENTS.getOrDefault(file, ""))));
        JsonObject settings = new JsonObject();
        run.settings().forEach(settings::put);
        return RunColumns.json(run, List.of())
                .put("experiment", run.experiment())
                .put("step", run.status().map(Status::step).orElse(0L))
                .put("can_go_on", run.standing().canGoOn() && run.standing() != Standing.UNKNOWN)
                .put("settings", settings)
                .put("last", last)
                .putObjects("files", files)
                .put("meta", JsonObject.of(meta))
                .put("go_on", goOn(run))
                .pretty();
    }
}
