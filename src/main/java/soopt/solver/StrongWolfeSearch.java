package soopt.solver;

import java.util.ArrayList;
import java.util.List;
import soopt.solver.Line.Point;
import soopt.solver.LineSearch.Ending;
import soopt.solver.LineSearch.Outcome;
import soopt.solver.LineSearch.StrongWolfe;

/**
 * One search of {@link StrongWolfe}: first steps get longer until an interval holds a solution, then the interval
 * shrinks to the minimum of the cubic through the values and slopes of its ends (Nocedal and Wright 2006, alg. 3.5
 * and 3.6, eq. 3.59). What the book leaves open is as in torch.optim.LBFGS 1.13: a longer step is at least 1/100 of
 * the last stride further and at most ten times as far; a trial within a tenth of the interval of one of its ends is
 * moved a tenth inside if the one before was as near, or if it does not lie inside; "φ is not below its last value"
 * ends the first phase from the third point on, not the second. Beyond it: a point that is not finite counts as too
 * high, and the interval is halved.
 */
final class StrongWolfeSearch {
    private static final double LEAST_STRIDE = 0.01;
    private static final double MOST_GROWTH = 10;
    private static final double MARGIN = 0.1;

    private final StrongWolfe settings;
    private final Line line;
    private final Point start;
    private final List<Point> tried = new ArrayList<>();

    /** Ends of the interval, in the order in which they were met. */
    private final Point[] ends = new Point[2];

    private int low;
    private boolean nearEnd;

    StrongWolfeSearch(StrongWolfe settings, Line line, double value, double slope) {
        this.settings = settings;
        this.line = line;
        this.start = new Point(0, value, slope);
    }

    Outcome search(double first) {
        Point before = start;
        Point point = evaluate(first);
        // of the last evaluation only the height is looked at
        while (hasBudget() && !isTooHigh(point) && !(tried.size() > 2 && point.value() >= before.value())) {
            if (isFlat(point)) {
                line.keep();
                return outcome(Ending.FOUND, point);
            }
            if (point.slope() >= 0) {
                break;
            }
            line.keep();
            double further = point.alpha() + LEAST_STRIDE * (point.alpha() - before.alpha());
            double next = minimum(before, point, further, point.alpha() * MOST_GROWTH);
            before = point;
            point = evaluate(next);
        }
        return zoom(hasBudget() ? before : start, point);
    }

    /** The search between two points, the second of which is the one evaluated last. */
    private Outcome zoom(Point before, Point last) {
        ends[0] = before;
        ends[1] = last;
        chooseLow(1);
        while (hasBudget()) {
            if (Math.abs(ends[1].alpha() - ends[0].alpha()) * line.scale() < settings.smallest()) {
                return outcome(Ending.INTERVAL, ends[low]);
            }
            Point point = evaluate(trial());
            if (isTooHigh(point) || point.value() >= ends[low].value()) {
                ends[1 - low] = point;
                chooseLow(1 - low);
            } else {
                line.keep();
                if (isFlat(point)) {
                    return outcome(Ending.FOUND, point);
                }
                if (point.slope() * (ends[1 - low].alpha() - ends[low].alpha()) >= 0) {
                    ends[1 - low] = ends[low];
                }
                ends[low] = point;
            }
        }
        return outcome(Ending.LIMIT, ends[low]);
    }

    /** The lower end, the first if they are equal; its gradient is kept already unless it was evaluated last. */
    private void chooseLow(int evaluatedLast) {
        low = height(ends[0]) <= height(ends[1]) ? 0 : 1;
        if (low == evaluatedLast) {
            line.keep();
        }
    }

    /** The next point within the interval. */
    private double trial() {
        double from = Math.min(ends[0].alpha(), ends[1].alpha());
        double to = Math.max(ends[0].alpha(), ends[1].alpha());
        double alpha = minimum(ends[0], ends[1], from, to);
        double margin = MARGIN * (to - from);
        boolean near = Math.min(to - alpha, alpha - from) < margin;
        if (near && (nearEnd || alpha >= to || alpha <= from)) {
            nearEnd = false;
            return Math.abs(alpha - to) < Math.abs(alpha - from) ? to - margin : from + margin;
        }
        nearEnd = near;
        return alpha;
    }

    /** Where in [from, to] the cubic through two values and slopes is least; the middle if it has no minimum. */
    private static double minimum(Point p, Point q, double from, double to) {
        Point left = p.alpha() <= q.alpha() ? p : q;
        Point right = p.alpha() <= q.alpha() ? q : p;
        double width = right.alpha() - left.alpha();
        double d1 = left.slope() + right.slope() - 3 * (right.value() - left.value()) / width;
        double d2 = Math.sqrt(d1 * d1 - left.slope() * right.slope());
        double minimum = right.alpha() - width * ((right.slope() + d2 - d1) / (right.slope() - left.slope() + 2 * d2));
        return Double.isFinite(minimum) ? Math.min(Math.max(minimum, from), to) : (from + to) / 2;
    }

    private boolean isTooHigh(Point point) {
        return height(point) > start.value() + settings.decrease() * point.alpha() * start.slope();
    }

    private boolean isFlat(Point point) {
        return Math.abs(point.slope()) <= -settings.curvature() * start.slope();
    }

    private static double height(Point point) {
        return point.isFinite() ? point.value() : Double.POSITIVE_INFINITY;
    }

    private boolean hasBudget() {
        return tried.size() < settings.evaluations();
    }

    private Point evaluate(double alpha) {
        Point point = line.at(alpha);
        tried.add(point);
        return point;
    }

    private Outcome outcome(Ending ending, Point point) {
        boolean finite = tried.stream().anyMatch(Point::isFinite);
        return new Outcome(finite ? ending : Ending.NOT_FINITE, point, tried.size(), tried);
    }
}
