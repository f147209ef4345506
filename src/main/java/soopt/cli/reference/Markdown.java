package soopt.cli.reference;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Pieces of a page. */
final class Markdown {
    private static final Pattern NOT_OF_AN_ANCHOR = Pattern.compile("[^\\p{L}\\p{N} _-]");

    /** An underscore that does not join two parts of a word. */
    private static final Pattern EMPHASIS = Pattern.compile("(?<![\\p{L}\\p{N}])_|_(?![\\p{L}\\p{N}])");

    private Markdown() {}

    static String heading(int level, String text) {
        return "#".repeat(level) + " " + text + "\n\n";
    }

    /** The anchor of a heading, as GitHub makes it of the words. */
    static String anchor(String heading) {
        return NOT_OF_AN_ANCHOR
                .matcher(heading.toLowerCase(Locale.ROOT))
                .replaceAll("")
                .replace(' ', '-');
    }

    static String link(String words, String heading) {
        return "[" + words + "](#" + anchor(heading) + ")";
    }

    static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }

    /** Words in which nothing is to be set otherwise than it stands. */
    static String plain(String text) {
        String safe = text.replace("\\", "\\\\")
                .replace("*", "\\*")
                .replace("<", "&lt;")
                .replace("`", "\\`");
        return EMPHASIS.matcher(safe).replaceAll("\\\\_");
    }

    static String block(String info, List<String> lines) {
        return "```" + info + "\n" + String.join("\n", lines) + "\n```\n\n";
    }

    static String table(List<String> header, List<List<String>> rows) {
        StringBuilder table = new StringBuilder(row(header));
        table.append(row(header.stream().map(cell -> "---").toList()));
        rows.forEach(row -> table.append(row(row)));
        return table.append('\n').toString();
    }

    private static String row(List<String> cells) {
        return cells.stream()
                .map(cell -> cell.replace("|", "\\|").replace('\n', ' '))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
