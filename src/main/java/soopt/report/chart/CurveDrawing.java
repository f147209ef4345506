package soopt.report.chart;

import java.util.ArrayList;
import java.util.List;
import soopt.report.draw.Box;
import soopt.report.draw.Canvas;
import soopt.report.draw.Mark;

/** How a curve becomes lines on a canvas. */
final class CurveDrawing {
    /** In points: of more values than two for each, what lies so near is drawn by its extremes. */
    private static final double NEAR = 0.4;

    private static final double BAND = 0.18;

    private CurveDrawing() {}

    /** Points of a canvas that hang together. */
    private static final class Run {
        final List<Double> x = new ArrayList<>();
        final List<Double> y = new ArrayList<>();

        void add(double atX, double atY) {
            x.add(atX);
            y.add(atY);
        }
    }

    static void line(Canvas canvas, Curve curve, CurvePanel panel, Box frame, Theme theme) {
        canvas.begin("curve", curve.name());
        curve.pen().ifPresent(pen -> {
            for (Run run : runs(curve.x(), curve.y(), panel, frame)) {
                Run thin = thinned(run);
                if (run.x.size() == 1 && curve.points().isEmpty()) {
                    // one value alone would be no line
                    double at = run.x.get(0);
                    canvas.mark(Mark.CIRCLE, at, run.y.get(0), theme.mark(), pen.colour(), false);
                } else {
                    canvas.line(array(thin.x), array(thin.y), pen);
                }
            }
        });
        canvas.end();
    }

    /** Over everything, also where they stand on the edge. */
    static void points(Canvas canvas, Curve curve, CurvePanel panel, Box frame, Theme theme) {
        if (curve.points().stream().allMatch(points -> points.x().length == 0)) {
            return;
        }
        canvas.begin("points", curve.name());
        for (Curve.Points points : curve.points()) {
            for (int i = 0; i < points.x().length; i++) {
                double x = panel.across(frame, points.x()[i]);
                double y = panel.up(frame, points.y()[i]);
                boolean isSeen = x >= frame.x() - 0.5
                        && x <= frame.right() + 0.5
                        && y >= frame.y() - 0.5
                        && y <= frame.bottom() + 0.5;
                if (isSeen) {
                    canvas.mark(points.mark(), x, y, theme.mark(), points.colour(), points.hollow());
                }
            }
        }
        canvas.end();
    }

    static void band(Canvas canvas, Curve curve, CurvePanel panel, Box frame) {
        if (curve.band().isEmpty() || curve.pen().isEmpty()) {
            return;
        }
        double[] low = curve.band().get().low().clone();
        double[] high = curve.band().get().high();
        boolean isFlat = true;
        for (int i = 0; i < low.length; i++) {
            isFlat &= low[i] == high[i] || Double.isNaN(low[i]);
            // below the frame, where a logarithm has no place
            double place = panel.y().place(low[i]);
            low[i] = Double.isNaN(place) || place < -1 ? Double.NEGATIVE_INFINITY : low[i];
        }
        if (isFlat) {
            return;
        }
        canvas.begin("band", curve.name());
        Run lower = new Run();
        Run upper = new Run();
        for (int i = 0; i < curve.x().length; i++) {
            double x = panel.across(frame, curve.x()[i]);
            double top = panel.up(frame, high[i]);
            double bottom = low[i] == Double.NEGATIVE_INFINITY ? frame.bottom() + 9 : panel.up(frame, low[i]);
            if (Double.isFinite(x) && Double.isFinite(top) && Double.isFinite(bottom)) {
                lower.add(x, bottom);
                upper.add(x, Math.max(top, frame.y() - frame.height()));
            }
        }
        for (int i = lower.x.size() - 1; i >= 0; i--) {
            upper.add(lower.x.get(i), lower.y.get(i));
        }
        canvas.area(array(upper.x), array(upper.y), curve.pen().get().colour().withOpacity(BAND));
        canvas.end();
    }

    /** Without the values that have no place. */
    private static List<Run> runs(double[] x, double[] y, CurvePanel panel, Box frame) {
        List<Run> runs = new ArrayList<>();
        Run run = new Run();
        for (int i = 0; i < x.length; i++) {
            double atX = panel.across(frame, x[i]);
            double atY = panel.up(frame, y[i]);
            if (Double.isFinite(atX) && Double.isFinite(atY)) {
                run.add(atX, Math.max(-1e5, Math.min(1e5, atY)));
            } else if (!run.x.isEmpty()) {
                runs.add(run);
                run = new Run();
            }
        }
        if (!run.x.isEmpty()) {
            runs.add(run);
        }
        return runs;
    }

    /** First, least, largest and last of what lies near each other: the same picture by fewer lines. */
    private static Run thinned(Run run) {
        int size = run.x.size();
        double width = run.x.get(size - 1) - run.x.get(0);
        if (size < 4 * width / NEAR || size < 1000) {
            return run;
        }
        Run thin = new Run();
        for (int from = 0; from < size; ) {
            int to = from;
            int least = from;
            int most = from;
            while (to < size && run.x.get(to) - run.x.get(from) < NEAR) {
                least = run.y.get(to) < run.y.get(least) ? to : least;
                most = run.y.get(to) > run.y.get(most) ? to : most;
                to++;
            }
            int before = -1;
            for (int at : new int[] {from, Math.min(least, most), Math.max(least, most), to - 1}) {
                if (at != before) {
                    thin.add(run.x.get(at), run.y.get(at));
                }
                before = at;
            }
            from = to;
        }
        return thin;
    }

    static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
