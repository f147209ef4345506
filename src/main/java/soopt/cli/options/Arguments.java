package soopt.cli.options;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import soopt.file.Shown;

/** Checks of option values that picocli has no words for. */
public final class Arguments {
    private Arguments() {}

    public static void requirePositive(CommandSpec spec, String option, double value) {
        require(spec, value > 0 && !Double.isInfinite(value), option + " must be > 0, but is " + value);
    }

    public static void requirePositive(CommandSpec spec, String option, int value) {
        require(spec, value >= 1, option + " must be ≥ 1, but is " + value);
    }

    public static void requireNotNegative(CommandSpec spec, String option, double value) {
        require(spec, value >= 0 && !Double.isInfinite(value), option + " must be ≥ 0, but is " + value);
    }

    public static void requireNotNegative(CommandSpec spec, String option, int value) {
        require(spec, value >= 0, option + " must be ≥ 0, but is " + value);
    }

    public static void requireWithin(CommandSpec spec, String option, int value, int least, int most) {
        require(
                spec,
                value >= least && value <= most,
                option + " must be from " + least + " to " + most + ", but is " + value);
    }

    private static void require(CommandSpec spec, boolean right, String words) {
        if (!right) {
            throw new ParameterException(spec.commandLine(), words);
        }
    }

    /** @throws TypeConversionException if it is none, or beyond ±2³¹ */
    public static int integer(String text) {
        long value = whole(text);
        if (value != (int) value) {
            throw new TypeConversionException(Shown.quoted(text) + " is out of range: at most " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    /** @throws TypeConversionException if it is none, or beyond ±2⁶³ */
    public static long whole(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            String fault = text.matches("[-+]?[0-9]+")
                    ? " is out of range: at most " + Long.MAX_VALUE
                    : " is not a whole number";
            throw new TypeConversionException(Shown.quoted(text) + fault);
        }
    }

    /** @throws TypeConversionException if it is none */
    public static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException(Shown.quoted(text) + " is not a number");
        }
    }

    /**
     * A path as the user gave it. Where nothing lies there "a/.." is cut out, because a would have to be made to be
     * left again.
     *
     * @throws TypeConversionException if it is empty or no path
     */
    public static Path path(String text) {
        if (text.isBlank()) {
            throw new TypeConversionException("it is empty; '.' is the working folder");
        }
        try {
            Path path = Path.of(text);
            Path normal = path.normalize();
            return Files.exists(path) || normal.toString().isEmpty() ? path : normal;
        } catch (InvalidPathException e) {
            throw new TypeConversionException(Shown.quoted(text) + " is no path: " + e.getReason());
        }
    }
}
