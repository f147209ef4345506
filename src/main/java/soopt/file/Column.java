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

    /** The rows as objects of JSON with the columns as keys. */
    public static <R> List<JsonObject> objects(List<Column<R>> columns, List<R> rows) {
        return rows.stream().map(row -> object(columns, row)).toList();
    }

    private static <R> JsonObject object(List<Column<R>> columns, R row) {
        JsonObject object = new JsonObject();
        for (Column<R> column : columns) {
            Object value = column.value().apply(row);
            if (value instanceof Double number) {
                object.put(column.name(), number.doubleValue());
            } else if (value instanceof Number whole) {
                object.put(column.name(), whole.longValue());
            } else if (value instanceof Boolean truth) {
                object.put(column.name(), truth.booleanValue());
            } else {
                object.put(column.name(), String.valueOf(value));
            }
        }
        return object;
    }

    static <R> String line(List<Column<R>> columns, R row) {
        return CsvStream.line(
                columns.stream().map(column -> text(column.value().apply(row))).toList());
    }

    private static String text(Object value) {
        return value instanceof Double number ? Numbers.csv(number) : String.valueOf(value);
    }
}
