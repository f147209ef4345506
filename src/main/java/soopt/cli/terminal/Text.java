package soopt.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Text as a terminal sets it: in columns, which are not characters. */
public final class Text {
    private Text() {}

    /** Columns on the screen: combining marks, as in H̄, take none, Chinese and its neighbours two. */
    static int columns(String text) {
        return text.codePoints().map(Text::columns).sum();
    }

    private static int columns(int c) {
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        boolean wide = c >= 0x1100
                && (c <= 0x115f
                        || (c >= 0x2e80 && c <= 0xa4cf)
                        || (c >= 0xac00 && c <= 0xd7a3)
                        || (c >= 0xf900 && c <= 0xfaff)
                        || (c >= 0xfe30 && c <= 0xfe6f)
                        || (c >= 0xff00 && c <= 0xff60)
                        || (c >= 0xffe0 && c <= 0xffe6)
                        || (c >= 0x1f300 && c <= 0x1faff)
                        || (c >= 0x20000 && c <= 0x3fffd));
        return wide ? 2 : 1;
    }

    /** The beginning that fits, with … where something was cut. */
    public static String cut(String text, int columns) {
        if (columns(text) <= columns) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int used = 1;
        for (int c : text.codePoints().toArray()) {
            used += columns(c);
            if (used > columns) {
                break;
            }
            kept.appendCodePoint(c);
        }
        return kept.append('…').toString();
    }

    /** Prose for stdout: lines that are too long for the terminal are broken. */
    public static String shown(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\\R", -1)) {
            lines.addAll(wrap(line, Terminal.resultColumns()));
        }
        return String.join(System.lineSeparator(), lines);
    }

    /**
     * Lines of at most so many columns, as far in as the first, broken at blanks only: a longer word has a line of its
     * own.
     */
    static List<String> wrap(String text, int columns) {
        String body = text.stripLeading();
        String indent = text.substring(0, text.length() - body.length());
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(indent);
        for (String word : body.split(" ")) {
            boolean first = line.length() == indent.length();
            if (!first && columns(line.toString()) + 1 + columns(word) > columns) {
                lines.add(line.toString());
                line.setLength(indent.length());
                first = true;
            }
            line.append(first ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
