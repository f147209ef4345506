package soopt.report.chart;

import java.util.List;
import java.util.function.DoubleFunction;
import soopt.report.draw.Box;
import soopt.report.draw.Canvas;
import soopt.report.draw.Colour;
import soopt.report.draw.Lettering;
import soopt.report.draw.Lettering.Anchor;
import soopt.report.draw.Pen;
import soopt.report.draw.Words;

/**
 * The colours of a scale beside what they are used in.
 *
 * @param name under what the numbers are
 * @param valueAt the value at a place in [0, 1] of the scale
 */
public record ColourBar(Words name, Scale scale, DoubleFunction<Double> valueAt, DoubleFunction<Colour> colour) {
    private static final int STEPS = 100;

    double width(Theme theme) {
        double widest = scale.ticks(7).stream()
                .mapToDouble(tick -> tick.words().width(theme.small()))
                .max()
                .orElse(0);
        return theme.font() * 1.1 + 5 + widest + (name.isEmpty() ? 0 : theme.font() * 1.4);
    }

    void draw(Canvas canvas, Theme theme, double x, double y, double height) {
        double width = theme.font() * 1.1;
        int[] rgb = new int[STEPS];
        for (int i = 0; i < STEPS; i++) {
            rgb[i] = colour.apply(valueAt.apply(1 - (i + 0.5) / STEPS)).rgb();
        }
        Box box = new Box(x, y, width, height);
        canvas.begin("scale", name.text());
        canvas.cells(rgb, 1, STEPS, box);
        Pen pen = new Pen(Colour.INK, theme.thin());
        canvas.edge(box, pen);
        List<Tick> ticks = scale.ticks((int) Math.max(3, height / (2.6 * theme.small())));
        double widest = 0;
        for (Tick tick : ticks) {
            double at = box.bottom() - height * scale.place(tick.value());
            canvas.line(box.right(), at, box.right() + (tick.isMajor() ? 2.5 : 1.3), at, pen);
            canvas.text(
                    tick.words(),
                    box.right() + 4,
                    at + theme.small() * 0.36,
                    new Lettering(theme.small(), Anchor.START));
            widest = Math.max(widest, tick.words().width(theme.small()));
        }
        canvas.text(
                name,
                box.right() + 5 + widest + theme.font() * 1.05,
                box.middleY(),
                new Lettering(theme.font(), Colour.INK, Anchor.MIDDLE, true));
        canvas.end();
    }
}
