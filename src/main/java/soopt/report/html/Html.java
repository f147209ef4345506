package soopt.report.html;

import java.math.BigDecimal;
import java.math.MathContext;
import soopt.file.Shown;

/** Text and numbers as a page shows them. */
final class Html {
    private static final double SMALL = 1e-3;
    private static final double LARGE = 1e6;

    private Html() {}

    /**
     * Text that is text also between tags and in quoted attributes; controls and what turns the direction of writing
     * are shown as Java writes them.
     */
    static String text(String text) {
        StringBuilder out = new StringBuilder();
        Shown.line(text).codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    /** To four digits, of large numbers six; powers of ten where it is very large or small. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "∞" : "−∞";
        }
        double size = Math.abs(value);
        BigDecimal digits = rounded(value, size >= 1e4 && size < LARGE ? 6 : 4).stripTrailingZeros();
        String text = size != 0 && (size < SMALL || size >= LARGE) ? power(digits) : digits.toPlainString();
        return text.replace('-', '−');
    }

    /** 1.5e12 */
    private static String power(BigDecimal digits) {
        int exponent = digits.precision() - digits.scale() - 1;
        return digits.movePointLeft(exponent).toPlainString() + "e" + exponent;
    }

    /** To so many digits. */
    static BigDecimal rounded(double value, int digits) {
        return new BigDecimal(value).round(new MathContext(digits));
    }
}
