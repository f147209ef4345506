package soopt.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import soopt.cli.bench.BenchCommand;
import soopt.cli.curvature.CurvatureCommand;
import soopt.cli.curvature.SpectrumCommand;
import soopt.cli.doctor.DoctorCommand;
import soopt.cli.options.Arguments;
import soopt.cli.options.ExitCode;
import soopt.cli.options.Version;
import soopt.cli.reference.ReferenceCommand;
import soopt.cli.report.CompareCommand;
import soopt.cli.report.ExportCommand;
import soopt.cli.report.FidelityCommand;
import soopt.cli.report.PlotCommand;
import soopt.cli.report.ReportCommand;
import soopt.cli.report.ReproduceCommand;
import soopt.cli.results.BestCommand;
import soopt.cli.results.CleanCommand;
import soopt.cli.results.CollectCommand;
import soopt.cli.results.LsCommand;
import soopt.cli.results.MergeCommand;
import soopt.cli.results.ShowCommand;
import soopt.cli.results.WatchCommand;
import soopt.cli.run.ReplayCommand;
import soopt.cli.run.ResumeCommand;
import soopt.cli.run.RunCommand;
import soopt.cli.sweep.SweepCommand;
import soopt.cli.sweep.TaskCommand;
import soopt.cli.terminal.Console;
import soopt.cli.terminal.Terminal;
import soopt.cli.terminal.Usage;

/** The program: one subcommand per thing a user can ask for. */
@Command(
        name = "soopt",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Second- and higher-order optimization of neural networks.",
        subcommands = {
            RunCommand.class,
            ResumeCommand.class,
            ReplayCommand.class,
            SweepCommand.class,
            TaskCommand.class,
            LsCommand.class,
            ShowCommand.class,
            BestCommand.class,
            CompareCommand.class,
            FidelityCommand.class,
            PlotCommand.class,
            CollectCommand.class,
            WatchCommand.class,
            CleanCommand.class,
            MergeCommand.class,
            ExportCommand.class,
            ReportCommand.class,
            ReproduceCommand.class,
            CheckCommand.class,
            CurvatureCommand.class,
            SpectrumCommand.class,
            PartitionCommand.class,
            DatasetsCommand.class,
            ConfigCommand.class,
            ListCommand.class,
            ReferenceCommand.class,
            GymCommand.class,
            BenchCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            HelpCommand.class,
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
        Console out = Terminal.out();
        Console err = Terminal.err();
        int code = execute(out, err, arguments);
        err.flush();
        System.exit(out.failure().map(failure -> unheard(failure, code, err)).orElse(code));
    }

    /** The exit code where the results did not arrive; a reader that went away, as head does, needs no words. */
    static int unheard(IOException failure, int code, PrintWriter err) {
        if (String.valueOf(failure.getMessage()).contains("Broken pipe")) {
            return code == ExitCode.OK ? ExitCode.BROKEN_PIPE : code;
        }
        err.println("soopt: cannot write to standard output: " + failure.getMessage());
        err.flush();
        return code == ExitCode.OK ? ExitCode.SPEC : code;
    }

    /** Runs one command line within this process and returns its exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine command = commandLine(Console.on(out), Console.on(err));
        try {
            return command.execute(arguments);
        } catch (OutOfMemoryError | LinkageError e) {
            return Failures.report(e, command.getErr());
        }
    }

    static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        Failures failures = new Failures();
        CommandLine command = new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .registerConverter(Path.class, Arguments::path)
                .registerConverter(Integer.class, Arguments::integer)
                .registerConverter(int.class, Arguments::integer)
                .registerConverter(Long.class, Arguments::whole)
                .registerConverter(Double.class, Arguments::number)
                .registerConverter(double.class, Arguments::number)
                .setExecutionStrategy(Main::helpOrRun)
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .setCaseInsensitiveEnumValuesAllowed(true);
        Usage.style(command);
        return command;
    }

    /** Help has colours, which the console would print as text: so it is sent past it. */
    private static int helpOrRun(ParseResult parsed) {
        for (CommandLine command : parsed.asCommandLineList()) {
            if (command.isUsageHelpRequested()) {
                Usage.print(command, command.getOut());
                return ExitCode.OK;
            }
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    @Override
    public Integer call() {
        Usage.print(spec.commandLine(), spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
