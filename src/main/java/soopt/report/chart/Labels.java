package soopt.report.chart;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import soopt.report.draw.Words;

/** Numbers as axes and cells show them. */
public final class Labels {
    private Labels() {}

    /** 10^k. */
    static Words power(int exponent, boolean negative) {
        return Words.of((negative ? "−10^{" : "10^{") + (exponent < 0 ? "−" + -exponent : "" + exponent) + "}");
    }

    /**
     * With as many decimals as the distance of the ticks has; thousands apart; very large and small ones by a power.
     */
    static Words tick(double value, double step) {
        double size = Math.abs(value);
        if (value != 0 && (size >= 1e7 || step < 1e-4)) {
            int exponent = (int) Math.floor(Math.log10(size) + 1e-9);
            String factor = plain(value / Math.pow(10, exponent), step / Math.pow(10, exponent));
            return Words.of(factor + "·10^{" + (exponent < 0 ? "−" + -exponent : exponent) + "}");
        }
        return Words.plain(plain(value, step));
    }

    private static String plain(double value, double step) {
        int decimals = (int) Math.max(0, Math.min(9, Math.ceil(-Math.log10(step) - 1e-9)));
        String digits = String.format(Locale.ROOT, "%,." + decimals + "f", Math.abs(value));
        boolean isZero = digits.chars().allMatch(c -> c == '0' || c == '.' || c == ',');
        String grouped = Math.abs(value) < 10_000 ? digits.replace(",", "") : digits;
        return value < 0 && !isZero ? "−" + grouped : grouped;
    }

    /** Three digits, as text: 0.0123, -1.2e-7. */
    public static String three(double value) {
        if (!Double.isFinite(value) || value == 0) {
            return Double.isFinite(value) ? "0" : Double.isNaN(value) ? "NaN" : value > 0 ? "Inf" : "-Inf";
        }
        double size = Math.abs(value);
        if (size >= 1e-3 && size < 1e5) {
            return new BigDecimal(value)
                    .round(new MathContext(3))
                    .stripTrailingZeros()
                    .toPlainString();
        }
        return String.format(Locale.ROOT, "%.2e", value)
                .replaceAll("\\.?0*e", "e")
                .replaceAll("e\\+?(-?)0*", "e$1");
    }
}
