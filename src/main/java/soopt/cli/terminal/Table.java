package soopt.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table of text in columns as wide as their widest cell; columns of numbers are flush right. */
public final class Table {
    private static final String NUMBER = "[-+]?([0-9][0-9,.]*(e[-+]?[0-9]+)?|NaN|Infinity|-)%?";

    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... header) {
        this.header = List.of(header);
    }

    /** Appends a row; a shorter one leaves its last columns empty. */
    public Table row(Object... cells) {
        List<String> row = Arrays.stream(cells).map(String::valueOf).collect(Collectors.toCollection(ArrayList::new));
        if (row.size() > header.size()) {
            throw new IllegalArgumentException(row.size() + " cells in " + header.size() + " columns");
        }
        while (row.size() < header.size()) {
            row.add("");
        }
        rows.add(row);
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The lines, each beginning with the indent. */
    public String text(String indent) {
        StringBuilder out = new StringBuilder();
        List<List<String>> all = new ArrayList<>(rows);
        if (header.stream().anyMatch(cell -> !cell.isEmpty())) {
            all.add(0, header);
        }
        for (List<String> row : all) {
            String line = IntStream.range(0, row.size())
                    .mapToObj(column -> pad(row.get(column), width(column), isNumeric(column)))
                    .collect(Collectors.joining("  "));
            out.append((indent + line).stripTrailing()).append(System.lineSeparator());
        }
        return out.toString();
    }

    /** The same as a table of Markdown, which is as easy to read as text. */
    public String markdown() {
        List<List<String>> all = new ArrayList<>(rows);
        all.add(0, header);
        all.add(
                1,
                IntStream.range(0, header.size())
                        .mapToObj(column -> isNumeric(column)
                                ? "-".repeat(markdownWidth(column) - 1) + ":"
                                : "-".repeat(markdownWidth(column)))
                        .toList());
        StringBuilder out = new StringBuilder();
        for (List<String> row : all) {
            out.append(IntStream.range(0, row.size())
                            .mapToObj(column -> pad(row.get(column), markdownWidth(column), isNumeric(column)))
                            .collect(Collectors.joining(" | ", "| ", " |")))
                    .append(System.lineSeparator());
        }
        return out.toString();
    }

    /** Two at least, for the rule under the header. */
    private int markdownWidth(int column) {
        return Math.max(2, width(column));
    }

    private int width(int column) {
        return IntStream.concat(
                        IntStream.of(Text.columns(header.get(column))),
                        rows.stream().mapToInt(row -> Text.columns(row.get(column))))
                .max()
                .orElse(0);
    }

    private boolean isNumeric(int column) {
        return !rows.isEmpty()
                && rows.stream().map(row -> row.get(column)).allMatch(cell -> cell.isEmpty() || cell.matches(NUMBER));
    }

    private static String pad(String cell, int width, boolean right) {
        String space = " ".repeat(width - Text.columns(cell));
        return right ? space + cell : cell + space;
    }
}
