package soopt.file;

/** How numbers are printed in the run folder: shortest text that reads back to the same double. */
public final class Numbers {
    private Numbers() {}

    /** The CSV form: {@link Double#toString}, and NaN, Inf, -Inf. */
    public static String csv(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "Inf" : "-Inf";
        }
        return Double.toString(value);
    }

    /** Reads what {@link #csv} wrote. */
    public static double parse(String text) {
        return switch (text) {
            case "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** Why a number is null in JSON: nan, inf or -inf. */
    public static String state(double value) {
        return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
}
