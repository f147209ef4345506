package soopt.report.draw;

/**
 * How a line is drawn.
 *
 * @param width in points
 * @param dashes in widths: on, off, …; none for a whole line
 */
public record Pen(Colour colour, double width, double... dashes) {
    public Pen {
        dashes = dashes.clone();
    }

    /** On, off, … in points. */
    public double[] points() {
        double[] points = dashes.clone();
        for (int i = 0; i < points.length; i++) {
            points[i] *= width;
        }
        return points;
    }
}
