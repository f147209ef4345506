package soopt.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * A terminal that knows what soopt needs of one: line ends, carriage returns, "erase to the end of the line", colours.
 */
final class Screen {
    private final int columns;
    private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
    private int column;
    private String fault = "";
    private boolean bar;

    Screen(int columns) {
        this.columns = columns;
    }

    Screen write(String text) {
        int i = 0;
        while (i < text.length() && fault.isEmpty()) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c == '\n') {
                lines.add(new StringBuilder());
            } else if (c == '\r') {
                column = 0;
            } else if (c == 0x1b) {
                i = escape(text, i);
            } else if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
                fault = "control character " + Integer.toHexString(c) + " after " + line();
            } else {
                put(c);
            }
        }
        return this;
    }

    private int escape(String text, int from) {
        int to = from + 1;
        while (to < text.length() && !Character.isLetter(text.charAt(to))) {
            to++;
        }
        String sequence = text.substring(from, Math.min(text.length(), to + 1));
        if (sequence.equals("[K")) {
            line().setLength(Math.min(line().length(), column));
        } else if (!sequence.matches("\\[[0-9;]*m")) {
            fault = "escape " + sequence + " after " + line();
        }
        return to + 1;
    }

    private void put(int c) {
        if (Character.getType(c) == Character.NON_SPACING_MARK) {
            return;
        }
        bar |= c == '│';
        if (column == columns) {
            lines.add(new StringBuilder());
            column = 0;
        }
        while (line().length() <= column) {
            line().append(' ');
        }
        line().setCharAt(column++, (char) c);
    }

    private StringBuilder line() {
        return lines.get(lines.size() - 1);
    }

    /** What no terminal should be sent; empty if nothing was. */
    String fault() {
        return fault;
    }

    /** Whether a bar was ever drawn. */
    boolean sawBar() {
        return bar;
    }

    /** Whether the cursor waits at the beginning of an empty line. */
    boolean isAtRest() {
        return column == 0 && line().isEmpty();
    }

    /** What can be read now. */
    String text() {
        return String.join("\n", lines);
    }
}
