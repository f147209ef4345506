package soopt.experiment.results;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import soopt.experiment.folder.RunFolder;
import soopt.file.CsvTable;

/**
 * The runs of an experiment by a metric: those that differ in their seeds alone are one configuration, judged by a
 * statistic over its seeds. Runs that are unstable or not finished do not count.
 *
 * @param metric a column of metrics.csv
 * @param varied the settings that tell configurations apart
 * @param configurations best first
 * @param excluded the runs that do not count, and why
 */
public record Ranking(
        String metric,
        boolean maximize,
        List<String> varied,
        List<Configuration> configurations,
        List<Excluded> excluded) {
    /** What is looked at where nothing is asked for: the first that a run has. */
    private static final List<String> USUAL = List.of("val_acc", "val_loss", "test_acc", "test_loss", "train_loss");

    /** Over the seeds of a configuration. */
    public enum Statistic {
        mean,
        median,
        worst,
        best
    }

    /** Which value of a run counts. */
    public enum Moment {
        /** The best of all rows. */
        best,
        /** The last one. */
        last
    }

    /** Why a run does not count. */
    public enum Reason {
        DIVERGED,
        /** Its loss rose by the factor {@link Course#JUMP}, or was not finite. */
        JUMP,
        /** It did not come to its end. */
        UNFINISHED,
        /** Its metric was never measured. */
        NOT_MEASURED
    }

    private sealed interface Judged permits Scored, Excluded {
        ResultRun run();
    }

    /**
     * A run that counts.
     *
     * @param epoch at which it had the value
     */
    public record Scored(ResultRun run, double value, int epoch) implements Judged {}

    /** A run that does not, with the end of a sentence on why. */
    public record Excluded(ResultRun run, Reason reason, String words) implements Judged {}

    /**
     * Runs that differ in their seeds alone.
     *
     * @param settings the values of what varies
     * @param runs by seed
     * @param value the statistic over them
     * @param excluded how many of it do not count
     */
    public record Configuration(Map<String, String> settings, List<Scored> runs, double value, int excluded) {
        /** From the smallest to the largest value. */
        public double[] range() {
            double[] values = runs.stream().mapToDouble(Scored::value).sorted().toArray();
            return new double[] {values[0], values[values.length - 1]};
        }
    }

    /**
     * What is asked for.
     *
     * @param metric empty for the usual one
     * @param maximize empty for what the name of the metric says: accuracies are to be large
     * @param unfinished whether runs count that did not come to their end
     */
    public record Question(
            String metric, Optional<Boolean> maximize, Statistic statistic, Moment moment, boolean unfinished) {}

    /** The metric that is looked at where none is asked for. */
    public static String usualMetric(List<ResultRun> runs) {
        return USUAL.stream()
                .filter(metric -> runs.stream().anyMatch(run -> Double.isFinite(run.number(metric))))
                .findFirst()
                .orElse("train_loss");
    }

    /** Whether a metric of this name is better when it is larger. */
    public static boolean isMaximized(String metric) {
        return metric.endsWith("acc");
    }

    /** @param all the runs of one experiment that are looked at */
    public static Ranking of(List<ResultRun> all, Question question) {
        String metric = question.metric.isEmpty() ? usualMetric(all) : question.metric;
        boolean maximize = question.maximize.orElse(isMaximized(metric));
        List<String> varied = Varied.keys(all);
        List<Judged> judged = all.parallelStream()
                .map(run -> judged(run, metric, maximize, question))
                .toList();
        Map<List<String>, List<Scored>> groups = new LinkedHashMap<>();
        Map<List<String>, Integer> lost = new LinkedHashMap<>();
        List<Excluded> excluded = new ArrayList<>();
        for (Judged each : judged) {
            List<String> values = Varied.values(each.run(), varied);
            if (each instanceof Scored scored) {
                groups.computeIfAbsent(values, key -> new ArrayList<>()).add(scored);
            } else if (each instanceof Excluded out) {
                excluded.add(out);
                lost.merge(values, 1, Integer::sum);
            }
        }
        List<Configuration> configurations = new ArrayList<>();
        groups.forEach((values, runs) -> {
            Map<String, String> settings = new LinkedHashMap<>();
            for (int i = 0; i < varied.size(); i++) {
                settings.put(varied.get(i), values.get(i));
            }
            runs.sort(Comparator.comparing(scored -> scored.run, Varied.order(varied)));
            double[] numbers = runs.stream().mapToDouble(Scored::value).toArray();
            double value = statistic(numbers, question.statistic, maximize);
            configurations.add(new Configuration(settings, List.copyOf(runs), value, lost.getOrDefault(values, 0)));
        });
        Comparator<Configuration> order = Comparator.comparingDouble(Configuration::value);
        configurations.sort((maximize ? order.reversed() : order)
                .thenComparing(each -> each.runs.get(0).run, Varied.order(varied)));
        return new Ranking(metric, maximize, varied, List.copyOf(configurations), List.copyOf(excluded));
    }

    private static Judged judged(ResultRun run, String metric, boolean maximize, Question question) {
        if (run.standing() == Standing.DIVERGED) {
            return new Excluded(run, Reason.DIVERGED, run.reason());
        }
        if (!run.standing().isFinal() && !question.unfinished) {
            return new Excluded(run, Reason.UNFINISHED, run.standing() + " at epoch " + run.epoch());
        }
        CsvTable metrics = RunFolder.open(run.folder()).metrics();
        Optional<String> jump = Course.jump(metrics);
        if (jump.isPresent()) {
            return new Excluded(run, Reason.JUMP, jump.get());
        }
        Course course = Course.of(metrics, metric, maximize);
        if (course.bestRow() < 0) {
            return new Excluded(run, Reason.NOT_MEASURED, "its " + metric + " was never measured");
        }
        boolean last = question.moment == Moment.last;
        int row = last ? metrics.size() - 1 : course.bestRow();
        return new Scored(run, last ? course.last() : course.best(), (int) metrics.number(row, "epoch"));
    }

    static double statistic(double[] values, Statistic statistic, boolean maximize) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return switch (statistic) {
            case mean -> Arrays.stream(sorted).average().orElseThrow();
            case median -> (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
            case worst -> maximize ? sorted[0] : sorted[n - 1];
            case best -> maximize ? sorted[n - 1] : sorted[0];
        };
    }
}
