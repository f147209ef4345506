package soopt.cli.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Figures;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.RunResult;
import soopt.file.JsonObject;

/**
 * What a command says at its end of all its seeds: each, and the mean over those that were completed.
 *
 * @param alike whether the runs differ in their seeds alone: else a mean over them means nothing
 */
record SeedReport(List<SeedResult> seeds, boolean alike) {
    /** The worst first: what stops the others, then whose fault it is, then what training came to. */
    private static final List<Integer> WORST_FIRST = List.of(
            ExitCode.INTERRUPTED,
            RunState.PREEMPTED.exitCode(),
            ExitCode.INTERNAL,
            ExitCode.DEVICE,
            ExitCode.DATASET,
            ExitCode.SPEC,
            ExitCode.DIVERGED,
            ExitCode.OK);

    SeedReport {
        seeds = List.copyOf(seeds);
    }

    /** The exit code of the command: the worst of its seeds. */
    int exitCode() {
        return WORST_FIRST.stream()
                .filter(code -> seeds.stream().anyMatch(seed -> seed.exitCode() == code))
                .findFirst()
                .orElse(ExitCode.INTERNAL);
    }

    private boolean several() {
        return seeds.size() > 1;
    }

    // ---- mean over seeds ----

    /**
     * @param deviation of the sample, with n − 1
     */
    private record Mean(double mean, double deviation) {
        static Mean of(double[] values) {
            double mean = 0;
            for (double value : values) {
                mean += value / values.length;
            }
            double squares = 0;
            for (double value : values) {
                squares += (value - mean) * (value - mean);
            }
            return new Mean(mean, Math.sqrt(squares / (values.length - 1)));
        }
    }

    private List<MetricsRow> completed() {
        return seeds.stream()
                .filter(SeedResult::isCompleted)
                .flatMap(seed -> seed.last().stream())
                .toList();
    }

    /** By column of metrics.csv, those that all completed seeds measured; none of a single seed. */
    private Map<String, Mean> means() {
        Map<String, ToDoubleFunction<MetricsRow>> columns = new LinkedHashMap<>();
        columns.put("train_loss", MetricsRow::trainLoss);
        columns.put("val_loss", MetricsRow::validationLoss);
        columns.put("val_acc", MetricsRow::validationAccuracy);
        columns.put("test_loss", MetricsRow::testLoss);
        columns.put("test_acc", MetricsRow::testAccuracy);
        Map<String, Mean> means = new LinkedHashMap<>();
        if (!alike) {
            return means;
        }
        List<MetricsRow> rows = completed();
        columns.forEach((name, column) -> {
            double[] values =
                    rows.stream().mapToDouble(column).filter(Double::isFinite).toArray();
            if (values.length == rows.size() && values.length > 1) {
                means.put(name, Mean.of(values));
            }
        });
        return means;
    }

    // ---- as text ----

    String asText() {
        StringBuilder text = new StringBuilder();
        for (SeedResult seed : seeds) {
            String name = several() ? "seed " + seed.seed() + ": " : "";
            if (several() || seed.run().isPresent()) {
                line(text, name + seed.message());
            }
            seed.run().ifPresent(run -> addRun(text, run));
        }
        Map<String, Mean> means = means();
        if (!means.isEmpty()) {
            line(
                    text,
                    "mean ± deviation over " + completed().size() + " of " + seeds.size() + " seeds: " + words(means));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append(System.lineSeparator());
    }

    private static void addRun(StringBuilder text, RunResult run) {
        run.ending().warnings().forEach(warning -> line(text, "warning: " + warning));
        if (run.work() == RunResult.Work.DONE_NOW) {
            run.best()
                    .ifPresent(best -> line(
                            text,
                            "best " + best.metric() + " " + value(best.metric(), best.value()) + " at epoch "
                                    + best.epoch()));
            run.last().ifPresent(row -> line(text, summary(row)));
            line(text, "results in " + run.folder());
        }
    }

    private static String summary(MetricsRow row) {
        String test = Double.isNaN(row.testAccuracy())
                ? "test loss " + Figures.number(row.testLoss())
                : "test accuracy " + Figures.percent(row.testAccuracy());
        return test + " after epoch " + row.epoch() + ", " + row.step() + " steps, "
                + Figures.seconds(row.wallSeconds());
    }

    /** The accuracies where there are any, else the losses; and the training loss. */
    private static String words(Map<String, Mean> means) {
        List<String> words = new ArrayList<>();
        for (String part : List.of("test", "val")) {
            String measure = means.containsKey(part + "_acc") ? part + "_acc" : part + "_loss";
            if (means.containsKey(measure)) {
                words.add(words(measure, means.get(measure)));
            }
        }
        words.add(words("train_loss", means.get("train_loss")));
        return String.join(", ", words);
    }

    private static String words(String metric, Mean mean) {
        if (metric.endsWith("_acc")) {
            return String.format(Locale.ROOT, "%s %.2f ± %.2f %%", metric, 100 * mean.mean(), 100 * mean.deviation());
        }
        return metric + " " + Figures.number(mean.mean()) + " ± " + Figures.number(mean.deviation());
    }

    private static String value(String metric, double value) {
        return metric.endsWith("_acc") ? Figures.percent(value) : Figures.number(value);
    }

    // ---- as JSON ----

    String asJson() {
        JsonObject object = new JsonObject()
                .putObjects("runs", seeds.stream().map(SeedResult::json).toList());
        Map<String, Mean> means = means();
        if (!means.isEmpty()) {
            JsonObject summary = new JsonObject().put("seeds", completed().size());
            means.forEach((name, mean) ->
                    summary.put(name, new JsonObject().put("mean", mean.mean()).put("deviation", mean.deviation())));
            object.put("mean", summary);
        }
        return object.put("exit_code", exitCode()).pretty();
    }
}
