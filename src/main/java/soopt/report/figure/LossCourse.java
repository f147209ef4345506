package soopt.report.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import soopt.experiment.results.Ranking;
import soopt.report.chart.Labels;
import soopt.report.read.Band;
import soopt.report.read.Configuration;

/**
 * A curve of a metric as it is drawn.
 *
 * @param index of the configuration
 * @param run the id, if it is of one run; else empty
 * @param seed of this run
 */
record LossCourse(int index, Configuration configuration, String run, String seed, Band band) {
    private static final int SPARKS = 40;

    /** A row for each value, of each metric in turn. */
    static Tidy data(List<List<LossCourse>> drawn, Options options) {
        List<String> keys =
                List.copyOf(drawn.get(0).get(0).configuration.settings().keySet());
        List<String> header = new ArrayList<>(List.of("experiment", "configuration"));
        header.addAll(keys);
        boolean apart = options.apart();
        header.addAll(apart ? List.of("run_id", "seed", "metric") : List.of("metric"));
        String x = options.x().word();
        String middle = options.middle().toString();
        header.addAll(apart ? List.of(x, "value") : List.of(x, middle, "low", "high", "runs"));
        Tidy tidy = new Tidy(header);
        for (int metric = 0; metric < drawn.size(); metric++) {
            for (LossCourse each : drawn.get(metric)) {
                List<Object> fields = new ArrayList<>();
                fields.add(each.configuration.experiment());
                fields.add(each.configuration.label());
                fields.addAll(each.configuration.settings().values());
                if (apart) {
                    fields.addAll(List.of(each.run, each.seed));
                }
                fields.add(options.metrics().get(metric));
                Band band = each.band;
                for (int i = 0; i < band.size(); i++) {
                    List<Object> row = new ArrayList<>(fields);
                    row.add(band.x()[i]);
                    row.add(band.middle()[i]);
                    if (!apart) {
                        row.addAll(List.of(band.low()[i], band.high()[i], band.runs()[i]));
                    }
                    tidy.row(row.toArray());
                }
            }
        }
        return tidy;
    }

    /** A table for each metric. */
    static List<TextTable> text(List<List<LossCourse>> drawn, Options options) {
        List<TextTable> tables = new ArrayList<>();
        for (int metric = 0; metric < drawn.size(); metric++) {
            String name = options.metrics().get(metric);
            boolean max = Ranking.isMaximized(name);
            List<List<String>> rows = new ArrayList<>();
            for (LossCourse each : drawn.get(metric)) {
                double[] y = each.band.middle();
                if (y.length > 0) {
                    DoubleStream finite = Arrays.stream(y).filter(Double::isFinite);
                    double best = (max ? finite.max() : finite.min()).orElse(Double.NaN);
                    rows.add(List.of(
                            each.configuration.label() + (each.seed.isEmpty() ? "" : ", seed " + each.seed),
                            Labels.three(y[0]),
                            Labels.three(best),
                            Labels.three(y[y.length - 1]),
                            each.band.runs()[0] + "",
                            Sparkline.of(y, SPARKS, name.endsWith("_loss") && !options.linear())));
                }
            }
            String over = options.apart() ? "" : ", " + options.middle() + " over seeds";
            tables.add(new TextTable(
                    LossFigure.NAMES.getOrDefault(name, name) + " against " + options.x() + over,
                    List.of("", "first", "best", "last", "runs", "course"),
                    rows));
        }
        return tables;
    }
}
