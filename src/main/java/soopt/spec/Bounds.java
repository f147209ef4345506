package soopt.spec;

import java.util.Optional;

/** The interval of a {@link Range}; all finite numbers without one. */
record Bounds(double lower, boolean lowerIncluded, double upper, boolean upperIncluded) {
    static final Bounds NONE = new Bounds(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false);

    static Bounds of(Range range) {
        boolean lowerIncluded = range.min() > range.above();
        boolean upperIncluded = range.max() < range.below();
        return new Bounds(
                lowerIncluded ? range.min() : range.above(),
                lowerIncluded,
                upperIncluded ? range.max() : range.below(),
                upperIncluded);
    }

    /** What is wrong with a number, e.g. {@code "must be in [0, 1), but is 1.5"}. */
    Optional<String> violation(Number number) {
        double value = number.doubleValue();
        if (!Double.isFinite(value)) {
            return Optional.of("must be finite, but is " + number);
        }
        boolean above = lowerIncluded ? value >= lower : value > lower;
        boolean below = upperIncluded ? value <= upper : value < upper;
        return above && below ? Optional.empty() : Optional.of("must be " + text() + ", but is " + number);
    }

    boolean hasLower() {
        return lower != Double.NEGATIVE_INFINITY;
    }

    boolean hasUpper() {
        return upper != Double.POSITIVE_INFINITY;
    }

    /** {@code "in [0, 1)"}, {@code "≥ 0"}, {@code "< 1"}; empty if unbounded. */
    String text() {
        if (hasLower() && hasUpper()) {
            return "in " + (lowerIncluded ? "[" : "(") + number(lower) + ", " + number(upper)
                    + (upperIncluded ? "]" : ")");
        }
        if (hasLower()) {
            return (lowerIncluded ? "≥ " : "> ") + number(lower);
        }
        return hasUpper() ? (upperIncluded ? "≤ " : "< ") + number(upper) : "";
    }

    /** 1 rather than 1.0: limits read as in a paper. */
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
