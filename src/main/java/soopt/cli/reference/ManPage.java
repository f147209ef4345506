package soopt.cli.reference;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import soopt.cli.options.ExitCode;
import soopt.cli.options.Version;

/** The manual page of a command in roff, as man(7) describes it; text in UTF-8. */
final class ManPage {
    private final StringBuilder page = new StringBuilder();

    private ManPage() {}

    /** The pages by the names of their files: soopt.1, soopt-run.1, … */
    static Map<String, String> all(CommandLine root) {
        Map<String, String> pages = new LinkedHashMap<>();
        Commands.all(root).forEach(command -> pages.put(dashed(command.name()) + ".1", of(command)));
        return pages;
    }

    private static String dashed(String name) {
        return name.replace(' ', '-');
    }

    private static String of(Commands command) {
        ManPage man = new ManPage();
        man.head(command);
        man.section("SYNOPSIS");
        man.line(escaped(command.synopsis()));
        man.section("DESCRIPTION");
        List<String> description = command.description().isEmpty() ? List.of(command.header()) : command.description();
        description.forEach(words -> man.line(".PP\n" + escaped(words)));
        man.list("ARGUMENTS", command.parameters());
        man.list("OPTIONS", command.options());
        man.list("COMMANDS", command.subcommands());
        man.section("EXAMPLES");
        man.line(".nf");
        command.examples().forEach(example -> man.line(escaped(example)));
        man.line(".fi");
        man.list(
                "EXIT STATUS",
                ExitCode.MEANINGS.stream()
                        .map(meaning -> new Commands.Argument(String.valueOf(meaning.code()), meaning.words()))
                        .toList());
        if (!command.name().contains(" ")) {
            man.list(
                    "ENVIRONMENT",
                    Environment.VARIABLES.stream()
                            .map(it -> new Commands.Argument(
                                    it.name(), it.meaning() + " (default: " + it.otherwise() + ")"))
                            .toList());
        }
        man.seeAlso(command);
        return man.page.toString();
    }

    private void head(Commands command) {
        String name = dashed(command.name());
        line(".TH \"" + name.toUpperCase(Locale.ROOT) + "\" 1 \"\" \"soopt " + Version.text() + "\" \"soopt\"");
        line(".nh\n.ad l");
        section("NAME");
        line(escaped(name) + " \\- " + escaped(command.header().replaceAll("\\.$", "")));
    }

    private void seeAlso(Commands command) {
        section("SEE ALSO");
        if (command.subcommands().isEmpty()) {
            line(".BR soopt (1)");
            return;
        }
        List<String> pages = command.subcommands().stream()
                .map(below -> ".BR " + escaped(dashed(below.label())) + " (1)")
                .toList();
        line(String.join(" ,\n", pages));
    }

    private void list(String title, List<Commands.Argument> arguments) {
        if (arguments.isEmpty()) {
            return;
        }
        section(title);
        for (Commands.Argument argument : arguments) {
            line(".TP\n\\fB" + escaped(argument.label()) + "\\fR");
            line(escaped(argument.meaning()));
        }
    }

    private void section(String title) {
        line(".SH " + (title.contains(" ") ? "\"" + title + "\"" : title));
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    /** Text in which roff finds no request and no escape; a dash is one that can be copied. */
    private static String escaped(String text) {
        String safe = text.replace("\\", "\\e").replace("-", "\\-");
        return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
    }
}
