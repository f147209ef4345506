package soopt.report.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.file.CsvTable;
import soopt.report.chart.Curve;
import soopt.report.chart.CurvePanel;
import soopt.report.chart.Labels;
import soopt.report.chart.Legend;
import soopt.report.chart.LinearScale;
import soopt.report.chart.Panel;
import soopt.report.chart.Scale;
import soopt.report.chart.Sheet;
import soopt.report.chart.SignedLogScale;
import soopt.report.draw.Colour;
import soopt.report.draw.Mark;
import soopt.report.draw.Palette;
import soopt.report.draw.Words;
import soopt.report.read.Configuration;

/**
 * What the Taylor models of second and third order said that a step would change, against what it changed: each step of
 * steps.csv as a point, and ρ = actual / predicted in the course of the run.
 */
public final class FidelityFigure {
    private static final List<String> COLUMNS =
            List.of("step", "predicted_change_2", "predicted_change_3", "actual_change", "rho_2", "rho_3");
    private static final int ROWS = 4;
    /** More points than these on one panel hide each other. */
    private static final int MOST = 2000;
    /** Of the ρ, on both sides, that may lie beyond the frame. */
    private static final double BEYOND = 0.02;

    private static final int SPARKS = 40;

    private final Options options;
    private final List<Configuration> configurations;
    private final Tidy data = new Tidy(List.of(
            "experiment",
            "configuration",
            "run_id",
            "seed",
            "step",
            "x",
            "predicted_change_2",
            "predicted_change_3",
            "actual_change",
            "rho_2",
            "rho_3"));
    private final List<TextTable> text = new ArrayList<>();
    private final Set<String> remarks = new LinkedHashSet<>();

    private FidelityFigure(List<ResultRun> runs, Options options) {
        this.options = options;
        this.configurations = Configuration.of(runs);
        remarks.addAll(Courses.unfinished(configurations));
    }

    /** @throws RunDirectoryException if no step of the runs was measured */
    public static Figure of(List<ResultRun> runs, Options options) {
        return new FidelityFigure(runs, options).figure();
    }

    /** All measured steps of a configuration, by run. */
    private record Steps(double[] x, double[][] predicted, double[] actual, double[][] rho) {}

    private Figure figure() {
        List<List<Panel>> rows = new ArrayList<>();
        for (Configuration configuration : configurations) {
            Steps steps = steps(configuration);
            if (steps.x.length > 0) {
                boolean named = configurations.size() > 1;
                String title = named ? configuration.label() : "";
                rows.add(List.of(predictions(steps, title), ratios(steps, title)));
                text.add(table(configuration, steps));
            }
            if (rows.size() > ROWS) {
                throw new RunDirectoryException("more than " + ROWS
                        + " configurations have measured steps: name runs or experiments with fewer");
            }
        }
        if (rows.isEmpty()) {
            throw new RunDirectoryException(
                    "no step of the runs was measured (steps.csv): record.steps.every, e.g." + " '100 steps', does it");
        }
        List<Legend.Entry> entries = List.of(
                Legend.Entry.mark(Words.plain("second order"), mark(0), colour(0), true),
                Legend.Entry.mark(Words.plain("third order"), mark(1), colour(1), false));
        List<Words> notes = new ArrayList<>();
        boolean several = configurations.stream().anyMatch(each -> each.runs().size() > 1);
        if (several) {
            notes.add(Words.plain("measured steps of " + Courses.runs(configurations)));
        }
        remarks.forEach(remark -> notes.add(Words.plain(remark)));
        return new Figure(
                Sheet.of(Courses.title(configurations), rows, new Legend(entries, notes)),
                data,
                text,
                List.copyOf(remarks));
    }

    private static Mark mark(int order) {
        return order == 0 ? Mark.SQUARE : Mark.CIRCLE;
    }

    private static Colour colour(int order) {
        return Palette.series(order + 1);
    }

    private Steps steps(Configuration configuration) {
        List<double[]> columns = new ArrayList<>();
        for (ResultRun run : configuration.runs()) {
            CsvTable table = CsvTable.read(run.folder().resolve("steps.csv"), COLUMNS);
            double[] steps = table.numbers("step");
            double[] x = Courses.at(steps, run, options.x());
            double[][] values = COLUMNS.stream().map(table::numbers).toArray(double[][]::new);
            for (int i = 0; i < steps.length; i++) {
                data.row(
                        configuration.experiment(),
                        configuration.label(),
                        run.id(),
                        run.seed(),
                        (long) steps[i],
                        x[i],
                        values[1][i],
                        values[2][i],
                        values[3][i],
                        values[4][i],
                        values[5][i]);
                columns.add(new double[] {x[i], values[1][i], values[2][i], values[3][i], values[4][i], values[5][i]});
            }
        }
        columns.sort(Comparator.comparingDouble(row -> row[0]));
        return new Steps(
                column(columns, 0),
                new double[][] {column(columns, 1), column(columns, 2)},
                column(columns, 3),
                new double[][] {column(columns, 4), column(columns, 5)});
    }

    private static double[] column(List<double[]> rows, int column) {
        return rows.stream().mapToDouble(row -> row[column]).toArray();
    }

    private Panel predictions(Steps steps, String title) {
        double[] all = DoubleStream.concat(
                        Arrays.stream(steps.actual),
                        DoubleStream.concat(Arrays.stream(steps.predicted[0]), Arrays.stream(steps.predicted[1])))
                .toArray();
        Scale scale = scale(all);
        List<Curve> curves = new ArrayList<>();
        for (int order = 0; order < 2; order++) {
            curves.add(points(steps.predicted[order], steps.actual, order));
        }
        return new CurvePanel(
                Words.plain(title),
                Words.plain("predicted change of the loss"),
                scale,
                Words.plain("actual change"),
                scale,
                curves,
                List.of(new CurvePanel.Guide(CurvePanel.Guide.Kind.EQUAL, 0)));
    }

    /** Logarithmic where sizes differ by a decade and a half. */
    private static Scale scale(double[] all) {
        double[] sizes = Arrays.stream(all)
                .map(Math::abs)
                .filter(v -> v > 0 && Double.isFinite(v))
                .sorted()
                .toArray();
        int n = sizes.length;
        return n == 0 || sizes[n - 1] < 30 * sizes[n / 20]
                ? LinearScale.of(all)
                : SignedLogScale.of(all).over(all);
    }

    private Curve points(double[] x, double[] y, int order) {
        int every = (x.length + MOST - 1) / MOST;
        if (every > 1) {
            remarks.add("each " + every + "th measured step is drawn; all are in the table");
        }
        int[] shown = IntStream.range(0, x.length).filter(i -> i % every == 0).toArray();
        return Curve.points(
                order == 0 ? "second order" : "third order",
                new Curve.Points(
                        Arrays.stream(shown).mapToDouble(i -> x[i]).toArray(),
                        Arrays.stream(shown).mapToDouble(i -> y[i]).toArray(),
                        mark(order),
                        colour(order),
                        order == 0));
    }

    private Panel ratios(Steps steps, String title) {
        double[] sorted = DoubleStream.concat(Arrays.stream(steps.rho[0]), Arrays.stream(steps.rho[1]))
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        int n = sorted.length;
        double low = n == 0 ? 0 : Math.min(0.5, sorted[(int) (BEYOND * (n - 1))]);
        double high = n == 0 ? 2 : Math.max(1.5, sorted[(int) Math.ceil((1 - BEYOND) * (n - 1))]);
        long beyond =
                Arrays.stream(sorted).filter(rho -> rho < low || rho > high).count();
        if (beyond > 0) {
            remarks.add(beyond + " of " + n + " ρ lie beyond the frame, from " + Labels.three(sorted[0]) + " to "
                    + Labels.three(sorted[n - 1]));
        }
        List<Curve> curves = new ArrayList<>();
        for (int order = 0; order < 2; order++) {
            curves.add(points(steps.x, steps.rho[order], order));
        }
        return new CurvePanel(
                Words.plain(title),
                Words.plain(options.x().label()),
                LinearScale.of(steps.x),
                Words.plain("ρ = actual / predicted"),
                LinearScale.of(new double[] {low, high}),
                curves,
                List.of(new CurvePanel.Guide(CurvePanel.Guide.Kind.ACROSS, 1)));
    }

    private static TextTable table(Configuration configuration, Steps steps) {
        List<List<String>> rows = new ArrayList<>();
        for (int order = 0; order < 2; order++) {
            double[] rho = Arrays.stream(steps.rho[order])
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            int n = rho.length;
            long near = Arrays.stream(rho)
                    .filter(value -> Math.abs(value - 1) < 0.1)
                    .count();
            rows.add(List.of(
                    "ρ" + (order == 0 ? "₂" : "₃"),
                    n + "",
                    n == 0 ? "-" : Labels.three(rho[n / 20]),
                    n == 0 ? "-" : Labels.three(rho[n / 2]),
                    n == 0 ? "-" : Labels.three(rho[n - 1 - n / 20]),
                    n == 0 ? "-" : Math.round(100.0 * near / n) + "%",
                    Sparkline.of(steps.rho[order], SPARKS, false)));
        }
        return new TextTable(
                configuration.label() + ": ρ = actual / predicted change",
                List.of("", "steps", "5%", "median", "95%", "within 0.1 of 1", "course"),
                rows);
    }
}
