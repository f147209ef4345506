package soopt.report.figure;

import java.util.ArrayList;
import java.util.List;
import soopt.file.CsvStream;
import soopt.file.Numbers;

/** A table with a row for each number, as CSV: what programs like to read. */
public final class Tidy {
    private final StringBuilder text = new StringBuilder();
    private final int columns;

    Tidy(List<String> header) {
        columns = header.size();
        text.append(CsvStream.line(header)).append('\n');
    }

    /** Numbers are written as in the files of a run. */
    void row(Object... fields) {
        if (fields.length != columns) {
            throw new IllegalArgumentException(fields.length + " fields in " + columns + " columns");
        }
        List<String> line = new ArrayList<>(columns);
        for (Object field : fields) {
            line.add(field instanceof Double number ? Numbers.csv(number) : String.valueOf(field));
        }
        text.append(CsvStream.line(line)).append('\n');
    }

    /** The file. */
    public String csv() {
        return text.toString();
    }
}
