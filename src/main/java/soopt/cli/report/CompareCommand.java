package soopt.cli.report;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.Ranking;
import soopt.experiment.results.ResultRun;
import soopt.file.Column;
import soopt.file.Shown;
import soopt.report.compare.Comparison;
import soopt.report.compare.ComparisonTables;
import soopt.report.compare.Question;
import soopt.report.compare.Sheets;
import soopt.report.read.Axis;
import soopt.spec.Suggestions;

/** Sets groups of runs against each other. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        header = "Set groups of runs against each other, and say what their seeds can carry.",
        description = {
            "Runs that differ in their seeds alone are one group. A difference is called one only if an exact rank test"
                    + " over the seeds carries it at 5 %%, corrected for the number of comparisons (Holm); a run that"
                    + " diverged is worst. With several problems (networks or data) each optimizer is represented by its"
                    + " best configuration, and a performance profile is made."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt compare lenet_adam lenet_newtonsummary",
            "  soopt compare lenet_grid --by optimizer --metric test_acc --baseline adam",
            "  soopt compare lenet_adam lenet_kfac --budget time --format csv,latex --out table5"
        })
public final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private RunsOptions.Named which;

    @Option(
            names = "--metric",
            paramLabel = "COLUMN",
            defaultValue = "train_loss",
            description = "a column of metrics.csv (default: ${DEFAULT-VALUE})")
    private String metric;

    @Option(names = "--maximize", description = "the larger the better (default: accuracies only)")
    private boolean maximize;

    @Option(
            names = "--at",
            paramLabel = "WHEN",
            defaultValue = "best",
            description = "the value that a run is judged by: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Ranking.Moment moment;

    @Option(
            names = "--budget",
            paramLabel = "WHAT[=X]",
            description = "judge by the value after the same time (seconds), cost (gradient equivalents) or epochs;"
                    + " without X what the shortest run spent")
    private String budget = "";

    @Option(
            names = "--target",
            paramLabel = "V",
            description = "a value to reach (default: what more than half of the runs of each group reach)")
    private Optional<Double> target = Optional.empty();

    @Option(
            names = "--by",
            paramLabel = "KEY",
            description = "compare the values of this setting, e.g. optimizer, each by its best configuration")
    private String by = "";

    @Option(
            names = "--problem",
            split = ",",
            paramLabel = "KEY",
            description = "settings whose values are problems of their own, or experiment (default:"
                    + " model.type,dataset.type)")
    private List<String> problem = List.of();

    @Option(names = "--baseline", paramLabel = "LABEL", description = "compare all others with this group alone")
    private String baseline = "";

    @Option(names = "--unfinished", description = "count runs that did not come to their end too")
    private boolean unfinished;

    @Mixin
    private TableOptions tables;

    @Override
    public Integer call() {
        requireMetric();
        tables.wanted();
        Optional<Axis> axis = axis();
        OptionalDouble spent = spent();
        List<ResultRun> runs = runs();
        Question question = new Question(
                metric,
                maximize || Ranking.isMaximized(metric),
                moment,
                axis,
                spent,
                target.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                key(runs),
                problem.isEmpty() ? Question.PROBLEM : problem,
                Optional.of(baseline).filter(label -> !label.isEmpty()),
                unfinished);
        Comparison comparison = compared(runs, question);
        ComparisonTables made = new ComparisonTables(comparison);
        tables.tell(new TableOptions.Told(() -> Sheets.of(comparison), made::csv, made::json));
        return ExitCode.OK;
    }

    /** Those whose settings can be read; what cannot be read is said. */
    private List<ResultRun> runs() {
        PrintWriter err = spec.commandLine().getErr();
        List<ResultRun> all = which.selected();
        which.tell(all);
        List<ResultRun> runs =
                all.stream().filter(run -> !run.settings().isEmpty()).toList();
        if (runs.size() < all.size()) {
            err.println((all.size() - runs.size()) + " of " + all.size()
                    + " runs are left out: their config.yaml cannot be read, so that it is not known what they are");
        }
        err.flush();
        if (runs.isEmpty()) {
            throw new RunDirectoryException("there are no runs to compare");
        }
        return runs;
    }

    private Comparison compared(List<ResultRun> runs, Question question) {
        try {
            return Comparison.of(runs, question);
        } catch (IllegalArgumentException unknown) {
            throw new ParameterException(spec.commandLine(), "--baseline " + unknown.getMessage(), unknown);
        }
    }

    // ---- what is asked ----

    private void requireMetric() {
        List<String> columns = Column.names(MetricsRow.COLUMNS);
        if (!columns.contains(metric)) {
            String meant = Suggestions.didYouMean(metric, columns);
            throw new ParameterException(
                    spec.commandLine(),
                    "metrics.csv has no column " + Shown.quoted(metric)
                            + (meant.isEmpty() ? "; known: " + String.join(", ", columns) : meant));
        }
    }

    private Optional<Axis> axis() {
        String word = budget.replaceFirst("=.*", "");
        return switch (word) {
            case "" -> Optional.empty();
            case "time" -> Optional.of(Axis.TIME);
            case "cost" -> Optional.of(Axis.COST);
            case "epoch", "epochs" -> Optional.of(Axis.EPOCH);
            default ->
                throw new ParameterException(
                        spec.commandLine(),
                        "--budget must be time, cost or epochs, or one of them with a value as in cost=5000, but is "
                                + Shown.quoted(budget));
        };
    }

    private OptionalDouble spent() {
        int at = budget.indexOf('=');
        if (at < 0) {
            return OptionalDouble.empty();
        }
        try {
            double value = Double.parseDouble(budget.substring(at + 1).strip());
            if (value > 0 && Double.isFinite(value)) {
                return OptionalDouble.of(value);
            }
        } catch (NumberFormatException none) {
            // told below
        }
        throw new ParameterException(
                spec.commandLine(), "--budget must have a number > 0 behind '=', but is " + Shown.quoted(budget));
    }

    /** A key of the settings; of a component its type. */
    private Optional<String> key(List<ResultRun> runs) {
        if (by.isEmpty()) {
            return Optional.empty();
        }
        List<String> keys = Comparison.keys(runs);
        for (String key : List.of(by, by + ".type")) {
            if (keys.contains(key)) {
                return Optional.of(key);
            }
        }
        String meant = Suggestions.didYouMean(by, keys);
        throw new ParameterException(
                spec.commandLine(),
                "--by names no setting of these runs: " + Shown.quoted(by)
                        + (meant.isEmpty() ? "; e.g. optimizer, optimizer.step-size, training.batch-size" : meant));
    }
}
