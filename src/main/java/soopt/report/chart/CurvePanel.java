package soopt.report.chart;

import java.util.List;
import soopt.report.draw.Box;
import soopt.report.draw.Canvas;
import soopt.report.draw.Colour;
import soopt.report.draw.Lettering;
import soopt.report.draw.Lettering.Anchor;
import soopt.report.draw.Pen;
import soopt.report.draw.Words;

/**
 * Curves over a horizontal axis.
 *
 * @param title above the frame; may be empty
 * @param guides lines that guide the eye, behind everything
 */
public record CurvePanel(
        Words title, Words xName, Scale x, Words yName, Scale y, List<Curve> curves, List<Guide> guides)
        implements Panel {
    /** Where a number is about as wide as it is far from the next. */
    private static final double TICK_ROOM = 5;

    private static final double LINE_ROOM = 3.2;
    private static final double TICK = 3;

    /**
     * A line through the whole frame.
     *
     * @param kind across at a height, or from corner to corner, where values are equal on two axes of the same scale
     */
    public record Guide(Kind kind, double value) {
        /** Which line. */
        public enum Kind {
            ACROSS,
            EQUAL
        }
    }

    @Override
    public double ratio() {
        return Double.NaN;
    }

    @Override
    public Margins margins(Theme theme) {
        double widest = y.ticks(8).stream()
                .mapToDouble(tick -> tick.words().width(theme.small()))
                .max()
                .orElse(0);
        return new Margins(
                theme.font() * 1.35 + widest + TICK + 3,
                title.isEmpty() ? theme.small() * 0.5 : theme.font() * 1.6,
                theme.small(),
                TICK + theme.small() * 1.25 + theme.font() * 1.45);
    }

    @Override
    public void draw(Canvas canvas, Theme theme, Box frame) {
        List<Tick> xTicks = x.ticks((int) Math.max(2, frame.width() / (theme.small() * TICK_ROOM)));
        List<Tick> yTicks = y.ticks((int) Math.max(2, frame.height() / (theme.small() * LINE_ROOM)));
        Pen grid = new Pen(Colour.GRID, theme.thin());
        canvas.begin("grid", "");
        xTicks.stream().filter(Tick::isMajor).forEach(tick -> {
            double at = across(frame, tick.value());
            canvas.line(at, frame.y(), at, frame.bottom(), grid);
        });
        yTicks.stream().filter(Tick::isMajor).forEach(tick -> {
            double at = up(frame, tick.value());
            canvas.line(frame.x(), at, frame.right(), at, grid);
        });
        canvas.end();
        canvas.clip(frame);
        guides.forEach(guide -> draw(canvas, theme, frame, guide));
        curves.forEach(curve -> CurveDrawing.band(canvas, curve, this, frame));
        curves.forEach(curve -> CurveDrawing.line(canvas, curve, this, frame, theme));
        canvas.unclip();
        axes(canvas, theme, frame, xTicks, yTicks);
        curves.forEach(curve -> CurveDrawing.points(canvas, curve, this, frame, theme));
    }

    double across(Box frame, double value) {
        return frame.x() + frame.width() * x.place(value);
    }

    double up(Box frame, double value) {
        return frame.bottom() - frame.height() * y.place(value);
    }

    private void draw(Canvas canvas, Theme theme, Box frame, Guide guide) {
        Pen pen = new Pen(Colour.GREY, theme.thin() * 1.6, 5, 3);
        if (guide.kind() == Guide.Kind.ACROSS) {
            double at = up(frame, guide.value());
            canvas.line(frame.x(), at, frame.right(), at, pen);
            return;
        }
        canvas.line(frame.x(), frame.bottom(), frame.right(), frame.y(), pen);
    }

    private void axes(Canvas canvas, Theme theme, Box frame, List<Tick> xTicks, List<Tick> yTicks) {
        Pen pen = new Pen(Colour.INK, theme.thin());
        canvas.edge(frame, pen);
        double free = Double.NEGATIVE_INFINITY;
        for (Tick tick : xTicks) {
            double at = across(frame, tick.value());
            double half = tick.words().width(theme.small()) / 2;
            canvas.line(at, frame.bottom(), at, frame.bottom() + (tick.isMajor() ? TICK : TICK / 2), pen);
            if (tick.isMajor() && at - half > free) {
                canvas.text(
                        tick.words(),
                        at,
                        frame.bottom() + TICK + theme.small() * 1.05,
                        new Lettering(theme.small(), Anchor.MIDDLE));
                free = at + half + theme.small() / 2;
            }
        }
        for (Tick tick : yTicks) {
            double at = up(frame, tick.value());
            canvas.line(frame.x() - (tick.isMajor() ? TICK : TICK / 2), at, frame.x(), at, pen);
            canvas.text(
                    tick.words(),
                    frame.x() - TICK - 2,
                    at + theme.small() * 0.36,
                    new Lettering(theme.small(), Anchor.END));
        }
        canvas.text(
                xName,
                frame.middleX(),
                frame.bottom() + TICK + theme.small() * 1.25 + theme.font() * 1.1,
                new Lettering(theme.font(), Anchor.MIDDLE));
        double widest = yTicks.stream()
                .mapToDouble(tick -> tick.words().width(theme.small()))
                .max()
                .orElse(0);
        canvas.text(
                yName,
                frame.x() - TICK - 3 - widest - theme.font() * 0.45,
                frame.middleY(),
                new Lettering(theme.font(), Colour.INK, Anchor.MIDDLE, true));
        canvas.text(
                title, frame.middleX(), frame.y() - theme.font() * 0.55, new Lettering(theme.font(), Anchor.MIDDLE));
    }
}
