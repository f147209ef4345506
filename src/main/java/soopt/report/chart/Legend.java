package soopt.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import soopt.report.draw.Canvas;
import soopt.report.draw.Colour;
import soopt.report.draw.Lettering;
import soopt.report.draw.Lettering.Anchor;
import soopt.report.draw.Mark;
import soopt.report.draw.Pen;
import soopt.report.draw.Words;

/**
 * What lines and marks mean, in rows under the panels.
 *
 * @param notes text under the entries; without levels
 */
public record Legend(List<Entry> entries, List<Words> notes) {
    /** Of the line before its name, in sizes of the font. */
    private static final double SAMPLE = 2.6;

    private static final double LINE = 1.4;

    /**
     * @param pen of the sample; none for marks alone
     * @param hollow of the mark
     */
    public record Entry(Words words, Optional<Pen> pen, Optional<Mark> mark, Colour colour, boolean hollow) {
        public static Entry line(Words words, Pen pen) {
            return new Entry(words, Optional.of(pen), Optional.empty(), pen.colour(), false);
        }

        public static Entry mark(Words words, Mark mark, Colour colour, boolean hollow) {
            return new Entry(words, Optional.empty(), Optional.of(mark), colour, hollow);
        }
    }

    private static double width(Entry entry, double font) {
        return font * (SAMPLE + 0.5) + entry.words().width(font * 0.94) + 1.4 * font;
    }

    /** Columns as wide as the widest entry; one where two do not fit. */
    private int columns(double font, double width) {
        double widest =
                entries.stream().mapToDouble(entry -> width(entry, font)).max().orElse(1);
        return (int) Math.max(1, Math.min(entries.size(), width / widest));
    }

    double height(Theme theme, double width) {
        int columns = columns(theme.font(), width);
        int rows = (entries.size() + columns - 1) / columns;
        return theme.font() * LINE * (rows + lines(theme, width).size());
    }

    /** The notes one after the other, broken at blanks. */
    private List<Words> lines(Theme theme, double width) {
        List<Words> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        String all = notes.stream().map(Words::text).collect(Collectors.joining("; "));
        for (String word : all.split(" ")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            boolean isFull = !line.isEmpty() && Words.plain(longer).width(theme.small()) > width;
            if (isFull) {
                lines.add(Words.plain(line.toString()));
            }
            line.setLength(0);
            line.append(isFull ? word : longer);
        }
        if (!line.isEmpty()) {
            lines.add(Words.plain(line.toString()));
        }
        return lines;
    }

    void draw(Canvas canvas, Theme theme, double left, double top, double width) {
        double font = theme.font();
        int columns = columns(font, width);
        int rows = (entries.size() + columns - 1) / columns;
        double column =
                entries.stream().mapToDouble(entry -> width(entry, font)).max().orElse(0);
        canvas.begin("legend", "");
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            double x = left + column * (i / rows);
            double y = top + font * LINE * (i % rows + 0.5);
            entry.pen().ifPresent(pen -> canvas.line(x, y, x + SAMPLE * font, y, pen));
            entry.mark()
                    .ifPresent(mark -> canvas.mark(
                            mark, x + SAMPLE * font / 2, y, theme.mark() * 1.15, entry.colour(), entry.hollow()));
            canvas.text(
                    entry.words(),
                    x + (SAMPLE + 0.5) * font,
                    y + 0.33 * font,
                    new Lettering(font * 0.94, Anchor.START));
        }
        double y = top + font * LINE * rows;
        for (Words note : lines(theme, width)) {
            y += font * LINE;
            canvas.text(note, left, y - 0.35 * font, new Lettering(theme.small(), Anchor.START));
        }
        canvas.end();
    }

    boolean isEmpty() {
        return entries.isEmpty() && notes.isEmpty();
    }
}
