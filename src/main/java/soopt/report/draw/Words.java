package soopt.report.draw;

import java.util.ArrayList;
import java.util.List;
import soopt.file.Shown;

/** A line of text, parts of which may stand higher or lower. */
public record Words(List<Span> spans) {
    /** Of the size of the line, in a raised or lowered part. */
    static final double SMALLER = 0.72;

    /**
     * @param level 1 raised, −1 lowered, 0 on the line
     */
    public record Span(String text, int level) {
        /** Of the letters, where those on the line have size 1. */
        double scale() {
            return level == 0 ? 1 : SMALLER;
        }

        /** How far it stands above the line, in sizes of the line. */
        double rise() {
            return level > 0 ? 0.36 : level < 0 ? -0.16 : 0;
        }
    }

    public Words {
        spans = List.copyOf(spans);
    }

    /** Text as it is: a name out of a file. What would move a cursor is shown. */
    public static Words plain(String text) {
        return new Words(List.of(new Span(Shown.line(text), 0)));
    }

    /** Text of ours: 10^{-3} raises what is between the braces, λ_{int} lowers it. */
    public static Words of(String markup) {
        List<Span> spans = new ArrayList<>();
        int from = 0;
        for (int i = 0; i + 1 < markup.length(); i++) {
            char mark = markup.charAt(i);
            if ((mark == '^' || mark == '_') && markup.charAt(i + 1) == '{') {
                int end = markup.indexOf('}', i);
                add(spans, markup.substring(from, i), 0);
                add(spans, markup.substring(i + 2, end), mark == '^' ? 1 : -1);
                from = end + 1;
                i = end;
            }
        }
        add(spans, markup.substring(from), 0);
        return new Words(spans);
    }

    private static void add(List<Span> spans, String text, int level) {
        if (!text.isEmpty()) {
            spans.add(new Span(text, level));
        }
    }

    /** This and more behind it. */
    public Words and(Words more) {
        List<Span> all = new ArrayList<>(spans);
        all.addAll(more.spans);
        return new Words(all);
    }

    public boolean isEmpty() {
        return spans.stream().allMatch(span -> span.text().isEmpty());
    }

    /** Without levels. */
    public String text() {
        StringBuilder text = new StringBuilder();
        spans.forEach(span -> text.append(span.text()));
        return text.toString();
    }

    /** In points. */
    public double width(double size) {
        return spans.stream()
                .mapToDouble(span -> Typeface.sans().width(span.text(), size * span.scale()))
                .sum();
    }
}
