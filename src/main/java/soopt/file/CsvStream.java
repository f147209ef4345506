package soopt.file;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A CSV file with fixed columns that grows by rows; the header is written once, when the file is made. */
public final class CsvStream<R> implements Growing, AutoCloseable {
    /** What Double.toString makes of most numbers below 0. */
    private static final Pattern NEGATIVE = Pattern.compile("-[0-9]+(\\.[0-9]+)?(E-?[0-9]+)?");

    private final LineStream lines;
    private final List<Column<R>> columns;

    private CsvStream(LineStream lines, List<Column<R>> columns) {
        this.lines = lines;
        this.columns = List.copyOf(columns);
    }

    public static <R> CsvStream<R> open(Path file, List<Column<R>> columns) {
        LineStream lines = LineStream.open(file);
        if (lines.mark() == 0) {
            lines.append(line(Column.names(columns)));
        }
        return new CsvStream<>(lines, columns);
    }

    public void add(R row) {
        lines.append(Column.line(columns, row));
    }

    @Override
    public long mark() {
        return lines.mark();
    }

    @Override
    public void force() {
        lines.force();
    }

    @Override
    public void cutBack(long mark) {
        lines.cutBack(mark);
    }

    /** Puts another row in the place of the last one. */
    public void replaceLast(R row) {
        lines.dropLast();
        add(row);
    }

    /**
     * One row of CSV without its line end. Texts that a spreadsheet would run as a formula begin with an apostrophe,
     * and control characters, which would tear a line or move a cursor, are written as in Java: {@code \\u000a}.
     */
    public static String line(List<String> fields) {
        // a matrix has millions of numbers
        if (fields.stream().allMatch(CsvStream::isPlain)) {
            return String.join(",", fields);
        }
        StringWriter out = new StringWriter();
        CsvWriter.builder()
                .lineDelimiter(LineDelimiter.LF)
                .bufferSize(0)
                .build(out)
                .writeRecord(fields.stream().map(CsvStream::harmless).toList());
        String line = out.toString();
        return line.substring(0, line.length() - 1);
    }

    private static String harmless(String field) {
        StringBuilder text = new StringBuilder();
        if (!field.isEmpty() && "=+-@".indexOf(field.charAt(0)) >= 0 && !isNumber(field)) {
            text.append('\'');
        }
        field.codePoints()
                .forEach(c ->
                        text.append(Character.isISOControl(c) ? String.format("\\u%04x", c) : Character.toString(c)));
        return text.toString();
    }

    /**
     * Whether it is made of letters of ASCII, digits, points, and minuses of a number: nothing to quote or to disarm.
     */
    private static boolean isPlain(String field) {
        if (field.isEmpty()
                || field.charAt(0) == '-' && !NEGATIVE.matcher(field).matches()) {
            return false;
        }
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            boolean plain =
                    c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    private static boolean isNumber(String field) {
        try {
            return !Double.isNaN(Numbers.parse(field));
        } catch (NumberFormatException text) {
            return false;
        }
    }

    @Override
    public void close() {
        lines.close();
    }
}
