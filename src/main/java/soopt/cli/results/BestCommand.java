package soopt.cli.results;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.cli.options.Arguments;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Figures;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Text;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.results.Course;
import soopt.experiment.results.Ranking;
import soopt.experiment.results.Ranking.Configuration;
import soopt.experiment.results.Ranking.Reason;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Varied;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.file.Shown;
import soopt.spec.Suggestions;
import soopt.sweep.Plan;

/** Ranks the configurations of an experiment by a metric. */
@Command(
        name = "best",
        mixinStandardHelpOptions = true,
        header = "Rank the configurations of an experiment by a metric, over their seeds.",
        description = {
            "Runs that differ in their seeds alone are one configuration. Runs do not count that are not finished, that"
                    + " diverged, or whose training loss rose 100 times or more from one row of metrics.csv to the"
                    + " next; how many is said."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt best mlp_newtonsummary",
            "  soopt best mlp_newtonsummary --metric train_loss --statistic median --top 3",
            "  soopt best --metric wall_time_s --minimize --at last --json"
        })
public final class BestCommand implements Callable<Integer> {
    private static final String TUNE = "tune";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ResultsOptions options;

    @Option(
            names = "--metric",
            paramLabel = "COLUMN",
            description = "a column of metrics.csv (default: the first of val_acc, val_loss, test_acc, test_loss,"
                    + " train_loss that was measured)")
    private String metric = "";

    @Option(names = "--maximize", description = "the larger the better (default: accuracies only)")
    private boolean maximize;

    @Option(names = "--minimize", description = "the smaller the better")
    private boolean minimize;

    @Option(
            names = "--statistic",
            paramLabel = "S",
            defaultValue = "mean",
            description = "over the seeds: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Ranking.Statistic statistic;

    @Option(
            names = "--at",
            paramLabel = "WHEN",
            defaultValue = "best",
            description = "the value of a run: ${COMPLETION-CANDIDATES} of its rows (default: ${DEFAULT-VALUE})")
    private Ranking.Moment moment;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = "auto",
            description = "seeds of a sweep: tune, final or all (default: tune if the sweep has them, else all)")
    private String role;

    @Option(names = "--unfinished", description = "count runs that did not come to their end too")
    private boolean unfinished;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "configurations to show (default: ${DEFAULT-VALUE})")
    private int top;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        check();
        Ranking.Question question = new Ranking.Question(
                metric,
                maximize ? Optional.of(true) : minimize ? Optional.of(false) : Optional.empty(),
                statistic,
                moment,
                unfinished);
        StringBuilder text = new StringBuilder();
        List<JsonObject> experiments = new ArrayList<>();
        for (Path experiment : options.experiments()) {
            List<ResultRun> runs = options.runs(experiment, wanted(experiment));
            if (!runs.isEmpty()) {
                Ranking ranking = Ranking.of(runs, question);
                text.append(asText(experiment.getFileName().toString(), ranking));
                experiments.add(asJson(experiment.getFileName().toString(), ranking));
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(new JsonObject().putObjects("experiments", experiments).pretty());
        } else {
            out.print(text.isEmpty() ? "no runs" + System.lineSeparator() : text);
        }
        out.flush();
        return ExitCode.OK;
    }

    private void check() {
        if (maximize && minimize) {
            throw new ParameterException(
                    spec.commandLine(), "--maximize and --minimize exclude each other: give one of them");
        }
        Arguments.requirePositive(spec, "--top", top);
        if (!List.of("auto", TUNE, "final", "all").contains(role)) {
            throw new ParameterException(
                    spec.commandLine(), "--role must be tune, final or all, but is " + Shown.quoted(role));
        }
        List<String> columns = Column.names(MetricsRow.COLUMNS);
        if (!metric.isEmpty() && !columns.contains(metric)) {
            String meant = Suggestions.nearest(metric, columns)
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse("; known: " + String.join(", ", columns));
            throw new ParameterException(
                    spec.commandLine(), "metrics.csv has no column " + Shown.quoted(metric) + meant);
        }
    }

    /** The runs of the seeds that are looked at. */
    private Predicate<ResultRun> wanted(Path experiment) {
        Map<String, List<String>> roles = new HashMap<>();
        Plan.find(options.folderOf(experiment), experiment.getFileName().toString())
                .ifPresent(plan -> plan.current().forEach(entry -> roles.put(entry.runId(), entry.roles())));
        boolean told = roles.values().stream().anyMatch(each -> !each.isEmpty());
        if (role.equals("all") || role.equals("auto") && !told) {
            return run -> true;
        }
        if (!told) {
            throw new ParameterException(
                    spec.commandLine(),
                    experiment.getFileName() + " has no plan that tells tuning from final seeds: leave --role out");
        }
        String looked = role.equals("auto") ? TUNE : role;
        return run -> roles.getOrDefault(run.id(), List.of()).contains(looked);
    }

    private String value(String name, double value) {
        return name.endsWith("acc") ? Figures.percent(value) : Figures.number(value);
    }

    private String asText(String experiment, Ranking ranking) {
        String end = System.lineSeparator();
        StringBuilder text = new StringBuilder(experiment + ": " + ranking.metric() + ", " + statistic + " over seeds, "
                + (ranking.maximize() ? "the larger the better" : "the smaller the better") + end);
        if (ranking.configurations().isEmpty()) {
            text.append("  no run counts").append(end);
        } else {
            text.append(table(ranking).shown("  "));
            text.append(best(ranking));
        }
        excluded(ranking).ifPresent(line -> text.append(Text.shown(line)).append(end));
        return text.append(end).toString();
    }

    private Table table(Ranking ranking) {
        List<String> header = new ArrayList<>(List.of("", ranking.metric(), "from", "to", "seeds", "epoch"));
        header.addAll(Varied.shortNames(ranking.varied()).values());
        Table table = new Table(header.toArray(String[]::new));
        for (int i = 0; i < Math.min(top, ranking.configurations().size()); i++) {
            Configuration each = ranking.configurations().get(i);
            List<Object> cells = new ArrayList<>(List.of(
                    i + 1,
                    value(ranking.metric(), each.value()),
                    value(ranking.metric(), each.range()[0]),
                    value(ranking.metric(), each.range()[1]),
                    each.runs().size()
                            + (each.excluded() == 0 ? "" : " of " + (each.runs().size() + each.excluded())),
                    epochs(each)));
            cells.addAll(each.settings().values());
            table.row(cells.toArray());
        }
        return table;
    }

    /** When its runs had their values: "12", or "9-14". */
    private static String epochs(Configuration configuration) {
        int least = configuration.runs().stream()
                .mapToInt(Ranking.Scored::epoch)
                .min()
                .orElse(0);
        int most = configuration.runs().stream()
                .mapToInt(Ranking.Scored::epoch)
                .max()
                .orElse(0);
        return least == most ? Integer.toString(least) : least + "-" + most;
    }

    private static String best(Ranking ranking) {
        String end = System.lineSeparator();
        Configuration first = ranking.configurations().get(0);
        return "the best again: " + command(first) + end
                + (first.settings().isEmpty() ? "" : "  which is " + String.join(" ", overrides(first)) + end);
    }

    /** The settings of a configuration as words of a command line. */
    private static List<String> overrides(Configuration configuration) {
        return configuration.settings().entrySet().stream()
                .filter(setting -> !setting.getValue().isEmpty())
                .map(setting -> quoted(setting.getKey() + "=" + setting.getValue()))
                .toList();
    }

    private static String command(Configuration configuration) {
        ResultRun one = configuration.runs().get(0).run();
        String seeds = configuration.runs().stream()
                .map(scored -> scored.run().seed())
                .collect(Collectors.joining(",", "seeds=[", "]"));
        return "soopt run " + quoted(one.folder().resolve("config.yaml").toString()) + " " + quoted(seeds);
    }

    /** As a shell takes it for one word. */
    private static String quoted(String word) {
        return word.matches("[\\w./=,:+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private static Optional<String> excluded(Ranking ranking) {
        Map<Reason, Integer> counts = new EnumMap<>(Reason.class);
        ranking.excluded().forEach(each -> counts.merge(each.reason(), 1, Integer::sum));
        if (counts.isEmpty()) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        counts.forEach((reason, count) -> parts.add(count + " " + words(reason)));
        return Optional.of(ranking.excluded().size() + " of "
                + (ranking.excluded().size()
                        + ranking.configurations().stream()
                                .mapToInt(each -> each.runs().size())
                                .sum())
                + " runs do not count: " + String.join(", ", parts));
    }

    private static String words(Reason reason) {
        return switch (reason) {
            case DIVERGED -> "diverged";
            case JUMP -> "with a loss that rose " + (int) Course.JUMP + " times or more at once";
            case UNFINISHED -> "not finished";
            case NOT_MEASURED -> "without the metric";
        };
    }

    private JsonObject asJson(String experiment, Ranking ranking) {
        List<JsonObject> configurations = new ArrayList<>();
        for (Configuration each : ranking.configurations().stream().limit(top).toList()) {
            JsonObject settings = new JsonObject();
            each.settings().forEach(settings::put);
            configurations.add(new JsonObject()
                    .put("value", each.value())
                    .put("from", each.range()[0])
                    .put("to", each.range()[1])
                    .put("settings", settings)
                    .put("overrides", overrides(each))
                    .put("command", command(each))
                    .put("excluded", each.excluded())
                    .putObjects(
                            "runs",
                            each.runs().stream()
                                    .map(scored -> new JsonObject()
                                            .put("run_id", scored.run().id())
                                            .put("seed", scored.run().seed())
                                            .put("value", scored.value())
                                            .put("epoch", scored.epoch()))
                                    .toList()));
        }
        return new JsonObject()
                .put("experiment", experiment)
                .put("metric", ranking.metric())
                .put("maximize", ranking.maximize())
                .put("statistic", statistic.name())
                .put("at", moment.name())
                .put("varied", ranking.varied())
                .putObjects("configurations", configurations)
                .putObjects(
                        "excluded",
                        ranking.excluded().stream()
                                .map(each -> new JsonObject()
                                        .put("run_id", each.run().id())
                                        .put("seed", each.run().seed())
                                        .put("reason", each.reason().name())
                                        .put("message", each.words()))
                                .toList());
    }
}
