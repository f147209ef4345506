package soopt.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import soopt.report.draw.Colour;
import soopt.report.draw.Mark;
import soopt.report.draw.Pen;

/**
 * A line of a panel, points of it, or both.
 *
 * @param name for who points at it
 * @param x [n]
 * @param y [n]; what has no place on the axis breaks the line
 * @param pen none for points alone
 * @param band what lies around it
 * @param points that are seen; as many as there are places where it is asked for
 */
public record Curve(
        String name, double[] x, double[] y, Optional<Pen> pen, Optional<Around> band, List<Points> points) {
    /**
     * @param low [n]
     * @param high [n]
     */
    public record Around(double[] low, double[] high) {}

    /**
     * Points that are seen.
     *
     * @param x [m]
     * @param y [m]
     * @param hollow whether they are white within
     */
    public record Points(double[] x, double[] y, Mark mark, Colour colour, boolean hollow) {}

    /** A line alone. */
    public static Curve line(String name, double[] x, double[] y, Pen pen) {
        return new Curve(name, x, y, Optional.of(pen), Optional.empty(), List.of());
    }

    /** Points alone. */
    public static Curve points(String name, Points points) {
        return new Curve(name, new double[0], new double[0], Optional.empty(), Optional.empty(), List.of(points));
    }

    public Curve within(double[] low, double[] high) {
        return new Curve(name, x, y, pen, Optional.of(new Around(low, high)), points);
    }

    public Curve with(Points more) {
        List<Points> all = new ArrayList<>(points);
        all.add(more);
        return new Curve(name, x, y, pen, band, List.copyOf(all));
    }
}
