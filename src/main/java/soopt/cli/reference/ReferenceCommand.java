package soopt.cli.reference;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.file.WholeFile;
import soopt.file.WriteException;
import soopt.spec.Choices;

/** Prints the parts of the manual that the program itself knows; the site and the manual pages are made of it. */
@Command(
        name = "reference",
        mixinStandardHelpOptions = true,
        header = "Print the reference: keys of the experiment file, commands, files, exit codes, manual pages.",
        description = "As Markdown, from what the program binds, parses and writes; manual pages as roff.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt reference keys",
            "  soopt reference keys training newton-summary",
            "  soopt reference commands 'soopt sweep'",
            "  soopt reference files metrics.csv",
            "  soopt reference man soopt-run | man -l -",
            "  soopt reference man --out ~/.local/share/man/man1"
        })
public final class ReferenceCommand implements Callable<Integer> {
    /** What there is to print. */
    private enum Topic {
        KEYS,
        COMMANDS,
        FILES,
        EXIT_CODES,
        ENVIRONMENT,
        MAN
    }

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "TOPIC",
            description = "keys, commands, files, exit-codes, environment or man")
    private String topic = "";

    @Parameters(
            index = "1..*",
            paramLabel = "NAME",
            description = "only these: a key or a choice, a command, a file, a manual page; all without")
    private List<String> names = List.of();

    @Option(names = "--out", paramLabel = "DIR", description = "of man: write the pages to this folder")
    private Optional<Path> out = Optional.empty();

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        Topic wanted = topic();
        if (out.isPresent() && wanted != Topic.MAN) {
            throw new ParameterException(spec.commandLine(), "--out is for man; send the others where you like with >");
        }
        String page = switch (wanted) {
            case KEYS -> KeyPages.page(names);
            case COMMANDS -> CommandPages.page(root, names);
            case FILES -> FilePages.page(names);
            case EXIT_CODES -> exitCodes();
            case ENVIRONMENT -> Environment.page();
            case MAN -> String.join("", manual(root).values());
        };
        if (page.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "nothing in " + topic + " is called '" + String.join("', '", names) + "'; 'soopt reference " + topic
                            + "' prints all");
        }
        if (out.isPresent()) {
            makeFolder(out.get());
            manual(root).forEach((file, text) -> WholeFile.write(out.get().resolve(file), text));
            return ExitCode.OK;
        }
        PrintWriter writer = spec.commandLine().getOut();
        writer.print(page);
        writer.flush();
        return ExitCode.OK;
    }

    private Topic topic() {
        for (Topic known : Topic.values()) {
            if (Choices.name(known).equals(topic)) {
                return known;
            }
        }
        throw new ParameterException(
                spec.commandLine(),
                "no topic '" + topic + "'; known: keys, commands, files, exit-codes, environment, man");
    }

    private static String exitCodes() {
        return Markdown.table(
                List.of("code", "meaning", "what to do"),
                ExitCode.MEANINGS.stream()
                        .map(meaning -> List.of(
                                String.valueOf(meaning.code()),
                                Markdown.plain(meaning.words()),
                                Markdown.plain(meaning.remedy())))
                        .toList());
    }

    /** The manual pages that were asked for, by the names of their files. */
    private Map<String, String> manual(CommandLine root) {
        Map<String, String> pages = ManPage.all(root);
        pages.keySet().removeIf(file -> !names.isEmpty() && !names.contains(file.replaceFirst("\\.1$", "")));
        return pages;
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new WriteException(folder, e);
        }
    }
}
