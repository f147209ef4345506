package soopt.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;
import soopt.cli.options.ExitCode;
import soopt.cli.options.FailureLines;
import soopt.experiment.FailureCode;
import soopt.file.Shown;

/** Turns whatever a command throws into lines for the user and an exit code; stack traces go to a file. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    /** A value in quotes that is longer than messages repeat. */
    private static final Pattern LONG_VALUE = Pattern.compile("'([^']{" + Shown.LENGTH + "})[^']+'");

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        FailureLines.shown("soopt: " + message(failure, List.of(arguments))).forEach(err::println);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    private static String message(ParameterException failure, List<String> arguments) {
        if (failure instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().get(0);
            return word.startsWith("-")
                    ? Hints.unknownOption(failure.getCommandLine(), word, arguments)
                    : Hints.unknownCommand(failure.getCommandLine(), word);
        }
        String message = failure.getMessage().lines().findFirst().orElse("");
        return Shown.line(LONG_VALUE.matcher(message).replaceAll("'$1…'"));
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        return report(failure, command.getErr());
    }

    /** Prints what the user needs to know of a failure and returns the exit code. */
    static int report(Throwable failure, PrintWriter err) {
        FailureLines.of(failure).forEach(err::println);
        return FailureCode.of(failure);
    }
}
