package soopt.solver;

import java.util.ArrayList;
import java.util.List;
import soopt.solver.Line.Point;
import soopt.solver.LineSearch.Armijo;
import soopt.solver.LineSearch.Ending;
import soopt.solver.LineSearch.Outcome;

/** One search of {@link Armijo}. */
final class Backtracking {
    /** A step back is at most to this part of the last, unless the factor is smaller. */
    private static final double LEAST = 0.1;

    private final Armijo settings;
    private final Line line;
    private final double value;
    private final double slope;
    private final List<Point> tried = new ArrayList<>();

    Backtracking(Armijo settings, Line line, double value, double slope) {
        this.settings = settings;
        this.line = line;
        this.value = value;
        this.slope = slope;
    }

    Outcome search(double first) {
        double alpha = first;
        while (tried.size() < settings.tries() && alpha > 0) {
            Point point = new Point(alpha, line.value(alpha), Double.NaN);
            tried.add(point);
            if (point.value() <= value + settings.decrease() * alpha * slope && Double.isFinite(point.value())) {
                return new Outcome(Ending.FOUND, point, tried.size(), tried);
            }
            alpha = next(point);
        }
        boolean finite = tried.stream().anyMatch(point -> Double.isFinite(point.value()));
        return new Outcome(finite ? Ending.LIMIT : Ending.NOT_FINITE, new Point(0, value, slope), tried.size(), tried);
    }

    private double next(Point last) {
        double alpha = last.alpha();
        double longest = settings.factor() * alpha;
        double shortest = Math.min(LEAST, settings.factor()) * alpha;
        double minimum = switch (settings.interpolation()) {
            case NONE -> longest;
            case QUADRATIC -> parabola(last);
            case CUBIC -> tried.size() < 2 ? parabola(last) : cubic(tried.get(tried.size() - 2), last);
        };
        return Double.isFinite(minimum) ? Math.min(Math.max(minimum, shortest), longest) : longest;
    }

    /** Nocedal and Wright 2006, eq. 3.58. */
    private double parabola(Point last) {
        double alpha = last.alpha();
        return -slope * alpha * alpha / (2 * (last.value() - value - slope * alpha));
    }

    /** Nocedal and Wright 2006, the formula after eq. 3.58. */
    private double cubic(Point before, Point last) {
        double a0 = before.alpha();
        double a1 = last.alpha();
        double rest0 = (before.value() - value - slope * a0) / (a0 * a0);
        double rest1 = (last.value() - value - slope * a1) / (a1 * a1);
        double third = (rest1 - rest0) / (a1 - a0);
        double second = (a1 * rest0 - a0 * rest1) / (a1 - a0);
        // the form without cancellation; a vanishing third coefficient leaves the parabola
        double root = Math.sqrt(second * second - 3 * third * slope);
        return second >= 0 ? -slope / (second + root) : (root - second) / (3 * third);
    }
}
