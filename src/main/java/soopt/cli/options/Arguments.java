package soopt.cli.options;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks of option values that picocli has no words for. */
public final class Arguments {
    private Arguments() {}

    public static void requirePositive(CommandSpec spec, String option, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new ParameterException(spec.commandLine(), option + " must be > 0, but is " + value);
        }
    }

    public static void requirePositive(CommandSpec spec, String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be ≥ 1, but is " + value);
        }
    }
}
