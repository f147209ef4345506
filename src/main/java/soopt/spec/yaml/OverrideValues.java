package soopt.spec.yaml;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import soopt.file.Shown;

/**
 * The values that a sweep gives a key one after the other: a list, or one of these for it. {@code range(a, b, step)}
 * is a, a + step, … < b, with step 1 if it is left out, in exact decimals; {@code logspace(a, b, n)} are 10^a, …, 10^b
 * with equal ratios; {@code choice(x, y, …)} is the list.
 */
public record OverrideValues(List<OverrideValue> values) {
    /** What messages and help call it. */
    public static final String FORMS = "a list, range(a, b[, step]), logspace(a, b, n) or choice(x, y, …)";

    /** Of one key; a sweep is bounded as a whole too. */
    public static final int MOST = 100_000;

    private static final Pattern CALL = Pattern.compile("(range|logspace|choice)\\s*\\((.*)\\)", Pattern.DOTALL);
    private static final Pattern BEGUN = Pattern.compile("(range|logspace|choice)\\s*\\([^)]*", Pattern.DOTALL);
    private static final int LONGEST_NUMBER = 40;

    public OverrideValues {
        values = List.copyOf(values);
    }

    /** @throws IllegalArgumentException with the rest of a sentence: "must be a list, …, but is 3" */
    public static OverrideValues of(YamlNode node) {
        if (node instanceof YamlNode.Sequence sequence) {
            return new OverrideValues(
                    sequence.elements().stream().map(OverrideValue::of).toList());
        }
        if (node instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
            return called(scalar.text().strip(), scalar.mark()).orElseThrow(() -> wrong(scalar));
        }
        throw new IllegalArgumentException("must be " + FORMS + ", but " + node.state());
    }

    private static IllegalArgumentException wrong(YamlNode.Scalar scalar) {
        String hint = BEGUN.matcher(scalar.text().strip()).matches()
                ? ": within { } write it in quotes"
                : ": write [" + YamlText.element(Shown.cut(scalar.text(), Shown.LENGTH)) + "]";
        return new IllegalArgumentException("must be " + FORMS + ", but " + scalar.state() + hint);
    }

    /**
     * What the text after the = of an argument stands for: {@code 0.1,0.3}, or one of the forms; a single value is a
     * list of one. Commas within brackets, braces and quotes separate nothing here.
     *
     * @throws IllegalArgumentException with the rest of a sentence if a form is wrong
     */
    public static OverrideValues ofArgument(String text, Mark mark) {
        return called(text.strip(), mark).orElseGet(() -> new OverrideValues(elements(text, mark)));
    }

    /** Whether the text is one of the forms, right or wrong. */
    public static boolean isForm(String text) {
        return CALL.matcher(text.strip()).matches();
    }

    private static Optional<OverrideValues> called(String text, Mark mark) {
        Matcher call = CALL.matcher(text);
        if (!call.matches()) {
            return Optional.empty();
        }
        List<OverrideValue> given = elements(call.group(2), mark);
        List<OverrideValue> values = switch (call.group(1)) {
            case "range" -> range(given, mark);
            case "logspace" -> logspace(given, mark);
            default -> given;
        };
        return Optional.of(new OverrideValues(values));
    }

    /** The elements of a list that is written without its brackets. */
    private static List<OverrideValue> elements(String text, Mark mark) {
        YamlNode node =
                YamlReader.read("[" + text + "\n]", (line, column) -> mark).orElseThrow();
        return node instanceof YamlNode.Sequence list
                ? list.elements().stream().map(OverrideValue::of).toList()
                : List.of(OverrideValue.of(node));
    }

    private static List<OverrideValue> range(List<OverrideValue> given, Mark mark) {
        if (given.size() != 2 && given.size() != 3) {
            throw new IllegalArgumentException("must be like range(1, 6) or range(0, 1, 0.25), but has " + given.size()
                    + " numbers in its brackets");
        }
        BigDecimal from = number(given.get(0));
        BigDecimal to = number(given.get(1));
        BigDecimal step = given.size() == 3 ? number(given.get(2)) : BigDecimal.ONE;
        if (step.signum() == 0) {
            throw new IllegalArgumentException("has a range with the step 0");
        }
        BigDecimal count = to.subtract(from).divide(step, 0, RoundingMode.CEILING);
        if (count.signum() <= 0) {
            throw new IllegalArgumentException(
                    "has an empty range: its end, which does not belong to it, must lie" + " beyond its beginning");
        }
        requireFew(count);
        List<OverrideValue> values = new ArrayList<>();
        for (int i = 0; i < count.intValueExact(); i++) {
            values.add(OverrideValue.of(plain(from.add(step.multiply(BigDecimal.valueOf(i)))), mark));
        }
        return values;
    }

    private static void requireFew(BigDecimal count) {
        if (count.compareTo(BigDecimal.valueOf(MOST)) > 0) {
            throw new IllegalArgumentException(
                    "has " + Shown.value(count.toPlainString()) + " values; at most " + MOST);
        }
    }

    private static List<OverrideValue> logspace(List<OverrideValue> given, Mark mark) {
        if (given.size() != 3) {
            throw new IllegalArgumentException(
                    "must be like logspace(-4, -1, 4), but has " + given.size() + " numbers in its brackets");
        }
        BigDecimal from = number(given.get(0));
        BigDecimal to = number(given.get(1));
        BigDecimal count = number(given.get(2));
        requireFew(count);
        if (count.stripTrailingZeros().scale() > 0 || count.compareTo(BigDecimal.ONE) < 0) {
            throw new IllegalArgumentException("must have a whole number ≥ 1 of values in logspace, but is "
                    + given.get(2).text());
        }
        int n = count.intValueExact();
        List<OverrideValue> values = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            BigDecimal exponent = n == 1
                    ? from
                    : from.add(to.subtract(from)
                            .multiply(BigDecimal.valueOf(i))
                            .divide(BigDecimal.valueOf(n - 1L), 20, RoundingMode.HALF_EVEN));
            values.add(OverrideValue.of(power(exponent), mark));
        }
        return values;
    }

    /** Whole powers of ten are exact; StrictMath says the same on every Java, and so do ids made of it. */
    private static String power(BigDecimal exponent) {
        double value = exponent.stripTrailingZeros().scale() <= 0
                ? Double.parseDouble("1e" + exponent.toBigInteger())
                : StrictMath.pow(10, exponent.doubleValue());
        if (!Double.isFinite(value) || value == 0) {
            throw new IllegalArgumentException("has a power of ten that no double holds: 10^" + plain(exponent));
        }
        return Double.toString(value).toLowerCase(Locale.ROOT);
    }

    private static BigDecimal number(OverrideValue value) {
        boolean isNumber = value.json().isNumber() && value.text().length() <= LONGEST_NUMBER;
        BigDecimal number = isNumber ? new BigDecimal(value.text()) : BigDecimal.ZERO;
        if (!isNumber || Math.abs((long) number.precision() - number.scale()) > LONGEST_NUMBER) {
            throw new IllegalArgumentException("has " + Shown.value(value.text()) + " where a number of at most "
                    + LONGEST_NUMBER + " digits is due");
        }
        return number;
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
