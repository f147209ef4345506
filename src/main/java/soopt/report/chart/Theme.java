package soopt.report.chart;

/**
 * The sizes of a figure, in points.
 *
 * @param font of axes and legends
 * @param small of ticks and cells
 * @param line of curves
 * @param thin of axes and their ticks
 * @param mark the radius of points
 * @param gap between parts
 * @param titled whether the figure has a title of its own; in a paper the caption says it
 */
public record Theme(double font, double small, double line, double thin, double mark, double gap, boolean titled) {
    /** To be looked at on a screen. */
    public static final Theme SCREEN = new Theme(9, 8, 1.4, 0.6, 2.2, 8, true);

    /** For a column of a paper, whose text has 9 or 10 points. */
    public static final Theme PAPER = new Theme(7.5, 6.5, 1.0, 0.5, 1.6, 5, false);
}
