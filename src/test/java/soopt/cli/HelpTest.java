package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                "run a.yaml --seed 99999999999999999999",
                "run a.yaml --threads 100000",
                "run a.yaml --threads 0",
                "run a.yaml --results=",
                "run --results a",
                "check a.yaml --batch 0",
                "check a.yaml --threads 1.5",
                "curvature a.yaml --damping=-1",
                "curvature a.yaml --damping=NaN",
                "curvature a.yaml --taylor=0",
                "curvature a.yaml --taylor=7",
                "curvature a.yaml --limit=-1",
                "curvature a.yaml --limit=3000000000",
                "curvature a.yaml --threads=-2",
                "bench depth --threads 100000",
                "bench depth --seconds NaN",
                "help nonsense",
                "help run nonsense",
                "check a.yaml --epsilon -1",
                "list nonsense",
                "bench curvature --model nonsense",
                "bench curvature --precision float16",
                "bench curvature --model big-mlp --partition canonical --batch 0",
                "bench curvature --model very-big-mlp --full",
                "bench depth --depths 2,0",
                "bench partitions --warm-up -1",
                "curvature a.yaml --split nonsense",
                "spectrum a.yaml --top 0",
                "spectrum a.yaml --steps 0",
                "spectrum a.yaml --probes -1",
                "spectrum a.yaml --limit=-1",
                "spectrum a.yaml --matrix fisher",
                "spectrum a.yaml --seed x",
                "export nonsense",
                "export tensorboard --out=",
                "export csv --shape nonsense",
                "export npz --metrics nonsense"
            })
    void wrongUsage_isTwoLinesAndExitCode2(String line) {
        Cli.Result result = Cli.run((Object[]) line.split(" ")).expect(ExitCode.USAGE);
        assertTrue(result.errorLines().get(0).startsWith("soopt: "), result.err());
        assertEquals("", result.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "rnu | no command 'rnu'; did you mean 'run'? known: run, resume",
                "bench curvatur | no command 'curvatur'; did you mean 'curvature'? known: curvature, depth",
                "help bench dpeth | no command 'dpeth'; did you mean 'depth'?",
                "run a.yaml --epochs 2 | unknown option '--epochs'; keys of the experiment are set without dashes: training.epochs=2",
                "run a.yaml --epochs=2 | training.epochs=2",
                "run a.yaml --training.epochs 2 | training.epochs=2",
                "run a.yaml --batch-size 20 | training.batch-size=20",
                "run a.yaml --batch_size 20 | training.batch-size=20",
                "check a.yaml --lr 0.1 | optimizer.step-size=0.1",
                "curvature a.yaml --lr | optimizer.step-size=…",
                "run a.yaml --theads 2 | unknown option '--theads'; did you mean '--threads'?",
                "run a.yaml --sed=2 | unknown option '--sed'; did you mean '--seed'?",
                "list --epochs 2 | unknown option '--epochs'; known: --json, --help, --version",
                "run a.yaml --seed 1.5 | '1.5' is not a whole number",
                "run a.yaml --seed 99999999999999999999 | is out of range",
                "bench depth --seconds many | 'many' is not a number",
                "run a.yaml --threads 100000 | --threads must be from 1 to 1024, but is 100000",
                "run a.yaml --results= | '--results': it is empty",
            })
    void wordThatNobodyKnows_isMetWithWhatWasMeant(String line, String expected) {
        Cli.Result result = Cli.run((Object[]) line.strip().split(" ")).expect(ExitCode.USAGE);
        assertTrue(result.errorLines().get(0).contains(expected.strip()), result.err());
        assertEquals(2, result.errorLines().size(), result.err());
    }

    @Test
    void help_isTheSameByNameAndByOption() {
        for (String command : List.of("run", "bench curvature")) {
            String byName = Cli.run((Object[]) ("help " + command).split(" "))
                    .expect(ExitCode.OK)
                    .out();
            assertEquals(Cli.run((Object[]) (command + " --help").split(" ")).out(), byName);
        }
    }

    @Test
    void controlCharactersOfArguments_areNotSentToTheTerminal() {
        for (String[] line :
                List.of(new String[] {"\u001b[2J"}, new String[] {"run", "\u001b]0;x\u0007.yaml"}, new String[] {
                    "run", "a.yaml", "--\u009b"
                })) {
            Cli.Result result = Cli.run((Object[]) line);
            assertTrue(
                    result.err().chars().noneMatch(c -> c != '\n' && (c < ' ' || (c >= 0x7f && c < 0xa0))),
                    result.err());
        }
    }

    @Test
    void resultsThatCannotBeWritten_areAFailure_unlessTheReaderWentAway() {
        StringWriter err = new StringWriter();
        assertEquals(3, Main.unheard(new IOException("No space left on device"), 0, new PrintWriter(err)));
        assertEquals(
                "soopt: cannot write to standard output: No space left on device",
                err.toString().strip());
        assertEquals(6, Main.unheard(new IOException("No space left on device"), 6, new PrintWriter(err)));
        assertEquals(141, Main.unheard(new IOException("Broken pipe"), 0, new PrintWriter(new StringWriter())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "config", "datasets", "bench", "export"})
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
