package soopt.cli.curvature;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Text;
import soopt.solver.Solve;
import soopt.solver.spectrum.Spectrum;
import soopt.solver.spectrum.Spread;

/** Eigenvalues as text: a table of leading pairs for each matrix, and one that compares them. */
final class SpectrumText {
    /** Groups in a table; of more, those with the largest shares. */
    private static final int MOST_GROUPS = 14;

    private static final String NEWLINE = System.lineSeparator();

    private final SpectrumReport report;
    private final List<SpectrumReport.Row> rows;

    SpectrumText(SpectrumReport report) {
        this.report = report;
        this.rows = report.rows();
    }

    String text() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "loss %s over %,d examples%n%n",
                CurvatureReport.number(report.loss()),
                report.examples()));
        for (int i = 0; i < rows.size(); i++) {
            SpectrumReport.Row row = rows.get(i);
            text.append(Text.shown(heading(row))).append(NEWLINE).append(NEWLINE);
            if (!row.leading().isEmpty()) {
                text.append(pairs(row)).append(NEWLINE);
            }
            text.append(Text.shown(facts(row)
                            + (i < report.wholes().size() ? how(report.wholes().get(i)) : "")))
                    .append(NEWLINE)
                    .append(NEWLINE);
        }
        return text.append(spread()).toString();
    }

    private static String symbol(SpectrumReport.Row row) {
        return switch (row.name()) {
            case "hessian" -> "H";
            case "gauss-newton" -> "G";
            case "summary-unit" -> "H̄, ‖u_s‖ = 1";
            default -> "H̄";
        };
    }

    private String heading(SpectrumReport.Row row) {
        String name = switch (row.name()) {
            case "hessian" -> "H, the Hessian of the loss";
            case "gauss-newton" -> "G, the Gauss–Newton matrix";
            case "summary-unit" -> "H̄ along the groups' parts u_s of the gradient, each of length 1";
            default -> "H̄ along the groups' parts u_s of the gradient, as they are";
        };
        int without = row.name().equals("summary-unit") && row.size() > 0
                ? report.partition().size() - row.size()
                : 0;
        String leftOut = without == 0 ? "" : String.format(Locale.ROOT, " (%,d groups with u_s = 0 left out)", without);
        return String.format(Locale.ROOT, "%s: %,d eigenvalues, by |λ|%s", name, row.size(), leftOut);
    }

    private String pairs(SpectrumReport.Row row) {
        int shown = Math.min(report.asked().top(), row.leading().size());
        List<Spectrum.Pair> pairs = row.leading().subList(0, shown);
        String[] head = new String[shown + 1];
        head[0] = "share of v in";
        for (int k = 0; k < shown; k++) {
            head[k + 1] = String.valueOf(k + 1);
        }
        Table table = new Table(head);
        table.row(cells("λ", pairs.stream().map(pair -> CurvatureReport.number(pair.value()))));
        if (!row.exact()) {
            String name = row.name().equals("hessian") ? "‖Hv − λv‖" : "‖Gv − λv‖";
            table.row(cells(name, pairs.stream().map(pair -> String.format(Locale.ROOT, "%.1e", pair.residual()))));
        }
        Set<Integer> groups = groups(pairs);
        groups.stream()
                .sorted()
                .forEach(s -> table.row(cells(
                        report.partition().groups().get(s).name(),
                        pairs.stream().map(pair -> share(pair.shares()[s])))));
        int others = report.partition().size() - groups.size();
        if (others > 0) {
            table.row(cells(
                    others + " others",
                    pairs.stream()
                            .map(pair -> share(1
                                    - groups.stream()
                                            .mapToDouble(s -> pair.shares()[s])
                                            .sum()))));
        }
        return table.shown("  ");
    }

    private static Object[] cells(String name, Stream<String> others) {
        return Stream.concat(Stream.of(name), others).toArray();
    }

    /** All, or those with the largest share of one of the vectors. */
    private Set<Integer> groups(List<Spectrum.Pair> pairs) {
        int size = report.partition().size();
        Comparator<Integer> byShare = Comparator.comparingDouble(
                s -> -pairs.stream().mapToDouble(pair -> pair.shares()[s]).max().orElse(0));
        return IntStream.range(0, size)
                .boxed()
                .sorted(byShare)
                .limit(size <= MOST_GROUPS ? size : MOST_GROUPS - 1)
                .collect(Collectors.toSet());
    }

    private static String facts(SpectrumReport.Row row) {
        if (Double.isNaN(row.smallest())) {
            return row.size() == 0 && row.exact() ? "  no group with u_s ≠ 0, or H̄ is not finite" : "  not finite";
        }
        return String.format(
                Locale.ROOT,
                "  λ found from %s to %s; trace %s%s",
                CurvatureReport.number(row.smallest()),
                CurvatureReport.number(row.largest()),
                CurvatureReport.number(row.trace().mean()),
                row.exact()
                        ? ""
                        : String.format(Locale.ROOT, " ± %.1e", row.trace().standardError()));
    }

    /** What the numbers rest on. */
    private String how(SpectrumReport.Whole whole) {
        Spectrum spectrum = whole.spectrum();
        Solve solve = spectrum.solve();
        if (!solve.usable()) {
            return "; the products are not";
        }
        String fewer = report.steps()
                        < Math.min(
                                report.asked().steps(),
                                report.partition().layout().size())
                ? String.format(
                        Locale.ROOT,
                        " (of %,d asked for: more do not fit curvature.memory)",
                        report.asked().steps())
                : "";
        int vectors = spectrum.density().rules().size();
        String all = solve.ending() == Solve.Ending.CONVERGED ? " to an invariant space," : "";
        return String.format(
                Locale.ROOT,
                "%n  %,d Lanczos steps%s%s from %s; %,d eigenvalues have a residual ≤ 1e-6 max |λ|",
                solve.iterations(),
                fewer,
                all,
                vectors == 1 ? "1 vector" : "each of " + vectors + " vectors",
                spectrum.converged());
    }

    /** A row for each matrix: does the projection squeeze the eigenvalues near zero? */
    private String spread() {
        Table table = new Table("λ / max |λ|", "number", "≤ −0.1", "≤ −0.01", "near 0", "≥ 0.01", "≥ 0.1", "±");
        for (SpectrumReport.Row row : rows) {
            double[] shares = row.spread().shares();
            Object[] parts =
                    Arrays.stream(shares).mapToObj(SpectrumText::percent).toArray();
            table.row(
                    symbol(row),
                    String.format(Locale.ROOT, "%,d", row.size()),
                    parts[0],
                    parts[1],
                    parts[2],
                    parts[3],
                    parts[4],
                    row.exact() ? "-" : percent(row.spread().nearZeroError()));
        }
        String title = "Which part of the eigenvalues lies where; near 0: |λ| < " + Spread.NEAR_ZERO + " max |λ|";
        String errors = rows.stream().allMatch(SpectrumReport.Row::exact)
                ? ""
                : NEWLINE
                        + Text.shown("± of the part near 0: between random vectors, and since half the steps")
                        + NEWLINE;
        return Text.shown(title) + NEWLINE + NEWLINE + table.shown("  ") + errors + verdict();
    }

    private String verdict() {
        List<SpectrumReport.Row> exact =
                rows.stream().filter(SpectrumReport.Row::exact).toList();
        if (exact.isEmpty() || rows.get(0).exact()) {
            return "";
        }
        double whole = rows.get(0).spread().nearZero();
        double error = rows.get(0).spread().nearZeroError();
        double summary = exact.get(0).spread().nearZero();
        String answer = summary < whole - error
                ? "the projection thins them out"
                : summary > whole + error
                        ? "the projection does not thin them out"
                        : "no difference that these steps show";
        return NEWLINE
                + Text.shown(String.format(
                        Locale.ROOT,
                        "Near zero lie %s ± %s of the eigenvalues of %s, %s of those of H̄ with unit u_s: %s.",
                        percent(whole),
                        percent(error),
                        symbol(rows.get(0)),
                        percent(summary),
                        answer))
                + NEWLINE;
    }

    private static String share(double part) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * part);
    }

    /** A part that is almost all or almost nothing is not rounded to that. */
    private static String percent(double part) {
        if (Double.isNaN(part)) {
            return "NaN";
        }
        String text = String.format(Locale.ROOT, "%.1f%%", 100 * part);
        boolean rounded = text.equals("100.0%") && part < 1 || text.equals("0.0%") && part > 0;
        return rounded ? String.format(Locale.ROOT, "%.3f%%", 100 * part) : text;
    }
}
