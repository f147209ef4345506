package soopt.report.html;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serial;
import java.util.stream.IntStream;

/** JSON as it may stand in a script element: nothing in it can end the element or begin another. */
final class PageJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int DIGITS = 6;
    private static final double EXACT = 1L << 53;

    /** 10⁰ to 10²², which float64 has exactly. */
    private static final double[] POWERS = IntStream.rangeClosed(0, 22)
            .mapToDouble(i -> Double.parseDouble("1e" + i))
            .toArray();

    static {
        MAPPER.getFactory().setCharacterEscapes(new Escapes());
    }

    private PageJson() {}

    /** {@code <}, {@code >}, {@code &} and the line ends that JavaScript knows and JSON does not. */
    private static final class Escapes extends CharacterEscapes {
        @Serial
        private static final long serialVersionUID = 1;

        @Override
        public int[] getEscapeCodesForAscii() {
            int[] codes = standardAsciiEscapesForJSON();
            for (char c : new char[] {'<', '>', '&'}) {
                codes[c] = ESCAPE_STANDARD;
            }
            return codes;
        }

        @Override
        public SerializableString getEscapeSequence(int c) {
            return c == 0x2028 || c == 0x2029 ? new SerializedString(String.format("\\u%04x", c)) : null;
        }
    }

    static String write(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A number: to six digits, null if it is not finite, and without a fraction if it has none. */
    static String digits(double value) {
        if (!Double.isFinite(value)) {
            return "null";
        }
        if (value == Math.rint(value) && Math.abs(value) < EXACT) {
            return Long.toString((long) value);
        }
        String text = Double.toString(rounded(value));
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text.replace(".0E", "E");
    }

    /** To six digits. A page has a million numbers: powers of ten that are exact make one rounding of most. */
    private static double rounded(double value) {
        int places = DIGITS - 1 - (int) Math.floor(Math.log10(Math.abs(value)));
        if (Math.abs(places) >= POWERS.length) {
            return Html.rounded(value, DIGITS).doubleValue();
        }
        double power = POWERS[Math.abs(places)];
        return places >= 0 ? Math.rint(value * power) / power : Math.rint(value / power) * power;
    }
}
