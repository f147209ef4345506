package soopt.file;

/**
 * Text from files, servers and command lines as messages show it: nothing in it can move a cursor, hide a word or fill
 * a screen.
 */
public final class Shown {
    /** Characters of a value that a message repeats. */
    public static final int LENGTH = 60;

    private Shown() {}

    /** The beginning of a value: at most {@link #LENGTH} characters, on one line. */
    public static String value(String text) {
        return line(cut(text, LENGTH));
    }

    /** A value in quotes. */
    public static String quoted(String text) {
        return "'" + value(text) + "'";
    }

    /** At most so many characters, and … for the rest. */
    public static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        boolean splitsPair = Character.isHighSurrogate(text.charAt(length - 1));
        return text.substring(0, splitsPair ? length - 1 : length) + "…";
    }

    /**
     * The text on one line: breaks become blanks, characters that terminals obey or do not show become
     * {@code \}{@code u001b}.
     */
    public static String line(String text) {
        if (text.codePoints().noneMatch(Shown::isHidden)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        text.replaceAll("\\R", " ").codePoints().forEach(c -> {
            if (isHidden(c)) {
                // in halves of 16 bits, so that JSON stays JSON
                for (char half : Character.toChars(c)) {
                    shown.append(String.format("\\u%04x", (int) half));
                }
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }

    /** The text with its lines and tabs; whatever else terminals obey becomes {@code \}{@code u001b}. */
    public static String text(String text) {
        if (text.chars().allMatch(c -> c == '\n' || c == '\t' || (c >= ' ' && c < 0x7f))) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            String one = Character.toString(c);
            shown.append(c == '\n' || c == '\t' ? one : line(one));
        });
        return shown.toString();
    }

    /**
     * Controls (C0, C1), format characters such as those that turn the direction of writing, breaks, halves of pairs.
     */
    private static boolean isHidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }
}
