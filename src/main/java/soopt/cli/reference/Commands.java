package soopt.cli.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command as its help tells of it, in pieces that a page sets its own way. */
final class Commands {
    private final CommandSpec spec;

    private Commands(CommandSpec spec) {
        this.spec = spec;
    }

    /** The program and all commands below it that are shown, each after the one that it belongs to. */
    static List<Commands> all(CommandLine root) {
        List<Commands> all = new ArrayList<>(List.of(new Commands(root.getCommandSpec())));
        for (CommandLine below : new LinkedHashSet<>(root.getSubcommands().values())) {
            if (!below.getCommandSpec().usageMessage().hidden()) {
                all.addAll(all(below));
            }
        }
        return all;
    }

    /** "soopt bench curvature". */
    String name() {
        return spec.qualifiedName();
    }

    String header() {
        return words(spec.usageMessage().header());
    }

    List<String> description() {
        return Arrays.stream(spec.usageMessage().description())
                .map(Commands::text)
                .toList();
    }

    /** "soopt list [-hV] [--json] [KIND…]". */
    String synopsis() {
        return new Help(spec, Help.defaultColorScheme(Ansi.OFF))
                .synopsis(0)
                .replaceAll("\\s*\\R\\s*", " ")
                .strip();
    }

    /** What can stand on its line: the label and what it means. */
    record Argument(String label, String meaning) {}

    List<Argument> parameters() {
        return spec.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .map(parameter -> new Argument(label(parameter), meaning(parameter)))
                .toList();
    }

    List<Argument> options() {
        return spec.options().stream()
                .filter(option -> !option.hidden())
                .sorted((one, other) -> one.longestName().compareTo(other.longestName()))
                .map(option -> new Argument(label(option), meaning(option)))
                .toList();
    }

    List<Argument> subcommands() {
        return all(spec.commandLine()).stream()
                .filter(below -> below.spec.parent() == spec)
                .map(below -> new Argument(below.name(), below.header()))
                .toList();
    }

    /** The lines of the examples, without what else the footer says. */
    List<String> examples() {
        return Arrays.stream(spec.usageMessage().footer())
                .filter(line -> line.startsWith("  "))
                .map(line -> text(line).strip())
                .toList();
    }

    private static String label(PositionalParamSpec parameter) {
        return parameter.paramLabel() + (parameter.arity().isVariable() ? "…" : "");
    }

    private static String label(OptionSpec option) {
        String names = Stream.of(option.names()).collect(Collectors.joining(", "));
        return option.arity().max() == 0 ? names : names + "=" + option.paramLabel();
    }

    private static String meaning(ArgSpec argument) {
        return words(argument.description());
    }

    private static String words(String[] lines) {
        return text(String.join(" ", lines)).strip();
    }

    /** What picocli makes of a text: marks of style go, a doubled percent is one. */
    private static String text(String raw) {
        return Ansi.OFF.string(raw.replace("%%", "%").replace("%n", " "));
    }
}
