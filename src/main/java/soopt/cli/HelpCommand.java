package soopt.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Usage;

/** The help of a command by its name. */
@Command(
        name = "help",
        mixinStandardHelpOptions = true,
        header = "Show the help of a command.",
        footerHeading = "%nExamples:%n",
        footer = {"  soopt help run", "  soopt help bench curvature"})
final class HelpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "a command, and one of its own commands")
    private List<String> names = List.of();

    @Override
    public Integer call() {
        CommandLine command = spec.root().commandLine();
        for (String name : names) {
            CommandLine next = command.getSubcommands().get(name);
            if (next == null) {
                throw new ParameterException(spec.commandLine(), Hints.unknownCommand(command, name));
            }
            command = next;
        }
        Usage.print(command, spec.commandLine().getOut());
        return ExitCode.OK;
    }
}
