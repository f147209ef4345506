package soopt.report.table;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Tables for papers: tabulars with the rules of the package booktabs, numbers flush right. */
public final class Latex {
    private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9].*|-|never|diverged|< .*|\\[.*");

    private Latex() {}

    public static String text(List<Sheet> sheets) {
        return "% needs \\usepackage{booktabs}\n"
                + sheets.stream().map(Latex::text).collect(Collectors.joining("\n"));
    }

    private static String text(Sheet sheet) {
        StringBuilder text = new StringBuilder();
        text.append("% ").append(sheet.title()).append('\n');
        String columns = IntStream.range(0, sheet.header().size())
                .mapToObj(column -> isNumeric(sheet, column) ? "r" : "l")
                .collect(Collectors.joining());
        text.append("\\begin{tabular}{").append(columns).append("}\n\\toprule\n");
        text.append(row(sheet.header())).append("\\midrule\n");
        sheet.rows().forEach(cells -> text.append(row(cells)));
        text.append("\\bottomrule\n\\end{tabular}\n");
        sheet.notes().forEach(note -> text.append("% ").append(note).append('\n'));
        return text.toString();
    }

    private static boolean isNumeric(Sheet sheet, int column) {
        return !sheet.rows().isEmpty()
                && sheet.rows().stream()
                        .allMatch(row -> NUMBER.matcher(row.get(column)).matches());
    }

    private static String row(List<String> cells) {
        return cells.stream().map(Latex::cell).collect(Collectors.joining(" & ", "", " \\\\\n"));
    }

    /** With what TeX would obey escaped, and signs that it has commands for. */
    private static String cell(String text) {
        StringBuilder cell = new StringBuilder();
        text.codePoints()
                .forEach(c -> cell.append(
                        switch (c) {
                            case '&', '%', '$', '#', '_', '{', '}' -> "\\" + Character.toString(c);
                            case '~' -> "\\textasciitilde{}";
                            case '^' -> "\\textasciicircum{}";
                            case '\\' -> "\\textbackslash{}";
                            case '±' -> "$\\pm$";
                            case '−' -> "$-$";
                            case '≤' -> "$\\le$";
                            case '≥' -> "$\\ge$";
                            case '<' -> "$<$";
                            case '>' -> "$>$";
                            case 'τ' -> "$\\tau$";
                            default -> Character.toString(c);
                        }));
        return cell.toString().replaceAll("(?<![A-Za-z0-9])-(?=[0-9])", "\\$-\\$");
    }
}
