package soopt.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import soopt.cli.bench.BenchCommand;
import soopt.cli.options.ExitCode;
import soopt.cli.options.Version;
import soopt.cli.terminal.Terminal;

/** The program: one subcommand per thing a user can ask for. */
@Command(
        name = "soopt",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Second- and higher-order optimization of neural networks.",
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            CurvatureCommand.class,
            PartitionCommand.class,
            DatasetsCommand.class,
            ConfigCommand.class,
            ListCommand.class,
            BenchCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt run configs/quickstart.yaml",
            "  soopt run configs/mlp_newtonsummary.yaml optimizer.step-size=0.3 training.epochs=2",
            "  soopt check configs/quickstart.yaml",
            "",
            "'soopt COMMAND --help' shows the options and examples of a command.",
            ExitCode.HELP + "."
        })
public final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        Terminal.redirect();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = execute(out, err, arguments);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /** Runs one command line within this process and returns its exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine command = commandLine(out, err);
        try {
            return command.execute(arguments);
        } catch (OutOfMemoryError | LinkageError e) {
            return Failures.report(e, err);
        }
    }

    static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        Failures failures = new Failures();
        return new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Terminal.ansi()))
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(Math.min(120, Math.max(80, Terminal.columns())))
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
