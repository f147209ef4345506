package soopt.report.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.report.chart.ColourBar;
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
import soopt.report.read.Configuration;
import soopt.report.read.Group;
import soopt.report.read.Rates;

/**
 * The learning rates of every group in the course of a run, on a logarithmic axis: weights as whole lines, biases
 * dotted, colour by depth. A negative rate is a hollow mark at its size; so is one that clipping has made 0, at the
 * size that it would have had.
 */
public final class RatesFigure {
    private static final int PANELS = 6;
    private static final int PER_ROW = 3;
    /** More layers have a bar of colours instead of names. */
    private static final int NAMED = 12;

    private static final int SPARKS = 40;
    private static final double[] DOTS = {1.1, 1.7};
    private static final double[] DASHES = {4, 1.6};

    private final Options options;
    private final List<Configuration> configurations;
    private final Tidy data = new Tidy(List.of(
            "experiment", "configuration", "group", "role", "layer", "step", "x", "eta", "shown", "negative", "runs"));
    private final List<TextTable> text = new ArrayList<>();
    private final Map<String, Integer> layers = new LinkedHashMap<>();
    private final Set<String> roles = new LinkedHashSet<>();
    private boolean anyHollow;
    private boolean isRecorded;

    private RatesFigure(List<ResultRun> runs, Options options) {
        this.options = options;
        this.configurations = Configuration.of(runs);
    }

    /** @throws RunDirectoryException if no run has learning rates by group, or too many configurations do */
    public static Figure of(List<ResultRun> runs, Options options) {
        return new RatesFigure(runs, options).figure();
    }

    private Figure figure() {
        Map<Configuration, List<RateCourse>> courses = new LinkedHashMap<>();
        for (Configuration configuration : configurations) {
            List<RateCourse> found = RateCourse.of(configuration, options);
            if (!found.isEmpty()) {
                courses.put(configuration, found);
            }
            if (courses.size() > PANELS) {
                throw new RunDirectoryException("more than " + PANELS + " configurations have learning rates: name"
                        + " runs or experiments with fewer");
            }
        }
        if (courses.isEmpty()) {
            throw new RunDirectoryException("no run has learning rates by group (learning_rates.csv): methods with a"
                    + " partition write them, e.g. optimizer.type: newton-summary, once their curvature is computed;"
                    + " of others record.curvature records those that it would give");
        }
        isRecorded = courses.values().stream().flatMap(List::stream).allMatch(RateCourse::recorded);
        courses.values()
                .forEach(each -> each.forEach(course -> {
                    layers.putIfAbsent(course.group().layerName(), layers.size());
                    roles.add(course.group().role());
                }));
        List<Panel> panels = new ArrayList<>();
        courses.forEach((configuration, found) ->
                panels.add(panel(configuration, found, courses.size() > 1 ? configuration.label() : "")));
        List<List<Panel>> rows = new ArrayList<>();
        int perRow = panels.size() == 4 ? 2 : PER_ROW;
        for (int from = 0; from < panels.size(); from += perRow) {
            rows.add(panels.subList(from, Math.min(panels.size(), from + perRow)));
        }
        List<Optional<ColourBar>> bars = rows.stream().map(row -> bar()).toList();
        List<String> remarks = Courses.unfinished(configurations);
        return new Figure(
                new Sheet(Courses.title(List.copyOf(courses.keySet())), rows, bars, legend(remarks)),
                data,
                text,
                remarks);
    }

    private Panel panel(Configuration configuration, List<RateCourse> courses, String title) {
        List<Curve> curves = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (RateCourse course : courses) {
            curves.add(curve(course));
            for (int i = 0; i < course.x().length; i++) {
                data.row(
                        configuration.experiment(),
                        configuration.label(),
                        course.group().name(),
                        course.group().role(),
                        course.group().layer(),
                        (long) course.steps()[i],
                        course.x()[i],
                        course.eta()[i],
                        course.shown()[i],
                        course.shown()[i] < 0,
                        course.runs()[i]);
            }
            rows.add(row(course));
        }
        String rate = options.rate().column();
        text.add(new TextTable(
                (title.isEmpty() ? configuration.experiment() : title) + ": " + rate + over(configuration),
                List.of("group", "median", "least", "largest", "last", "negative", "log course"),
                rows));
        double[] sizes =
                curves.stream().flatMapToDouble(each -> Arrays.stream(each.y())).toArray();
        double[] xs =
                curves.stream().flatMapToDouble(each -> Arrays.stream(each.x())).toArray();
        return new CurvePanel(
                Words.plain(title),
                Words.plain(options.x().label()),
                LinearScale.exact(xs),
                name(),
                LogScale.of(sizes),
                curves,
                List.of());
    }

    private String over(Configuration configuration) {
        int runs = configuration.runs().size();
        return (options.smooth() > 1 ? ", running mean of " + options.smooth() + " refreshes" : "")
                + (runs > 1 ? ", " + options.middle() + " of " + runs + " runs" : "");
    }

    private Words name() {
        if (isRecorded) {
            return Words.of("learning rate η of the recorded curvature");
        }
        return switch (options.rate()) {
            case RAW -> Words.of("learning rate η (raw)");
            case AVERAGED -> Words.of("learning rate η (averaged)");
            case USED -> Words.of("learning rate η (used)");
            case APPLIED -> Words.of("learning rate λ_{1}η");
        };
    }

    private static List<String> row(RateCourse course) {
        double[] known =
                Arrays.stream(course.eta()).filter(Double::isFinite).sorted().toArray();
        long negative = Arrays.stream(course.shown()).filter(value -> value < 0).count();
        double[] sizes = Arrays.stream(course.shown()).map(Math::abs).toArray();
        boolean none = known.length == 0;
        return List.of(
                course.group().name(),
                none ? "-" : Labels.three(known[known.length / 2]),
                none ? "-" : Labels.three(known[0]),
                none ? "-" : Labels.three(known[known.length - 1]),
                none ? "-" : Labels.three(course.eta()[course.eta().length - 1]),
                negative + "",
                Sparkline.of(sizes, SPARKS, true));
    }

    private Curve curve(RateCourse course) {
        Group group = course.group();
        Colour colour = Palette.depth(layers.get(group.layerName()), layers.size());
        double[] sizes = Arrays.stream(course.shown())
                .map(value -> value == 0 ? Double.NaN : Math.abs(value))
                .toArray();
        Curve line = Curve.line(group.name(), course.x(), sizes, new Pen(colour, 1.2, dashes(group.role())));
        int[] below = IntStream.range(0, sizes.length)
                .filter(i -> course.shown()[i] < 0)
                .toArray();
        anyHollow |= below.length > 0;
        return line.with(new Curve.Points(
                Arrays.stream(below).mapToDouble(i -> course.x()[i]).toArray(),
                Arrays.stream(below).mapToDouble(i -> sizes[i]).toArray(),
                group.role().equals("bias") ? Mark.SQUARE : Mark.CIRCLE,
                colour,
                true));
    }

    private static double[] dashes(String role) {
        return switch (role) {
            case "bias" -> DOTS;
            case "weight" -> new double[0];
            default -> DASHES;
        };
    }

    private Optional<ColourBar> bar() {
        if (layers.size() <= NAMED) {
            return Optional.empty();
        }
        double last = layers.size() - 1.0;
        return Optional.of(new ColourBar(
                Words.plain("layer, from the input"),
                new LinearScale(0, last),
                place -> last * place,
                layer -> Palette.depth(layer / last)));
    }

    private Legend legend(List<String> remarks) {
        List<Legend.Entry> entries = new ArrayList<>();
        if (layers.size() <= NAMED) {
            layers.forEach((name, i) ->
                    entries.add(Legend.Entry.line(Words.plain(name), new Pen(Palette.depth(i, layers.size()), 1.8))));
        }
        Map<String, String> plural = Map.of("weight", "weights", "bias", "biases", "mixed", "mixed groups");
        for (String role : roles) {
            entries.add(Legend.Entry.line(
                    Words.plain(plural.getOrDefault(role, role)), new Pen(Colour.INK, 1.2, dashes(role))));
        }
        List<Words> notes = new ArrayList<>();
        if (anyHollow) {
            entries.add(Legend.Entry.mark(Words.of("η < 0, at |η|"), Mark.CIRCLE, Colour.INK, true));
            boolean mayBeClipped = options.rate() == Rates.Kind.APPLIED || options.rate() == Rates.Kind.USED;
            if (mayBeClipped && !isRecorded) {
                notes.add(Words.plain("hollow: negative; where it is clipped to 0, its size before that"));
            }
        }
        if (options.smooth() > 1) {
            notes.add(Words.plain("running mean of " + options.smooth() + " refreshes"));
        }
        if (configurations.stream().anyMatch(each -> each.runs().size() > 1)) {
            notes.add(Words.plain(options.middle() + " of " + Courses.runs(configurations)));
        }
        remarks.forEach(remark -> notes.add(Words.plain(remark)));
        return new Legend(entries, notes);
    }
}
