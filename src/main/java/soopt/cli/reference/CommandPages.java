package soopt.cli.reference;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** Every command with its arguments, options and examples, from the model that parses them. */
final class CommandPages {
    private CommandPages() {}

    static String page(CommandLine root, List<String> names) {
        return Commands.all(root).stream()
                .filter(command -> names.isEmpty() || names.contains(command.name()))
                .map(CommandPages::section)
                .collect(Collectors.joining());
    }

    private static String section(Commands command) {
        StringBuilder text = new StringBuilder(Markdown.heading(2, command.name()));
        text.append(Markdown.plain(command.header())).append("\n\n");
        text.append(Markdown.block("text", List.of(command.synopsis())));
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
