package soopt.cli.curvature;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Partition;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.file.WholeFile;
import soopt.optimizer.system.Matrix;
import soopt.solver.Quadrature;
import soopt.solver.spectrum.Estimate;
import soopt.solver.spectrum.SpectralDensity;
import soopt.solver.spectrum.Spectrum;
import soopt.solver.spectrum.Spread;
import soopt.solver.spectrum.SummarySpectrum;

/**
 * Eigenvalues of H, G and H̄, as text, CSV and JSON.
 *
 * @param steps taken at most, where fewer fit the memory than were asked for
 */
record SpectrumReport(
        Partition partition,
        int examples,
        double loss,
        Asked asked,
        int steps,
        List<Whole> wholes,
        Optional<Projected> projected) {
    /** Points of the density. */
    private static final int POINTS = 1001;
    /** Width of a node in the density, as part of the range of all: five points. */
    private static final double WIDTH = 0.005;

    /** With more H̄ would be many MB of text. */
    private static final int MOST_GROUPS = 500;

    SpectrumReport {
        wholes = List.copyOf(wholes);
    }

    /** What the user wanted. */
    record Asked(int top, int steps, int probes, long seed) {}

    /** A matrix [P, P] known by its products. */
    record Whole(Matrix matrix, double loss, Spectrum spectrum) {
        String name() {
            return matrix == Matrix.HESSIAN ? "hessian" : "gauss-newton";
        }

        double[] grid() {
            return spectrum.density().grid(POINTS, width());
        }

        /** σ &gt; 0 of the smoothed density. */
        double width() {
            SpectralDensity density = spectrum.density();
            double range = density.largest() - density.smallest();
            double largest = Math.max(Math.abs(density.largest()), Math.abs(density.smallest()));
            return range > 0 ? WIDTH * range : largest > 0 ? WIDTH * largest : WIDTH;
        }
    }

    /**
     * H̄, and its eigenvalues with the u_s brought to length 1 and as they are.
     *
     * @param lengths [S] ‖u_s‖
     */
    record Projected(CurvatureSummary summary, double[] lengths, SummarySpectrum unit, SummarySpectrum own) {}

    /**
     * One matrix as a row of a table: all of them have these numbers.
     *
     * @param size number of its eigenvalues
     * @param exact whether all eigenvalues are known
     * @param values those known, by falling |λ|
     * @param leading the first of them
     */
    record Row(
            String name,
            int size,
            boolean exact,
            double[] values,
            List<Spectrum.Pair> leading,
            double smallest,
            double largest,
            Estimate trace,
            Spread spread) {
        Row {
            leading = List.copyOf(leading);
        }

        static Row of(Whole whole) {
            Spectrum spectrum = whole.spectrum();
            SpectralDensity density = spectrum.density();
            return new Row(
                    whole.name(),
                    density.size(),
                    false,
                    spectrum.leading().stream()
                            .mapToDouble(Spectrum.Pair::value)
                            .toArray(),
                    spectrum.leading(),
                    density.smallest(),
                    density.largest(),
                    spectrum.trace(),
                    Spread.of(spectrum));
        }

        static Row of(String name, SummarySpectrum summary) {
            double[] values = summary.values();
            return new Row(
                    name,
                    values.length,
                    true,
                    values,
                    summary.leading(),
                    Arrays.stream(values).min().orElse(Double.NaN),
                    Arrays.stream(values).max().orElse(Double.NaN),
                    new Estimate(summary.trace(), 0, 1),
                    Spread.of(values));
        }
    }

    /** H and G as far as they were wanted, then H̄ twice. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        wholes.forEach(whole -> rows.add(Row.of(whole)));
        projected.ifPresent(both -> {
            rows.add(Row.of("summary-unit", both.unit()));
            rows.add(Row.of("summary", both.own()));
        });
        return rows;
    }

    String text() {
        return new SpectrumText(this).text();
    }

    /** Writes eigenvalues.csv, shares.csv, spread.csv, density.csv and spectrum.json. */
    void write(Path folder) {
        WholeFile.write(folder.resolve("eigenvalues.csv"), eigenvaluesCsv());
        WholeFile.write(folder.resolve("shares.csv"), sharesCsv());
        WholeFile.write(folder.resolve("spread.csv"), spreadCsv());
        WholeFile.write(folder.resolve("density.csv"), densityCsv());
        WholeFile.write(folder.resolve("spectrum.json"), json().pretty());
    }

    /** A place among the known eigenvalues of a matrix. */
    private record Place(Row row, int index) {
        double residual() {
            return row.exact() ? 0 : row.leading().get(index).residual();
        }
    }

    private record Share(Place place, int index, Partition.Group group) {
        double value() {
            return place.row().leading().get(place.index()).shares()[index];
        }
    }

    private record Point(String matrix, double x, double y) {}

    private static final List<Column<Place>> EIGENVALUES = List.of(
            new Column<>("matrix", place -> place.row().name(), "hessian, gauss-newton, summary-unit or summary"),
            new Column<>("index", Place::index, "by falling |λ|, from 0"),
            new Column<>("eigenvalue", place -> place.row().values()[place.index()], "λ"),
            new Column<>("residual", Place::residual, "‖Av − λv‖; 0 where λ is exact"));

    private static final List<Column<Share>> SHARES = List.of(
            new Column<>("matrix", share -> share.place().row().name(), "as in eigenvalues.csv"),
            new Column<>("index", share -> share.place().index(), "of the eigenvalue"),
            new Column<>("group", share -> share.group().name(), "name of the group"),
            new Column<>("share", Share::value, "Σ v_i² over the group"));

    private static final List<Column<Row>> SPREADS = List.of(
            new Column<>("matrix", Row::name, "as in eigenvalues.csv"),
            new Column<>("size", Row::size, "number of eigenvalues"),
            new Column<>("smallest", Row::smallest, "least λ found"),
            new Column<>("largest", Row::largest, "largest λ found"),
            new Column<>("trace", row -> row.trace().mean(), "sum of all λ"),
            new Column<>("trace_error", row -> row.trace().standardError(), "its standard error"),
            new Column<>("below_minus_10_percent", row -> row.spread().shares()[0], "part with λ ≤ −0.1 max |λ|"),
            new Column<>("below_minus_1_percent", row -> row.spread().shares()[1], "of the rest, ≤ −0.01 max |λ|"),
            new Column<>("near_zero", row -> row.spread().shares()[2], "part with |λ| < 0.01 max |λ|"),
            new Column<>("above_1_percent", row -> row.spread().shares()[3], "part from 0.01 to 0.1 max |λ|"),
            new Column<>("above_10_percent", row -> row.spread().shares()[4], "part with λ ≥ 0.1 max |λ|"),
            new Column<>(
                    "near_zero_error",
                    row -> row.spread().nearZeroError(),
                    "its standard error and its change since half the steps"));

    private static final List<Column<Point>> DENSITIES = List.of(
            new Column<>("matrix", Point::matrix, "hessian or gauss-newton"),
            new Column<>("eigenvalue", Point::x, "λ"),
            new Column<>("density", Point::y, "of the eigenvalues, of integral 1"));

    /** The columns of its CSV files. */
    static Map<String, List<? extends Column<?>>> columns() {
        Map<String, List<? extends Column<?>>> columns = new LinkedHashMap<>();
        columns.put("eigenvalues.csv", EIGENVALUES);
        columns.put("shares.csv", SHARES);
        columns.put("spread.csv", SPREADS);
        columns.put("density.csv", DENSITIES);
        return columns;
    }

    private static Stream<Place> places(Row row, int count) {
        return IntStream.range(0, count).mapToObj(i -> new Place(row, i));
    }

    private String eigenvaluesCsv() {
        return Column.table(
                EIGENVALUES,
                rows().stream().flatMap(row -> places(row, row.values().length)).toList());
    }

    private String sharesCsv() {
        List<Share> shares = rows().stream()
                .flatMap(row -> places(row, row.leading().size()))
                .flatMap(place -> IntStream.range(0, partition.size())
                        .mapToObj(s -> new Share(place, s, partition.groups().get(s))))
                .toList();
        return Column.table(SHARES, shares);
    }

    private String spreadCsv() {
        return Column.table(SPREADS, rows());
    }

    private String densityCsv() {
        List<Point> points = new ArrayList<>();
        for (Whole whole : wholes) {
            double[] grid = whole.grid();
            double[] density = whole.spectrum().density().density(grid, whole.width());
            for (int i = 0; i < grid.length; i++) {
                points.add(new Point(whole.name(), grid[i], density[i]));
            }
        }
        return Column.table(DENSITIES, points);
    }

    JsonObject json() {
        JsonObject object = new JsonObject()
                .put("examples", examples)
                .put("loss", loss)
                .put("parameters", partition.layout().size())
                .put("groups", partition.names())
                .put("steps_asked", asked.steps())
                .put("steps", steps)
                .put("probes", asked.probes())
                .put("seed", asked.seed())
                .put("near_zero", Spread.NEAR_ZERO);
        List<Row> rows = rows();
        for (int i = 0; i < rows.size(); i++) {
            JsonObject one = json(rows.get(i));
            if (i < wholes.size()) {
                addTo(one, wholes.get(i));
            }
            object.put(rows.get(i).name().replace('-', '_'), one);
        }
        projected.ifPresent(both -> {
            object.put("direction_lengths", both.lengths());
            if (partition.size() <= MOST_GROUPS) {
                object.put("hbar", both.summary().hessian());
            }
        });
        return object;
    }

    private static JsonObject json(Row row) {
        return new JsonObject()
                .put("size", row.size())
                .put("exact", row.exact())
                .put("eigenvalues", row.values())
                .put(
                        "residuals",
                        row.leading().stream()
                                .mapToDouble(Spectrum.Pair::residual)
                                .toArray())
                .put("shares", row.leading().stream().map(Spectrum.Pair::shares).toArray(double[][]::new))
                .put("smallest", row.smallest())
                .put("largest", row.largest())
                .put("trace", row.trace().mean())
                .put("trace_error", row.trace().standardError())
                .put("spread", row.spread().shares())
                .put("near_zero_share", row.spread().nearZero())
                .put("near_zero_error", row.spread().nearZeroError());
    }

    private static void addTo(JsonObject object, Whole whole) {
        Spectrum spectrum = whole.spectrum();
        List<Quadrature> rules = spectrum.density().rules();
        object.put("trace_samples", spectrum.trace().samples())
                .put("lanczos_ending", spectrum.solve().ending().name().toLowerCase(Locale.ROOT))
                .put("lanczos_steps", spectrum.solve().iterations())
                .put("converged", spectrum.converged())
                .put("failed_probes", spectrum.density().failed())
                .put("nodes", rules.stream().map(Quadrature::nodes).toArray(double[][]::new))
                .put("weights", rules.stream().map(Quadrature::weights).toArray(double[][]::new));
    }
}
