package soopt.report.chart;

import java.util.List;
import java.util.Optional;
import soopt.report.draw.Box;
import soopt.report.draw.Canvas;
import soopt.report.draw.Format;
import soopt.report.draw.Lettering;
import soopt.report.draw.Lettering.Anchor;
import soopt.report.draw.Words;

/**
 * Panels in rows, a legend under them and a title over them.
 *
 * @param title one line; empty for none
 * @param rows of panels, each as long as the first
 * @param bars the colours of a row, to its right, where it has any
 */
public record Sheet(String title, List<List<Panel>> rows, List<Optional<ColourBar>> bars, Legend legend) {
    /** Of a frame whose shape is free. */
    private static final double USUAL = 1.6;

    public static Sheet of(String title, List<List<Panel>> rows, Legend legend) {
        return new Sheet(
                title,
                rows,
                rows.stream().map(row -> Optional.<ColourBar>empty()).toList(),
                legend);
    }

    /** How the room is parted. */
    private record Plan(Panel.Margins margins, double bar, double top, double legend, double[] frame) {}

    private Plan plan(Theme theme, double width, double height) {
        Panel.Margins margins = rows.stream()
                .flatMap(List::stream)
                .map(panel -> panel.margins(theme))
                .reduce(Panel.Margins::max)
                .orElseThrow();
        double bar = bars.stream()
                .flatMap(Optional::stream)
                .mapToDouble(each -> each.width(theme) + theme.gap())
                .max()
                .orElse(0);
        int columns = rows.get(0).size();
        double top = theme.titled() && !title.isEmpty() ? theme.font() * 2.1 : 2;
        double under = legend.isEmpty() ? 2 : legend.height(theme, width - 2 * theme.gap()) + theme.gap();
        double across = (width - bar - lefts(theme) - columns * (margins.right() + theme.gap())) / columns;
        double ratio = rows.get(0).get(0).ratio();
        double down = (height - top - under - bottoms(theme) - rows.size() * margins.top()) / rows.size();
        if (Double.isNaN(down)) {
            down = across / (Double.isNaN(ratio) ? USUAL : ratio);
        } else if (!Double.isNaN(ratio)) {
            across = Math.min(across, down * ratio);
            down = across / ratio;
        }
        return new Plan(margins, bar, top, under, new double[] {across, down});
    }

    /** Names stand at the first column and the last row alone where panels say so. */
    private double lefts(Theme theme) {
        double sum = 0;
        for (int column = 0; column < rows.get(0).size(); column++) {
            sum += left(theme, column);
        }
        return sum;
    }

    private double left(Theme theme, int column) {
        return rows.stream()
                .mapToDouble(row -> row.get(column).margins(theme).left())
                .max()
                .orElse(0);
    }

    private double bottoms(Theme theme) {
        return rows.stream().mapToDouble(row -> bottom(theme, row)).sum();
    }

    private static double bottom(Theme theme, List<Panel> row) {
        return row.stream()
                .mapToDouble(panel -> panel.margins(theme).bottom())
                .max()
                .orElse(0);
    }

    /** The height that suits this width, in points. */
    public double height(Theme theme, double width) {
        Plan plan = plan(theme, width, Double.NaN);
        return plan.top
                + plan.legend
                + bottoms(theme)
                + rows.size() * (plan.margins.top() + Math.max(10, plan.frame[1]));
    }

    /**
     * The file.
     *
     * @param width in points
     * @param height in points
     * @param dpi of a PNG
     */
    public byte[] drawn(Format format, Theme theme, double width, double height, double dpi) {
        Canvas canvas = format.canvas(width, height, dpi, title);
        Plan plan = plan(theme, width, height);
        double across = Math.max(1, plan.frame[0]);
        double down = Math.max(1, plan.frame[1]);
        if (plan.top > 2) {
            canvas.text(
                    Words.plain(title),
                    width / 2,
                    theme.font() * 1.45,
                    new Lettering(theme.font() * 1.1, Anchor.MIDDLE));
        }
        double y = plan.top;
        for (int row = 0; row < rows.size(); row++) {
            y += plan.margins.top();
            double x = theme.gap() / 2;
            for (int column = 0; column < rows.get(row).size(); column++) {
                x += left(theme, column);
                rows.get(row).get(column).draw(canvas, theme, new Box(x, y, across, down));
                x += across + plan.margins.right() + theme.gap();
            }
            double barX = x - theme.gap() / 2;
            double barY = y;
            bars.get(row).ifPresent(bar -> bar.draw(canvas, theme, barX, barY, down));
            y += down + bottom(theme, rows.get(row));
        }
        legend.draw(canvas, theme, theme.gap(), y + theme.gap() / 2, width - 2 * theme.gap());
        return canvas.finish();
    }
}
