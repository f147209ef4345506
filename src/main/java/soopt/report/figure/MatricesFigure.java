package soopt.report.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.report.chart.ColourBar;
import soopt.report.chart.Labels;
import soopt.report.chart.Legend;
import soopt.report.chart.LinearScale;
import soopt.report.chart.MatrixPanel;
import soopt.report.chart.Panel;
import soopt.report.chart.Sheet;
import soopt.report.chart.SignedLogScale;
import soopt.report.draw.Colour;
import soopt.report.draw.Palette;
import soopt.report.draw.Words;
import soopt.report.read.Group;
import soopt.report.read.Moment;
import soopt.report.read.Moments;

/**
 * H̄ and its relatives at chosen moments of a run: rows and columns by weights, then biases, as in Figure 1 of the
 * paper; each matrix has one scale for all moments.
 */
public final class MatricesFigure {
    private static final Colour UNKNOWN = new Colour(0xc8c8c8);
    private static final List<String> ROLES = List.of("weight", "bias", "mixed");
    private static final int TEXT = 12;
    /** More groups have no numbers in the table, of which there would be millions. */
    private static final int WRITTEN = 1000;

    private final ResultRun run;
    private final Options options;
    private final List<Moments.Chosen> moments;
    private final Tidy data = new Tidy(List.of(
            "run_id",
            "moment",
            "step",
            "epoch",
            "matrix",
            "row",
            "row_role",
            "column",
            "column_role",
            "value",
            "shown"));
    private final List<TextTable> text = new ArrayList<>();
    private final Set<String> remarks = new LinkedHashSet<>();

    private MatricesFigure(ResultRun run, Options options) {
        this.run = run;
        this.options = options;
        Moments all = Moments.of(run.folder());
        if (all.isEmpty()) {
            throw new RunDirectoryException("run " + run.id()
                    + " has no recorded matrices: record.curvature.every, e.g." + " '1 epoch', makes them");
        }
        OptionalInt best =
                run.best().map(found -> OptionalInt.of(found.epoch())).orElse(OptionalInt.empty());
        this.moments = all.chosen(options.moments(), best);
    }

    /**
     * @param runs the first of them is drawn
     * @throws RunDirectoryException if it has no matrices, or none of a moment that is asked for
     */
    public static Figure of(List<ResultRun> runs, Options options) {
        Figure figure = new MatricesFigure(runs.get(0), options).figure();
        if (runs.size() == 1) {
            return figure;
        }
        List<String> remarks = new ArrayList<>(figure.remarks());
        remarks.add("matrices of run " + runs.get(0).id() + ", seed "
                + runs.get(0).seed() + ", the first of " + runs.size() + " runs: name another to see its own");
        return new Figure(figure.sheet(), figure.data(), figure.text(), List.copyOf(remarks));
    }

    private Figure figure() {
        List<List<Panel>> rows = new ArrayList<>();
        List<Optional<ColourBar>> bars = new ArrayList<>();
        for (int k = 0; k < options.matrices().size(); k++) {
            Moment.Kind kind = options.matrices().get(k);
            List<Ordered> ordered = moments.stream()
                    .map(chosen -> Ordered.of(chosen.moment(), kind))
                    .toList();
            boolean isFirst = k == 0;
            boolean isLast = k == options.matrices().size() - 1;
            addRow(kind, ordered, isFirst, isLast, rows, bars);
        }
        List<Words> notes = new ArrayList<>();
        List<Group> groups = moments.get(0).moment().groups();
        if (groups.stream().map(Group::role).distinct().count() > 1) {
            notes.add(Words.plain("black lines part weights from biases"));
        }
        if (MatrixPanel.tellsSigns(groups.size()) && !options.normalize()) {
            notes.add(Words.plain("a dash marks a negative entry"));
        }
        remarks.forEach(remark -> notes.add(Words.plain(remark)));
        return new Figure(
                new Sheet(
                        run.experiment() + ", seed " + run.seed() + ", run " + run.id(),
                        rows,
                        bars,
                        new Legend(List.of(), notes)),
                data,
                text,
                List.copyOf(remarks));
    }

    /** A matrix with its groups by role. */
    private record Ordered(Moment moment, List<Group> groups, double[][] values) {
        static Ordered of(Moment moment, Moment.Kind kind) {
            double[][] matrix = moment.matrix(kind)
                    .orElseThrow(() -> new RunDirectoryException("matrices.npz and matrices.jsonl of "
                            + moment.folder().getParent().getFileName() + " have no whole " + kind + " of "
                            + moment.name()));
            List<Group> groups = moment.groups().size() == matrix.length
                    ? moment.groups()
                    : Group.of(IntStream.range(0, matrix.length)
                            .mapToObj(s -> "group " + s)
                            .toList());
            int[] order = ROLES.stream()
                    .flatMapToInt(role -> IntStream.range(0, groups.size())
                            .filter(s -> groups.get(s).role().equals(role)))
                    .toArray();
            double[][] values = new double[order.length][order.length];
            for (int i = 0; i < order.length; i++) {
                for (int j = 0; j < order.length; j++) {
                    values[i][j] = matrix[order[i]][order[j]];
                }
            }
            return new Ordered(
                    moment, Arrays.stream(order).mapToObj(groups::get).toList(), values);
        }

        /** |H_st| / √|H_ss H_tt|. */
        double[][] normalized() {
            double[][] normal = new double[values.length][values.length];
            for (int s = 0; s < normal.length; s++) {
                for (int t = 0; t < normal.length; t++) {
                    normal[s][t] = Math.abs(values[s][t]) / Math.sqrt(Math.abs(values[s][s] * values[t][t]));
                }
            }
            return normal;
        }

        /** Where the role of a row is another than that of the one before. */
        List<Integer> blocks() {
            return IntStream.range(1, groups.size())
                    .filter(s -> !groups.get(s).role().equals(groups.get(s - 1).role()))
                    .boxed()
                    .toList();
        }
    }

    private void addRow(
            Moment.Kind kind,
            List<Ordered> ordered,
            boolean isFirst,
            boolean isLast,
            List<List<Panel>> rows,
            List<Optional<ColourBar>> bars) {
        List<double[][]> shown = ordered.stream()
                .map(each -> options.normalize() ? each.normalized() : each.values)
                .toList();
        double[] all = shown.stream()
                .flatMap(Arrays::stream)
                .flatMapToDouble(Arrays::stream)
                .toArray();
        SignedLogScale scale = SignedLogScale.of(all);
        DoubleFunction<Colour> colour = value -> Double.isNaN(value)
                ? UNKNOWN
                : options.normalize() ? Palette.amount(Math.min(1, value)) : Palette.signed(scale.part(value));
        List<Panel> panels = new ArrayList<>();
        for (int m = 0; m < ordered.size(); m++) {
            Ordered each = ordered.get(m);
            panels.add(new MatrixPanel(
                    Words.plain(isFirst ? title(moments.get(m)) : ""),
                    m == 0 ? symbol(kind) : Words.plain(""),
                    each.groups.stream().map(group -> Words.plain(group.name())).toList(),
                    shown.get(m),
                    each.blocks(),
                    colour,
                    new MatrixPanel.Named(m == 0, isLast)));
            write(kind, each, shown.get(m));
            text.add(table(kind, each, shown.get(m)));
        }
        if (Arrays.stream(all).anyMatch(Double::isNaN)) {
            remarks.add("grey: not known");
        }
        if (options.normalize() && Arrays.stream(all).anyMatch(value -> value > 1 + 1e-9)) {
            remarks.add("values above 1, of matrices that are not definite, have the colour of 1");
        }
        rows.add(panels);
        bars.add(Optional.of(
                options.normalize()
                        ? new ColourBar(Words.plain(""), new LinearScale(0, 1), place -> place, Palette::amount)
                        : new ColourBar(Words.plain(""), scale, place -> value(scale, place), colour)));
    }

    /** The value at a place of the scale, which is symmetric. */
    private static double value(SignedLogScale scale, double place) {
        double part = 2 * place - 1;
        double size = scale.linear() * Math.expm1(Math.abs(part) * Math.log1p(scale.most() / scale.linear()));
        return Math.signum(part) * size;
    }

    private Words symbol(Moment.Kind kind) {
        String symbol = switch (kind) {
            case HESSIAN -> "H̄";
            case INVERSE -> "H̄^{−1}";
            case REGULARIZED -> "H̄ + ½ λ_{int} ‖Dη‖ D^{2}";
            case REGULARIZED_INVERSE -> "(H̄ + ½ λ_{int} ‖Dη‖ D^{2})^{−1}";
        };
        return Words.of(options.normalize() ? "normalized " + symbol : symbol);
    }

    /** "epoch 12 (best, last)": that it is the last is said beside that it is the best. */
    private static String title(Moments.Chosen chosen) {
        List<String> words = List.of(chosen.words().split(", "));
        String moment = chosen.moment().words();
        return words.contains("best") ? moment + (words.contains("last") ? " (best, last)" : " (best)") : moment;
    }

    private void write(Moment.Kind kind, Ordered ordered, double[][] shown) {
        if (shown.length > WRITTEN) {
            remarks.add("of " + shown.length + " groups matrices/matrices.npz alone has the numbers");
            return;
        }
        for (int s = 0; s < shown.length; s++) {
            for (int t = 0; t < shown.length; t++) {
                Group row = ordered.groups.get(s);
                Group column = ordered.groups.get(t);
                data.row(
                        run.id(),
                        ordered.moment.name(),
                        ordered.moment.step(),
                        ordered.moment.epoch(),
                        kind,
                        row.name(),
                        row.role(),
                        column.name(),
                        column.role(),
                        ordered.values[s][t],
                        shown[s][t]);
            }
        }
    }

    private TextTable table(Moment.Kind kind, Ordered ordered, double[][] shown) {
        String heading = kind.symbol() + (options.normalize() ? ", normalized" : "") + ", " + ordered.moment.words();
        List<String> header = new ArrayList<>(List.of("group"));
        List<List<String>> rows = new ArrayList<>();
        int size = shown.length;
        if (size <= TEXT) {
            ordered.groups.forEach(group -> header.add(group.name()));
            for (int s = 0; s < size; s++) {
                List<String> row = new ArrayList<>(List.of(ordered.groups.get(s).name()));
                Arrays.stream(shown[s]).mapToObj(Labels::three).forEach(row::add);
                rows.add(row);
            }
            return new TextTable(heading, header, rows);
        }
        for (int s = 0; s < size; s++) {
            double[] row = shown[s];
            double beside = Arrays.stream(row).map(Math::abs).sum() - Math.abs(row[s]);
            rows.add(List.of(ordered.groups.get(s).name(), Labels.three(row[s]), Labels.three(beside)));
        }
        return new TextTable(heading, List.of("group", "diagonal", "sum of |others|"), rows);
    }
}
