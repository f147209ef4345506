package soopt.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table of text in columns as wide as their widest cell; columns of numbers are flush right. */
public final class Table {
    private static final Pattern NUMBER = Pattern.compile("[-+]?([0-9][0-9,.]*(e[-+]?[0-9]+)?|NaN|Infinity|-)%?");

    private static final String GAP = "  ";
    private static final String UNDER = "    ";
    /** Fewer are not worth a column of text. */
    private static final int LEAST_COLUMNS = 24;

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

    /** The lines, each beginning with the indent, within the columns of the terminal. */
    public String shown(String indent) {
        return text(indent, Terminal.resultColumns());
    }

    /** The lines, each beginning with the indent, as wide as they are. */
    public String text(String indent) {
        return text(indent, Integer.MAX_VALUE);
    }

    /**
     * Where the columns are too few, text in the last one goes on under its beginning; numbers stand in several tables
     * one under the other, each with the first column; and what is left is set as paragraphs.
     */
    String text(String indent, int columns) {
        int last = header.size() - 1;
        if (fullWidth(indent) <= columns) {
            return wide(indent);
        }
        if (!isNumeric(last) && columns - (fullWidth(indent) - width(last)) >= LEAST_COLUMNS) {
            return wrapped(indent, columns);
        }
        return IntStream.rangeClosed(1, last).anyMatch(this::isNumeric)
                ? bands(indent, columns)
                : stacked(indent, columns);
    }

    private String wrapped(String indent, int columns) {
        int last = header.size() - 1;
        int room = columns - (fullWidth(indent) - width(last));
        Table broken = new Table(header.toArray(String[]::new));
        for (List<String> row : rows) {
            List<String> cells = new ArrayList<>(row);
            for (String line : Text.wrap(row.get(last), room)) {
                cells.set(last, line);
                broken.rows.add(List.copyOf(cells));
                cells.replaceAll(cell -> "");
            }
        }
        return broken.wide(indent);
    }

    private String bands(String indent, int columns) {
        List<String> bands = new ArrayList<>();
        List<Integer> band = new ArrayList<>(List.of(0));
        for (int column = 1; column < header.size(); column++) {
            band.add(column);
            if (band.size() > 2 && selected(band).fullWidth(indent) > columns) {
                band.remove(band.size() - 1);
                bands.add(selected(band).wide(indent));
                band = new ArrayList<>(List.of(0, column));
            }
        }
        bands.add(selected(band).wide(indent));
        return String.join(System.lineSeparator(), bands);
    }

    private Table selected(List<Integer> columns) {
        Table table = new Table(columns.stream().map(header::get).toArray(String[]::new));
        rows.forEach(row -> table.row(columns.stream().map(row::get).toArray()));
        return table;
    }

    private String stacked(String indent, int columns) {
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            String rest = IntStream.range(1, row.size())
                    .filter(column -> !row.get(column).isEmpty())
                    .mapToObj(column -> header.get(column).isEmpty()
                            ? row.get(column)
                            : header.get(column) + ": " + row.get(column))
                    .collect(Collectors.joining(", "));
            out.append(indent).append(row.get(0)).append(System.lineSeparator());
            for (String line : Text.wrap(rest, columns - indent.length() - UNDER.length())) {
                out.append(indent).append(UNDER).append(line).append(System.lineSeparator());
            }
        }
        return out.toString();
    }

    private int fullWidth(String indent) {
        return IntStream.range(0, header.size()).map(this::width).sum()
                + GAP.length() * (header.size() - 1)
                + indent.length();
    }

    private boolean hasHeader() {
        return header.stream().anyMatch(cell -> !cell.isEmpty());
    }

    private String wide(String indent) {
        StringBuilder out = new StringBuilder();
        List<List<String>> all = new ArrayList<>(rows);
        if (hasHeader()) {
            all.add(0, header);
        }
        int[] widths = IntStream.range(0, header.size()).map(this::width).toArray();
        List<Boolean> numeric =
                IntStream.range(0, header.size()).mapToObj(this::isNumeric).toList();
        for (List<String> row : all) {
            String line = IntStream.range(0, row.size())
                    .mapToObj(column -> pad(row.get(column), widths[column], numeric.get(column)))
                    .collect(Collectors.joining(GAP));
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
                && rows.stream()
                        .map(row -> row.get(column))
                        .allMatch(cell -> cell.isEmpty() || NUMBER.matcher(cell).matches());
    }

    private static String pad(String cell, int width, boolean right) {
        String space = " ".repeat(width - Text.columns(cell));
        return right ? space + cell : cell + space;
    }
}
