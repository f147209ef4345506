package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import soopt.cli.options.ExitCode;

class HelpTest {
    static Stream<List<String>> commands() {
        List<List<String>> found = new ArrayList<>();
        collect(Main.commandLine(new PrintWriter(System.out), new PrintWriter(System.err)), List.of(), found);
        return found.stream();
    }

    private static void collect(CommandLine command, List<String> path, List<List<String>> found) {
        found.add(path);
        command.getSubcommands().forEach((name, child) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            collect(child, longer, found);
        });
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyHelp_showsExamplesOfTheCommand(List<String> path) {
        List<String> words = new ArrayList<>(path);
        words.add("--help");
        Cli.Result result = Cli.run(words.toArray()).expect(ExitCode.OK);
        String examples = result.out().substring(result.out().indexOf("Examples:"));
        assertTrue(examples.contains(("soopt " + String.join(" ", path)).strip()), examples);
        assertTrue(result.out().lines().allMatch(line -> line.length() <= 120), result.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "run",
                "run a.yaml --nonsense",
                "run a.yaml --seed x",
                "check a.yaml --batch 0",
                "check a.yaml --epsilon -1",
                "list nonsense",
                "bench curvature --model nonsense",
                "bench curvature --precision float16",
                "bench curvature --model big-mlp --partition canonical --batch 0",
                "bench curvature --model very-big-mlp --full",
                "bench depth --depths 2,0",
                "bench partitions --warm-up -1",
                "curvature a.yaml --split nonsense"
            })
    void wrongUsage_isTwoLinesAndExitCode2(String line) {
        Cli.Result result = Cli.run((Object[]) line.split(" ")).expect(ExitCode.USAGE);
        assertTrue(result.errorLines().get(0).startsWith("soopt: "), result.err());
        assertEquals("", result.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "config", "datasets", "bench"})
    void commandWithoutSubcommand_showsUsage(String line) {
        Object[] words = line.isEmpty() ? new Object[0] : new Object[] {line};
        Cli.Result result = Cli.run(words).expect(ExitCode.USAGE);
        assertTrue(result.err().contains("Commands:"), result.err());
    }

    @Test
    void version_namesTheProgramAndJava() {
        String out = Cli.run("--version").expect(ExitCode.OK).out();
        assertTrue(out.matches("soopt \\S+ \\(Java .+\\)\\R"), out);
    }

    @Test
    void completion_knowsTheCommands() {
        String out = Cli.run("completion").expect(ExitCode.OK).out();
        assertTrue(out.contains("complete -F _complete_soopt"), out);
        assertTrue(out.contains("curvature"), out);
    }
}
