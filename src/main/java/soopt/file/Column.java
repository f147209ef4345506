package soopt.file;

import java.util.List;
import java.util.function.Function;

/**
 * A column of a CSV file, written down once: its name, its value in a row and what it means.
 *
 * @param name in snake_case; a unit ends it
 * @param value doubles are printed by {@link Numbers#csv}, everything else by toString
 * @param meaning one line
 */
public record Column<R>(String name, Function<R, Object> value, String meaning) {
    /** Names of columns, in order. */
    public static List<String> names(List<? extends Column<?>> columns) {
        return columns.stream().<String>map(Column::name).toList();
    }

    /** The header and a line for each row, each with its end. */
    public static <R> String table(List<Column<R>> columns, List<R> rows) {
        StringBuilder text = new StringBuilder(CsvStream.line(names(columns))).append('\n');
        rows.forEach(row -> text.append(line(columns, row)).append('\n'));
        return text.toString();
    }

    static <R> String line(List<Column<R>> columns, R row) {
        return CsvStream.line(
                columns.stream().map(column -> text(column.value().apply(row))).toList());
    }

    private static String text(Object value) {
        return value instanceof Double number ? Numbers.csv(number) : String.valueOf(value);
    }
}
