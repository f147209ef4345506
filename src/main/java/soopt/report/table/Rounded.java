package soopt.report.table;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers with the digits that mean something; "-" for what there is none of. */
public final class Rounded {
    private static final int FEW = 3;
    private static final int MOST = 6;

    private Rounded() {}

    /** Three significant digits, without an exponent from .0001 to a million. */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            return other(value);
        }
        return text(new BigDecimal(value).round(new MathContext(FEW)), value);
    }

    /** Down to the second digit of what it is uncertain by; three significant digits where that is not known. */
    public static String number(double value, double uncertainty) {
        if (!Double.isFinite(value) || !(uncertainty > 0) || !Double.isFinite(uncertainty)) {
            return number(value);
        }
        int most = value == 0 ? MOST : MOST - 1 - exponent(value);
        int place = Math.min(most, 1 - exponent(uncertainty));
        BigDecimal rounded = new BigDecimal(value).setScale(place, RoundingMode.HALF_EVEN);
        return text(rounded, value);
    }

    /** "0.0123 ± 0.0004"; without a deviation the value alone. */
    public static String spread(Spread spread) {
        if (!(spread.deviation() > 0)) {
            return number(spread.mean()) + (spread.deviation() == 0 ? " ± 0" : "");
        }
        return number(spread.mean(), spread.deviation()) + " ± " + number(spread.deviation(), spread.deviation());
    }

    /** "[-0.012, -0.003]", both down to the second digit of its width. */
    public static String interval(double low, double high) {
        return "[" + number(low, high - low) + ", " + number(high, high - low) + "]";
    }

    /** Two significant digits of a probability; one that is very small is not told. */
    public static String probability(double p) {
        if (Double.isNaN(p)) {
            return "-";
        }
        return p < 1e-4
                ? "< 0.0001"
                : new BigDecimal(p)
                        .round(new MathContext(2))
                        .stripTrailingZeros()
                        .toPlainString();
    }

    /** A whole number. */
    public static String count(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.0f", value) : other(value);
    }

    private static int exponent(double value) {
        return (int) Math.floor(Math.log10(Math.abs(value)));
    }

    private static String text(BigDecimal rounded, double value) {
        double size = Math.abs(value);
        boolean plain = value == 0 || size >= 1e-4 && size < 1e6;
        if (plain || rounded.signum() == 0) {
            return rounded.signum() == 0 && value != 0 && rounded.scale() > 8 ? "0" : rounded.toPlainString();
        }
        BigDecimal stripped = rounded.round(new MathContext(Math.max(1, rounded.precision())));
        int exponent = stripped.precision() - stripped.scale() - 1;
        return stripped.movePointLeft(exponent).toPlainString() + "e" + exponent;
    }

    private static String other(double value) {
        return Double.isNaN(value) ? "-" : value > 0 ? "never" : "-";
    }
}
