package soopt.report.table;

import java.util.List;

/**
 * A table for people.
 *
 * @param title one line, which may be empty
 * @param header names of the columns
 * @param rows [·][columns]
 * @param notes a sentence each, to stand under it
 */
public record Sheet(String title, List<String> header, List<List<String>> rows, List<String> notes) {
    public Sheet {
        header = List.copyOf(header);
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
    }
}
