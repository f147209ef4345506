package soopt.report.figure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.CsvTable;
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

/**
 * What {@code soopt spectrum --out} wrote: the density of the eigenvalues of each matrix, and the leading ones by size.
 */
public final class DensityFigure {
    /** Smaller parts of the largest density are noise of the quadrature. */
    private static final double LEAST = 1e-6;

    private static final int SPARKS = 40;

    private DensityFigure() {}

    /** Whether a folder has what is drawn. */
    public static boolean isSpectrum(Path folder) {
        return Files.isRegularFile(folder.resolve("eigenvalues.csv"))
                && Files.isRegularFile(folder.resolve("spectrum.json"));
    }

    /** @throws RunDirectoryException if the files have no rows */
    public static Figure of(Path folder) {
        CsvTable eigenvalues = CsvTable.read(folder.resolve("eigenvalues.csv"));
        CsvTable densities = CsvTable.read(folder.resolve("density.csv"));
        Map<String, int[]> rows = rows(eigenvalues);
        if (rows.isEmpty()) {
            throw new RunDirectoryException(
                    folder.resolve("eigenvalues.csv") + " has no rows: soopt spectrum --out" + " writes them");
        }
        Tidy data = new Tidy(List.of("matrix", "quantity", "x", "value"));
        List<List<String>> text = new ArrayList<>();
        List<Curve> leading = new ArrayList<>();
        List<Legend.Entry> entries = new ArrayList<>();
        int place = 0;
        for (Map.Entry<String, int[]> each : rows.entrySet()) {
            double[] values = numbers(eigenvalues, each.getValue(), "eigenvalue");
            for (int i = 0; i < values.length; i++) {
                data.row(each.getKey(), "eigenvalue", i, values[i]);
            }
            leading.add(leading(each.getKey(), values, place));
            entries.add(Legend.Entry.mark(Words.plain(each.getKey()), Mark.of(place), Palette.series(place), false));
            text.add(List.of(
                    each.getKey(),
                    values.length + "",
                    Labels.three(values[0]),
                    Labels.three(values[values.length - 1]),
                    Sparkline.of(Arrays.stream(values).map(Math::abs).toArray(), SPARKS, true)));
            place++;
        }
        if (Arrays.stream(eigenvalues.numbers("eigenvalue")).anyMatch(value -> value < 0)) {
            entries.add(Legend.Entry.mark(Words.plain("negative"), Mark.CIRCLE, Colour.INK, true));
        }
        List<Panel> panels = new ArrayList<>(density(densities, List.copyOf(rows.keySet()), data));
        panels.add(panel(leading));
        return new Figure(
                Sheet.of("spectrum, " + folder.getFileName(), List.of(panels), new Legend(entries, List.of())),
                data,
                List.of(new TextTable(
                        "eigenvalues by size",
                        List.of("matrix", "known", "first", "last", "log course of size"),
                        text)),
                List.of());
    }

    private static Map<String, int[]> rows(CsvTable table) {
        Map<String, List<Integer>> rows = new LinkedHashMap<>();
        for (int row = 0; row < table.size(); row++) {
            rows.computeIfAbsent(table.text(row, "matrix"), name -> new ArrayList<>())
                    .add(row);
        }
        Map<String, int[]> places = new LinkedHashMap<>();
        rows.forEach((name, all) ->
                places.put(name, all.stream().mapToInt(Integer::intValue).toArray()));
        return places;
    }

    private static double[] numbers(CsvTable table, int[] rows, String column) {
        return Arrays.stream(rows).mapToDouble(row -> table.number(row, column)).toArray();
    }

    private static Curve leading(String matrix, double[] values, int place) {
        double[] index =
                IntStream.rangeClosed(1, values.length).asDoubleStream().toArray();
        double[] sizes = Arrays.stream(values).map(Math::abs).toArray();
        Colour colour = Palette.series(place);
        Curve curve = Curve.line(matrix, index, sizes, new Pen(colour, 0.6));
        for (boolean negative : new boolean[] {false, true}) {
            int[] these = IntStream.range(0, values.length)
                    .filter(i -> values[i] < 0 == negative)
                    .toArray();
            curve = curve.with(new Curve.Points(
                    Arrays.stream(these).mapToDouble(i -> index[i]).toArray(),
                    Arrays.stream(these).mapToDouble(i -> sizes[i]).toArray(),
                    Mark.of(place),
                    colour,
                    negative));
        }
        return curve;
    }

    private static Panel panel(List<Curve> leading) {
        double[] sizes = leading.stream()
                .flatMapToDouble(each -> Arrays.stream(each.y()))
                .toArray();
        double[] index = leading.stream()
                .flatMapToDouble(each -> Arrays.stream(each.x()))
                .toArray();
        return new CurvePanel(
                Words.plain("leading eigenvalues"),
                Words.plain("rank by size"),
                Arrays.stream(index).max().orElse(1) > 20 ? LogScale.of(index) : LinearScale.of(index),
                Words.plain("|λ|"),
                LogScale.of(sizes),
                leading,
                List.of());
    }

    /** A panel for each matrix that has one: their eigenvalues have ranges of their own. */
    private static List<Panel> density(CsvTable table, List<String> order, Tidy data) {
        List<Panel> panels = new ArrayList<>();
        Map<String, int[]> rows = rows(table);
        Set<String> unknown = new TreeSet<>(rows.keySet());
        unknown.removeAll(order);
        List<String> matrices = new ArrayList<>(order);
        matrices.addAll(unknown);
        for (String matrix : matrices) {
            if (!rows.containsKey(matrix)) {
                continue;
            }
            double[] x = numbers(table, rows.get(matrix), "eigenvalue");
            double[] y = numbers(table, rows.get(matrix), "density");
            double most = Arrays.stream(y)
                    .filter(value -> value > 0 && Double.isFinite(value))
                    .max()
                    .orElse(1);
            for (int i = 0; i < x.length; i++) {
                data.row(matrix, "density", x[i], y[i]);
            }
            // what is less goes out of the frame below
            double[] shown = Arrays.stream(y)
                    .map(value -> Math.max(value, LEAST * most / 100))
                    .toArray();
            int place = matrices.indexOf(matrix);
            panels.add(new CurvePanel(
                    Words.plain(matrix),
                    Words.plain("eigenvalue λ"),
                    LinearScale.exact(x),
                    Words.plain("density"),
                    new LogScale(LEAST * most, 2 * most),
                    List.of(Curve.line(matrix, x, shown, new Pen(Palette.series(place), 1.2))),
                    List.of()));
        }
        return panels;
    }
}
