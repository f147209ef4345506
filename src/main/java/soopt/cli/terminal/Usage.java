package soopt.cli.terminal;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/** How help looks: bold where something can be typed, and examples that can be copied whatever the width. */
public final class Usage {
    private static final int LEAST_COLUMNS = 55;
    private static final int MOST_COLUMNS = 120;
    private static final String EXAMPLE = "  ";
    private static final String CONTINUED = "      ";
    /** A word of a command line: what is quoted stays together. */
    private static final Pattern WORD = Pattern.compile("(?:'[^']*'|\\S)+");

    private Usage() {}

    /** For the command and all below it. */
    public static void style(CommandLine command) {
        int width = Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, Terminal.columns()));
        Map<String, IHelpSectionRenderer> sections = new HashMap<>(command.getHelpSectionMap());
        sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> footer(help, width));
        command.setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(width)
                .setColorScheme(new Help.ColorScheme.Builder(Terminal.ansi())
                        .commands(Style.bold)
                        .options(Style.bold)
                        .parameters(Style.bold)
                        .build())
                .setHelpSectionMap(sections);
    }

    public static void print(CommandLine command, PrintWriter out) {
        Console.control(out, command.getUsageMessage(command.getColorScheme()));
        out.flush();
    }

    private static String footer(Help help, int width) {
        StringBuilder text = new StringBuilder();
        for (String line : help.commandSpec().usageMessage().footer()) {
            for (String piece : line.startsWith(EXAMPLE) ? example(line, width) : Text.wrap(line, width)) {
                text.append(piece).append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    /** Lines that a shell reads as one. */
    static List<String> example(String line, int width) {
        if (Text.columns(line) <= width) {
            return List.of(line);
        }
        List<String> lines = new ArrayList<>();
        StringBuilder piece = new StringBuilder(EXAMPLE);
        boolean empty = true;
        Matcher words = WORD.matcher(line);
        while (words.find()) {
            if (!empty && Text.columns(piece.toString()) + 1 + Text.columns(words.group()) > width - 2) {
                lines.add(piece + " \\");
                piece = new StringBuilder(CONTINUED);
                empty = true;
            }
            piece.append(empty ? "" : " ").append(words.group());
            empty = false;
        }
        lines.add(piece.toString());
        return lines;
    }
}
