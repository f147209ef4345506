package soopt.cli.report;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import soopt.file.Shown;

/**
 * How large a figure is.
 *
 * @param height empty for what suits the width
 * @param unit points in one; 0 for pixels, which dpi makes points
 */
record PageSize(double width, OptionalDouble height, double unit) {
    private static final Pattern TEXT =
            Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(mm|cm|in|pt|px)?(?:[x×]([0-9]+(?:\\.[0-9]+)?)(mm|cm|in|pt|px)?)?");

    private static final double INCH = 72;

    /** Of the text on the command line. */
    static final class Reader implements ITypeConverter<PageSize> {
        @Override
        public PageSize convert(String text) {
            Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
            if (!matcher.matches() || !agree(matcher.group(2), matcher.group(4))) {
                throw new TypeConversionException(
                        "must be like 84mm, 120x80mm, 6x4in or 1200x800px, but is " + Shown.quoted(text));
            }
            String unit = matcher.group(4) == null ? matcher.group(2) : matcher.group(4);
            double width = Double.parseDouble(matcher.group(1));
            OptionalDouble height = matcher.group(3) == null
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(Double.parseDouble(matcher.group(3)));
            return new PageSize(width, height, points(unit == null ? "mm" : unit));
        }

        private static boolean agree(String one, String other) {
            return one == null || other == null || one.equals(other);
        }
    }

    private static double points(String unit) {
        return switch (unit) {
            case "mm" -> INCH / 25.4;
            case "cm" -> INCH / 2.54;
            case "in" -> INCH;
            case "pt" -> 1;
            default -> 0;
        };
    }

    private double scale(double dpi) {
        return unit == 0 ? INCH / dpi : unit;
    }

    double widthPoints(double dpi) {
        return width * scale(dpi);
    }

    OptionalDouble heightPoints(double dpi) {
        return height.isEmpty() ? height : OptionalDouble.of(height.getAsDouble() * scale(dpi));
    }
}
