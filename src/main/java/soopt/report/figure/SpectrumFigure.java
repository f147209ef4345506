package soopt.report.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.report.chart.Curve;
import soopt.report.chart.CurvePanel;
import soopt.report.chart.Labels;
import soopt.report.chart.Legend;
import soopt.report.chart.LinearScale;
import soopt.report.chart.LogScale;
import soopt.report.chart.Panel;
import soopt.report.chart.Sheet;
import soopt.report.draw.Colour;
import soopt.report.draw.Mark;
import soopt.report.draw.Palette;
import soopt.report.draw.Pen;
import soopt.report.draw.Words;
import soopt.report.read.Band;
import soopt.report.read.Configuration;
import soopt.report.read.Refreshes;
import soopt.report.read.Series;

/** The largest and the smallest eigenvalue of the averaged H̄ and its condition, at each refresh of a run. */
public final class SpectrumFigure {
    private static final List<String> KEYS = List.of("max_eigenvalue", "min_eigenvalue", "condition");
    private static final int MOST = 7;
    private static final int SPARKS = 40;
    private static final double[] DOTS = {1.1, 1.7};

    private final Options options;
    private final List<Configuration> configurations;
    private final Tidy data =
            new Tidy(List.of("experiment", "configuration", "step", "x", "quantity", "value", "runs"));
    private final List<List<String>> text = new ArrayList<>();
    private boolean anyHollow;

    private SpectrumFigure(List<ResultRun> runs, Options options) {
        this.options = options;
        this.configurations = Configuration.of(runs);
    }

    /** @throws RunDirectoryException if no run tells of the eigenvalues of its H̄ */
    public static Figure of(List<ResultRun> runs, Options options) {
        return new SpectrumFigure(runs, options).figure();
    }

    private Figure figure() {
        List<Curve> eigenvalues = new ArrayList<>();
        List<Curve> conditions = new ArrayList<>();
        List<Legend.Entry> entries = new ArrayList<>();
        int place = 0;
        for (Configuration configuration : configurations) {
            List<Band> bands = bands(configuration);
            if (bands.stream().allMatch(band -> band.size() == 0)) {
                continue;
            }
            if (place == MOST) {
                throw new RunDirectoryException(
                        "more than " + MOST + " configurations have eigenvalues: name runs or experiments with fewer");
            }
            Colour colour = Palette.series(place++);
            eigenvalues.add(curve("largest", bands.get(0), configuration, colour, new double[0]));
            eigenvalues.add(curve("smallest", bands.get(1), configuration, colour, DOTS));
            conditions.add(curve("condition", bands.get(2), configuration, colour, new double[0]));
            entries.add(Legend.Entry.line(Words.plain(configuration.label()), new Pen(colour, 1.6)));
        }
        if (eigenvalues.isEmpty()) {
            throw new RunDirectoryException("no run tells of eigenvalues of H̄ (curvature.jsonl): methods with a"
                    + " partition do with record.curvature.log: full or vectors; soopt spectrum --out DIR computes those"
                    + " of the Hessian, and soopt plot DIR --kind spectrum draws them");
        }
        Panel left = panel("eigenvalues of averaged H̄", eigenvalues);
        Panel right = panel("condition of averaged H̄", conditions);
        List<String> remarks = Courses.unfinished(configurations);
        return new Figure(
                Sheet.of(
                        Courses.title(configurations),
                        List.of(List.of(left, right)),
                        legend(configurations.size() > 1 ? entries : List.of(), remarks)),
                data,
                List.of(new TextTable(
                        "at each refresh, " + Courses.runs(configurations),
                        List.of("", "first", "median", "last", "negative", "log course of size"),
                        text)),
                remarks);
    }

    private Legend legend(List<Legend.Entry> configurationEntries, List<String> remarks) {
        List<Legend.Entry> entries = new ArrayList<>(configurationEntries);
        entries.add(Legend.Entry.line(Words.plain("largest"), new Pen(Colour.INK, 1.2)));
        entries.add(Legend.Entry.line(Words.plain("smallest, its size"), new Pen(Colour.INK, 1.2, DOTS)));
        if (anyHollow) {
            entries.add(Legend.Entry.mark(Words.plain("negative"), Mark.CIRCLE, Colour.INK, true));
        }
        List<Words> notes = new ArrayList<>();
        if (configurations.stream().anyMatch(each -> each.runs().size() > 1)) {
            notes.add(Words.plain(options.middle() + " of " + Courses.runs(configurations)));
        }
        remarks.forEach(remark -> notes.add(Words.plain(remark)));
        return new Legend(entries, notes);
    }

    private List<Band> bands(Configuration configuration) {
        List<Refreshes> refreshes = configuration.runs().parallelStream()
                .map(run -> Refreshes.of(run.folder(), KEYS))
                .toList();
        return KEYS.stream()
                .map(key -> Band.of(
                        refreshes.stream().map(each -> series(each, key)).toList(), options.middle(), Band.Spread.NONE))
                .toList();
    }

    private static Series series(Refreshes refreshes, String key) {
        double[] x = refreshes.column("step");
        double[] y = refreshes.column(key);
        int[] finite =
                IntStream.range(0, x.length).filter(i -> Double.isFinite(y[i])).toArray();
        return new Series(
                Arrays.stream(finite).mapToDouble(i -> x[i]).toArray(),
                Arrays.stream(finite).mapToDouble(i -> y[i]).toArray());
    }

    private Curve curve(String quantity, Band band, Configuration configuration, Colour colour, double[] dashes) {
        double[] before = Arrays.stream(band.x()).map(step -> step - 1).toArray();
        double[] x = Courses.at(before, configuration.runs().get(0), options.x());
        double[] y = band.middle();
        for (int i = 0; i < y.length; i++) {
            data.row(
                    configuration.experiment(),
                    configuration.label(),
                    (long) band.x()[i],
                    x[i],
                    quantity,
                    y[i],
                    band.runs()[i]);
        }
        double[] sizes = Arrays.stream(y).map(Math::abs).toArray();
        int[] below = IntStream.range(0, y.length).filter(i -> y[i] < 0).toArray();
        anyHollow |= below.length > 0;
        double[] sorted = Arrays.stream(y).sorted().toArray();
        boolean none = y.length == 0;
        text.add(List.of(
                (configurations.size() > 1 ? configuration.label() + ": " : "") + quantity,
                none ? "-" : Labels.three(y[0]),
                none ? "-" : Labels.three(sorted[sorted.length / 2]),
                none ? "-" : Labels.three(y[y.length - 1]),
                below.length + "",
                Sparkline.of(sizes, SPARKS, true)));
        return Curve.line(configuration.label() + ", " + quantity, x, sizes, new Pen(colour, 1.2, dashes))
                .with(new Curve.Points(
                        Arrays.stream(below).mapToDouble(i -> x[i]).toArray(),
                        Arrays.stream(below).mapToDouble(i -> sizes[i]).toArray(),
                        Mark.CIRCLE,
                        colour,
                        true));
    }

    private Panel panel(String name, List<Curve> curves) {
        double[] ys = curves.stream()
                .flatMapToDouble(each -> DoubleStream.of(each.y()))
                .toArray();
        double[] xs = curves.stream()
                .flatMapToDouble(each -> DoubleStream.of(each.x()))
                .toArray();
        return new CurvePanel(
                Words.plain(""),
                Words.plain(options.x().label()),
                LinearScale.exact(xs),
                Words.plain(name),
                LogScale.of(ys),
                curves,
                List.of());
    }
}
