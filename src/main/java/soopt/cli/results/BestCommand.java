package soopt.cli.results;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.cli.options.Arguments;
import soopt.cli.options.ExitCode;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.results.Ranking;
import soopt.experiment.results.ResultRun;
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
                RankingReport report =
                        new RankingReport(experiment.getFileName().toString(), ranking, statistic, moment, top);
                text.append(report.asText());
                experiments.add(report.asJson());
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
}
