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
 * A square matrix as coloured cells.
 *
 * @param title above it
 * @param side what stands beside it, turned; may be empty
 * @param names [S] of rows and columns, as they are drawn
 * @param values [S][S]
 * @param blocks rows before which a line parts the blocks
 * @param colour of a value
 * @param named whether rows have their names to the left, and columns theirs below
 */
public record MatrixPanel(
        Words title,
        Words side,
        List<Words> names,
        double[][] values,
        List<Integer> blocks,
        DoubleFunction<Colour> colour,
        Named named)
        implements Panel {
    /** Up to so many rows each cell is a thing of its own, and has its number where it is pointed at. */
    private static final int CELLS = 64;
    /** Up to so many a negative number is told from a positive one in grey too. */
    private static final int SIGNS = 32;
    /** Least size of names that can be read. */
    private static final double LEAST = 3.2;

    /** A frame has about so many small letters; its names are given room before its size is known. */
    private static final double FRAME = 22;

    /** Whether a negative entry has a dash where there are so many groups. */
    public static boolean tellsSigns(int groups) {
        return groups <= SIGNS;
    }

    /** Where names stand. */
    public record Named(boolean rows, boolean columns) {}

    @Override
    public double ratio() {
        return 1;
    }

    private static double size(Theme theme, double cell) {
        return Math.max(LEAST, Math.min(theme.small(), cell * 0.9));
    }

    private double widest(double size) {
        return names.stream().mapToDouble(name -> name.width(size)).max().orElse(0);
    }

    @Override
    public Margins margins(Theme theme) {
        double room = Math.min(widest(size(theme, theme.small() * FRAME / values.length)), theme.small() * 12) + 3;
        return new Margins(
                (named.rows ? room : 2) + (side.isEmpty() ? 0 : theme.font() * 1.5),
                title.isEmpty() ? 2 : theme.font() * 1.6,
                2,
                named.columns ? room : 2);
    }

    @Override
    public void draw(Canvas canvas, Theme theme, Box frame) {
        int size = values.length;
        canvas.begin("matrix", title.text());
        if (size <= CELLS) {
            cells(canvas, frame);
        } else {
            int[] rgb = new int[size * size];
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = colour.apply(values[i / size][i % size]).rgb();
            }
            canvas.cells(rgb, size, size, frame);
        }
        double cell = frame.width() / size;
        Pen parting = new Pen(Colour.BLACK, theme.thin() * 1.8);
        for (int row : blocks) {
            canvas.line(frame.x() + row * cell, frame.y(), frame.x() + row * cell, frame.bottom(), parting);
            canvas.line(frame.x(), frame.y() + row * cell, frame.right(), frame.y() + row * cell, parting);
        }
        canvas.edge(frame, new Pen(Colour.INK, theme.thin()));
        canvas.end();
        names(canvas, theme, frame, cell);
        canvas.text(
                title, frame.middleX(), frame.y() - theme.font() * 0.55, new Lettering(theme.font(), Anchor.MIDDLE));
        canvas.text(
                side,
                frame.x() - margins(theme).left() + theme.font() * 0.95,
                frame.middleY(),
                new Lettering(theme.font(), Colour.INK, Anchor.MIDDLE, true));
    }

    private void cells(Canvas canvas, Box frame) {
        int size = values.length;
        double cell = frame.width() / size;
        // cells that touch leave a seam in some viewers; where they are large it is made a line
        double gap = cell > 5 ? 0.3 : 0;
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double value = values[i][j];
                double x = frame.x() + j * cell;
                double y = frame.y() + i * cell;
                Colour fill = colour.apply(value);
                canvas.begin("cell", names.get(i).text() + " × " + names.get(j).text() + ": " + Labels.three(value));
                canvas.rectangle(new Box(x, y, cell - gap, cell - gap), fill);
                Colour ink = fill.lightness() > 55 ? Colour.INK : Colour.WHITE;
                if (value < 0 && tellsSigns(size)) {
                    double half = Math.min(cell * 0.22, 3);
                    canvas.line(
                            x + cell / 2 - half,
                            y + cell / 2,
                            x + cell / 2 + half,
                            y + cell / 2,
                            new Pen(ink, Math.min(0.9, cell * 0.08)));
                }
                canvas.end();
            }
        }
    }

    private void names(Canvas canvas, Theme theme, Box frame, double cell) {
        double size = size(theme, cell);
        int every = (int) Math.max(1, Math.ceil(LEAST / (cell * 0.9) - 1e-9));
        double room = theme.small() * 12;
        for (int s = 0; s < names.size(); s += every) {
            double middle = (s + 0.5) * cell + size * 0.33;
            Words name = shortened(names.get(s), size, room);
            if (named.rows) {
                canvas.text(name, frame.x() - 2.5, frame.y() + middle, new Lettering(size, Anchor.END));
            }
            if (named.columns) {
                canvas.text(
                        name,
                        frame.x() + middle,
                        frame.bottom() + 2.5,
                        new Lettering(size, Colour.INK, Anchor.END, true));
            }
        }
    }

    private static Words shortened(Words name, double size, double room) {
        String text = name.text();
        while (text.length() > 3 && Words.plain(text).width(size) > room) {
            text = text.substring(0, text.length() - 2).stripTrailing() + "…";
        }
        return text.length() == name.text().length() ? name : Words.plain(text);
    }
}
