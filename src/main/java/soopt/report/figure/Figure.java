package soopt.report.figure;

import java.util.List;
import soopt.report.chart.Sheet;

/**
 * A picture and what is behind it.
 *
 * @param data the numbers that are drawn
 * @param text the same in a few lines
 * @param remarks what to know of it, a line each
 */
public record Figure(Sheet sheet, Tidy data, List<TextTable> text, List<String> remarks) {
    /** How wide it is on paper. */
    public enum Span {
        /** A column of a page of two. */
        COLUMN,
        /** The page. */
        PAGE
    }

    /** What its panels need in a paper. */
    public Span span() {
        return sheet.rows().get(0).size() > 1 ? Span.PAGE : Span.COLUMN;
    }
}
