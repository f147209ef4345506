package soopt.report.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.Ranking;
import soopt.experiment.results.ResultRun;
import soopt.file.CsvTable;
import soopt.report.chart.Curve;
import soopt.report.chart.CurvePanel;
import soopt.report.chart.Labels;
import soopt.report.chart.Legend;
import soopt.report.chart.LinearScale;
import soopt.report.chart.LogScale;
import soopt.report.chart.Panel;
import soopt.report.chart.Scale;
import soopt.report.chart.Sheet;
import soopt.report.draw.Colour;
import soopt.report.draw.Palette;
import soopt.report.draw.Pen;
import soopt.report.draw.Words;
import soopt.report.read.Axis;
import soopt.report.read.Band;
import soopt.report.read.Configuration;
import soopt.report.read.Series;

/** Metrics in the course of runs: a panel for each metric, a curve for each configuration. */
public final class LossFigure {
    /** More have no colours that can be told apart: the best have, the others are grey. */
    private static final int MOST = 12;

    private static final int COLOURED = 8;
    private static final int PER_ROW = 3;
    /** A loss that goes beyond so many times its largest first value is off the sheet. */
    private static final double HIGHEST = 10;

    static final Map<String, String> NAMES = Map.of(
            "train_loss", "training loss",
            "train_acc", "training accuracy",
            "val_loss", "validation loss",
            "val_acc", "validation accuracy",
            "test_loss", "test loss",
            "test_acc", "test accuracy");

    private final List<Configuration> configurations;
    private final Options options;
    /** [metric, then the axis][configuration] by run. */
    private final List<List<List<Series>>> series;

    private LossFigure(List<ResultRun> runs, Options options) {
        this.configurations = Configuration.of(runs);
        this.options = options;
        Set<String> columns = new LinkedHashSet<>(options.metrics());
        columns.addAll(options.x().columns());
        columns.add("step");
        List<List<List<Series>>> byConfiguration = configurations.parallelStream()
                .map(each -> each.runs().stream().map(run -> read(run, columns)).toList())
                .toList();
        this.series = IntStream.rangeClosed(0, options.metrics().size())
                .mapToObj(metric -> byConfiguration.stream()
                        .map(each -> each.stream().map(run -> run.get(metric)).toList())
                        .toList())
                .toList();
    }

    /** Each metric, then the axis: by steps where runs differ in the places of the same steps. */
    private List<Series> read(ResultRun run, Set<String> columns) {
        CsvTable metrics = CsvTable.read(run.folder().resolve("metrics.csv"), columns);
        Axis rows = bySteps() ? Axis.STEP : options.x();
        List<Series> read = new ArrayList<>();
        options.metrics().forEach(metric -> read.add(Series.of(metrics, metric, rows)));
        read.add(Series.of(rows.of(metrics), options.x().of(metrics)));
        return read;
    }

    private boolean bySteps() {
        return options.x() == Axis.TIME || options.x() == Axis.COST;
    }

    private Band band(List<Series> runs, List<Series> places, Band.Spread spread) {
        return bySteps() ? Band.along(runs, places, options.middle(), spread) : Band.of(runs, options.middle(), spread);
    }

    /** @throws RunDirectoryException if no run has a value of a metric */
    public static Figure of(List<ResultRun> runs, Options options) {
        return new LossFigure(runs, options).figure();
    }

    private Figure figure() {
        List<List<LossCourse>> drawn = new ArrayList<>();
        for (int metric = 0; metric < options.metrics().size(); metric++) {
            drawn.add(drawn(metric));
        }
        int[] places = places(drawn.get(0));
        List<Panel> panels = new ArrayList<>();
        Set<String> remarks = new LinkedHashSet<>(Courses.unfinished(configurations));
        for (int metric = 0; metric < options.metrics().size(); metric++) {
            panels.add(panel(options.metrics().get(metric), drawn.get(metric), places, remarks));
        }
        List<List<Panel>> rows = new ArrayList<>();
        int perRow = panels.size() == 4 ? 2 : PER_ROW;
        for (int from = 0; from < panels.size(); from += perRow) {
            rows.add(panels.subList(from, Math.min(panels.size(), from + perRow)));
        }
        return new Figure(
                Sheet.of(Courses.title(configurations), rows, legend(places, remarks)),
                LossCourse.data(drawn, options),
                LossCourse.text(drawn, options),
                List.copyOf(remarks));
    }

    private List<LossCourse> drawn(int metric) {
        List<LossCourse> drawn = new ArrayList<>();
        for (int c = 0; c < configurations.size(); c++) {
            Configuration configuration = configurations.get(c);
            List<Series> runs = series.get(metric).get(c);
            List<Series> places = series.get(options.metrics().size()).get(c);
            if (options.apart()) {
                for (int r = 0; r < runs.size(); r++) {
                    ResultRun run = configuration.runs().get(r);
                    Band band = band(runs.subList(r, r + 1), places.subList(r, r + 1), Band.Spread.NONE);
                    drawn.add(new LossCourse(c, configuration, run.id(), run.seed(), band));
                }
            } else {
                drawn.add(new LossCourse(c, configuration, "", "", band(runs, places, options.spread())));
            }
        }
        if (drawn.stream().allMatch(each -> each.band().size() == 0)) {
            throw missing(options.metrics().get(metric));
        }
        return drawn;
    }

    private RunDirectoryException missing(String metric) {
        Set<String> known = new TreeSet<>();
        configurations.forEach(each -> each.runs()
                .forEach(run -> NAMES.keySet().stream()
                        .filter(name -> Double.isFinite(run.number(name)))
                        .forEach(known::add)));
        String remedy = metric.startsWith("val_")
                ? "; dataset.validation sets examples aside"
                : metric.startsWith("test_") ? "; evaluate.every says when it is measured" : "";
        return new RunDirectoryException("no run has a value of " + metric + " against " + options.x()
                + (known.isEmpty() ? "" : "; measured: " + String.join(", ", known)) + remedy);
    }

    /** Where a configuration stands among those with a colour; −1 where it is grey. */
    private int[] places(List<LossCourse> first) {
        int count = configurations.size();
        if (count <= MOST) {
            return IntStream.range(0, count).toArray();
        }
        double sign = Ranking.isMaximized(options.metrics().get(0)) ? -1 : 1;
        double[] last = new double[count];
        Arrays.fill(last, Double.POSITIVE_INFINITY);
        for (LossCourse each : first) {
            int c = each.index();
            int size = each.band().size();
            double value =
                    size == 0 ? Double.POSITIVE_INFINITY : sign * each.band().middle()[size - 1];
            last[c] = Math.min(last[c], Double.isNaN(value) ? Double.POSITIVE_INFINITY : value);
        }
        int[] places = new int[count];
        Arrays.fill(places, -1);
        int[] best = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> last[c]))
                .limit(COLOURED)
                .mapToInt(Integer::intValue)
                .toArray();
        for (int k = 0; k < best.length; k++) {
            places[best[k]] = k;
        }
        return places;
    }

    private static Pen pen(int place, double width) {
        return place < 0
                ? new Pen(Colour.GREY.withOpacity(0.45), width * 0.6)
                : new Pen(Palette.series(place), width, Palette.dashes(place));
    }

    private Panel panel(String metric, List<LossCourse> drawn, int[] places, Set<String> remarks) {
        boolean percent = metric.endsWith("_acc");
        double factor = percent ? 100 : 1;
        List<Curve> curves = new ArrayList<>();
        for (boolean grey : new boolean[] {true, false}) {
            for (LossCourse each : drawn) {
                int place = places[each.index()];
                if (place < 0 == grey) {
                    Band band = each.band();
                    String name = each.configuration().label() + (each.seed().isEmpty() ? "" : ", seed " + each.seed());
                    Curve line = Curve.line(
                            name, band.x(), scaled(band.middle(), factor), pen(place, options.apart() ? 1.0 : 1.4));
                    curves.add(
                            grey || options.apart()
                                    ? line
                                    : line.within(scaled(band.low(), factor), scaled(band.high(), factor)));
                }
            }
        }
        Scale y = scale(metric, curves, remarks);
        double[] xs =
                curves.stream().flatMapToDouble(each -> Arrays.stream(each.x())).toArray();
        String name = NAMES.getOrDefault(metric, metric) + (percent ? " (%)" : "");
        return new CurvePanel(
                Words.plain(""),
                Words.plain(options.x().label()),
                LinearScale.exact(xs),
                Words.plain(name),
                y,
                curves,
                List.of());
    }

    private static double[] scaled(double[] values, double factor) {
        return factor == 1
                ? values
                : Arrays.stream(values).map(value -> factor * value).toArray();
    }

    private Scale scale(String metric, List<Curve> curves, Set<String> remarks) {
        double[] all = curves.stream()
                .flatMapToDouble(each -> each.band()
                        .map(band -> DoubleStream.concat(Arrays.stream(band.low()), Arrays.stream(band.high())))
                        .orElse(Arrays.stream(each.y())))
                .toArray();
        double[] middles =
                curves.stream().flatMapToDouble(each -> Arrays.stream(each.y())).toArray();
        boolean isLog = metric.endsWith("_loss")
                && !options.linear()
                && Arrays.stream(middles).anyMatch(value -> value > 0 && Double.isFinite(value));
        long absent = Arrays.stream(middles)
                .filter(value -> !Double.isFinite(value) || isLog && value <= 0)
                .count();
        if (absent > 0) {
            remarks.add(
                    absent + (absent == 1 ? " value of " : " values of ") + metric + (absent == 1 ? " has" : " have")
                            + " no place on the axis: not finite" + (isLog ? " or not positive" : ""));
        }
        if (!metric.endsWith("_loss")) {
            return LinearScale.of(all);
        }
        double first = curves.stream()
                .filter(each -> each.y().length > 0)
                .mapToDouble(each -> each.y()[0])
                .filter(Double::isFinite)
                .max()
                .orElse(Double.POSITIVE_INFINITY);
        double limit = HIGHEST * first;
        if (Arrays.stream(middles).anyMatch(value -> value > limit && Double.isFinite(value))) {
            remarks.add("values of " + metric + " above " + Labels.three(limit) + " are beyond the frame");
        }
        double[] shown = Arrays.stream(all).filter(value -> value <= limit).toArray();
        // a band of mean − deviation may reach far below what any run had
        double floor = Arrays.stream(middles).filter(value -> value > 0).min().orElse(0) / 3;
        return isLog
                ? LogScale.of(
                        Arrays.stream(shown).filter(value -> value >= floor).toArray())
                : LinearScale.of(shown);
    }

    private Legend legend(int[] places, Set<String> remarks) {
        List<Legend.Entry> entries = new ArrayList<>();
        int[] order = IntStream.range(0, places.length)
                .filter(c -> places[c] >= 0)
                .boxed()
                .sorted(Comparator.comparingInt(c -> places[c]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int c : order) {
            entries.add(Legend.Entry.line(Words.plain(configurations.get(c).label()), pen(places[c], 1.4)));
        }
        int grey = places.length - order.length;
        if (grey > 0) {
            entries.add(Legend.Entry.line(Words.plain(grey + " others"), pen(-1, 1.4)));
        }
        List<Words> notes = new ArrayList<>();
        boolean several = configurations.stream().anyMatch(each -> each.runs().size() > 1);
        if (several) {
            boolean hasBand = options.spread() != Band.Spread.NONE;
            notes.add(Words.plain(
                    options.apart()
                            ? "a line for each seed: " + Courses.runs(configurations)
                            : "line: " + options.middle()
                                    + (hasBand ? "; band: " + options.spread().label() : "") + "; over "
                                    + Courses.runs(configurations)
                                    + (grey > 0 && hasBand ? "; of others the line alone" : "")));
        }
        remarks.forEach(remark -> notes.add(Words.plain(remark)));
        boolean alone = configurations.size() == 1;
        return new Legend(alone ? List.of() : entries, notes);
    }
}
