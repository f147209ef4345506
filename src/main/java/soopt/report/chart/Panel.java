package soopt.report.chart;

import soopt.report.draw.Box;
import soopt.report.draw.Canvas;

/** One part of a sheet: a frame with what lies around it. */
public interface Panel {
    /**
     * Room around the frame.
     *
     * @param left of names and numbers of the axis
     */
    record Margins(double left, double top, double right, double bottom) {
        Margins max(Margins other) {
            return new Margins(
                    Math.max(left, other.left),
                    Math.max(top, other.top),
                    Math.max(right, other.right),
                    Math.max(bottom, other.bottom));
        }
    }

    /** What it needs. */
    Margins margins(Theme theme);

    /** Width of the frame over its height where that is not free; NaN where it is. */
    double ratio();

    /** Draws frame and contents; what lies around it has the room that was asked for. */
    void draw(Canvas canvas, Theme theme, Box frame);
}
