package soopt.cli.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** Every command with its arguments, options and examples, from the model that parses them. */
final class CommandPages {
    private static final int COLUMNS = 96;
    /** A word, or an option in brackets with what may follow it. */
    private static final Pattern PIECE = Pattern.compile("\\[[^\\[\\]]*(?:\\[[^\\]]*\\])?[^\\[\\]]*\\]\\S*|\\S+");

    private CommandPages() {}

    static String page(CommandLine root, List<String> names) {
        return Commands.all(root).stream()
                .filter(command -> names.isEmpty() || names.contains(command.name()))
                .map(CommandPages::section)
                .collect(Collectors.joining());
    }

    /** In lines of a page; what is in brackets stays together. */
    private static List<String> wrapped(String synopsis) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        Matcher pieces = PIECE.matcher(synopsis);
        while (pieces.find()) {
            if (line.length() + pieces.group().length() > COLUMNS) {
                lines.add(line.toString());
                line = new StringBuilder("   ");
            }
            line.append(line.isEmpty() ? "" : " ").append(pieces.group());
        }
        lines.add(line.toString());
        return lines;
    }

    private static String section(Commands command) {
        StringBuilder text = new StringBuilder(Markdown.heading(2, command.name()));
        text.append(Markdown.plain(command.header())).append("\n\n");
        text.append(Markdown.block("text", wrapped(command.synopsis())));
        command.description().forEach(line -> text.append(Markdown.plain(line)).append("\n\n"));
        text.append(table("argument", command.parameters()));
        text.append(table("option", command.options()));
        if (!command.subcommands().isEmpty()) {
            text.append(Markdown.table(
                    List.of("command", "what it does"),
                    command.subcommands().stream()
                            .map(below -> List.of(
                                    Markdown.link(Markdown.code(below.label()), below.label()),
                                    Markdown.plain(below.meaning())))
                            .toList()));
        }
        return text.append(Markdown.block("text", command.examples())).toString();
    }

    private static String table(String title, List<Commands.Argument> arguments) {
        return arguments.isEmpty()
                ? ""
                : Markdown.table(
                        List.of(title, "meaning"),
                        arguments.stream()
                                .map(argument ->
                                        List.of(Markdown.code(argument.label()), Markdown.plain(argument.meaning())))
                                .toList());
    }
}
