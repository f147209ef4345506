package soopt.spec;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import soopt.file.NamedFile;
import soopt.file.Shown;
import soopt.spec.yaml.YamlNode;

/**
 * Values written as one scalar: numbers, booleans, text, paths, constants and classes with {@code static T
 * parse(String)}. Numbers follow YAML 1.2 (1e-4 is one), booleans also YAML 1.1 (yes, no, on, off), but only where a
 * boolean is due.
 */
public final class ScalarReader {
    private static final Pattern NOT_FINITE = Pattern.compile("[-+]?\\.?(nan|inf|infinity)", Pattern.CASE_INSENSITIVE);
    /** More than the exact decimal of any double has. */
    private static final int MOST_DIGITS = 1200;

    private static final int LONGEST_TEXT = 4096;
    private static final Set<String> TRUE = Set.of("true", "yes", "on");

    private ScalarReader() {}

    /** Whether a type is written as one scalar. */
    static boolean reads(Class<?> type) {
        return isWhole(type)
                || isFloating(type)
                || isBooleanType(type)
                || type == String.class
                || type == Path.class
                || type == NamedFile.class
                || type.isEnum()
                || parser(type).isPresent();
    }

    /**
     * @param folders where files with relative names are looked up
     * @throws IllegalArgumentException with the rest of a sentence: "must be a whole number, but is 'ten'"
     */
    static Object read(Class<?> type, YamlNode node, List<Path> folders) {
        if (isWhole(type)) {
            long value = whole(node, type);
            return type == int.class || type == Integer.class ? (Object) (int) value : (Object) value;
        }
        if (isFloating(type)) {
            return floating(node);
        }
        if (isBooleanType(type)) {
            return bool(node);
        }
        if (type.isEnum()) {
            return constant(type, node);
        }
        String text = text(node);
        requireCharacters(text);
        if (type == String.class) {
            return text;
        }
        if (type == NamedFile.class) {
            return NamedFile.of(text, folders);
        }
        return type == Path.class ? path(text) : parse(type, text, folders);
    }

    static boolean isWhole(Class<?> type) {
        return type == int.class || type == Integer.class || type == long.class || type == Long.class;
    }

    static boolean isFloating(Class<?> type) {
        return type == double.class || type == Double.class;
    }

    static boolean isBooleanType(Class<?> type) {
        return type == boolean.class || type == Boolean.class;
    }

    private static long whole(YamlNode node, Class<?> type) {
        String text = number(node, "a whole number");
        boolean isInt = type == int.class || type == Integer.class;
        long least = isInt ? Integer.MIN_VALUE : Long.MIN_VALUE;
        long greatest = isInt ? Integer.MAX_VALUE : Long.MAX_VALUE;
        try {
            BigDecimal value = new BigDecimal(text);
            if (value.compareTo(BigDecimal.valueOf(least)) < 0 || value.compareTo(BigDecimal.valueOf(greatest)) > 0) {
                throw new IllegalArgumentException(
                        "must be a whole number from " + least + " to " + greatest + ", but is " + Shown.value(text));
            }
            return value.longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw wrong("a whole number", node);
        }
    }

    private static double floating(YamlNode node) {
        if (node instanceof YamlNode.Scalar scalar
                && scalar.plain()
                && NOT_FINITE.matcher(scalar.text()).matches()) {
            throw new IllegalArgumentException("must be finite, but is " + Shown.value(scalar.text()));
        }
        String text = number(node, "a number");
        double value = Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    "must be finite, but " + Shown.value(text) + " is beyond the range of a double");
        }
        return value;
    }

    /** The digits of a number in the form Java reads. */
    private static String number(YamlNode node, String kind) {
        if (!(node instanceof YamlNode.Scalar scalar) || !scalar.isNumber()) {
            throw wrong(kind, node);
        }
        if (!scalar.plain()) {
            throw new IllegalArgumentException("must be " + kind + ", but is text in quotes: write "
                    + Shown.value(scalar.text()) + " without them");
        }
        if (scalar.text().length() > MOST_DIGITS) {
            throw new IllegalArgumentException("must be " + kind + " of at most " + MOST_DIGITS + " digits, but has "
                    + scalar.text().length());
        }
        return scalar.text().replace("_", "");
    }

    private static boolean bool(YamlNode node) {
        if (!(node instanceof YamlNode.Scalar scalar) || !YamlNode.isBoolean(scalar.text())) {
            throw wrong("true or false", node);
        }
        if (!scalar.plain()) {
            throw new IllegalArgumentException(
                    "must be true or false, but is text in quotes: write " + scalar.text() + " without them");
        }
        return TRUE.contains(scalar.text().toLowerCase(Locale.ROOT));
    }

    private static Object constant(Class<?> type, YamlNode node) {
        List<Enum<?>> constants = Arrays.stream(type.getEnumConstants())
                .<Enum<?>>map(constant -> (Enum<?>) constant)
                .toList();
        List<String> names = constants.stream().map(Choices::name).toList();
        if (node instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
            int index = names.indexOf(scalar.text());
            if (index >= 0) {
                return constants.get(index);
            }
            throw new IllegalArgumentException("must be one of " + String.join(", ", names) + ", but " + node.state()
                    + Suggestions.didYouMean(scalar.text(), names));
        }
        throw wrong("one of " + String.join(", ", names), node);
    }

    private static String text(YamlNode node) {
        if (!(node instanceof YamlNode.Scalar scalar) || scalar.isNull()) {
            throw wrong("text", node);
        }
        return scalar.text();
    }

    /** What no file system, terminal or table can hold is no text here either. */
    static void requireCharacters(String text) {
        if (text.length() > LONGEST_TEXT) {
            throw new IllegalArgumentException("must be text of at most " + LONGEST_TEXT + " characters, but has "
                    + text.length() + ": " + Shown.quoted(text));
        }
        text.codePoints()
                .filter(c -> c == 0 || Character.getType(c) == Character.SURROGATE)
                .findFirst()
                .ifPresent(c -> {
                    throw new IllegalArgumentException(
                            String.format("must be text without the character U+%04X, but is ", c)
                                    + Shown.quoted(text));
                });
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    "must be a path, but is " + Shown.quoted(text) + ": " + e.getReason(), e);
        }
    }

    /**
     * The method {@code public static T parse(String)} of a value type, or {@code parse(String, List)} if it names
     * files.
     */
    static Optional<Method> parser(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals("parse")
                        && Modifier.isStatic(method.getModifiers())
                        && Modifier.isPublic(method.getModifiers())
                        && type.isAssignableFrom(method.getReturnType())
                        && (Arrays.equals(method.getParameterTypes(), new Class<?>[] {String.class})
                                || Arrays.equals(
                                        method.getParameterTypes(), new Class<?>[] {String.class, List.class})))
                .findFirst();
    }

    private static Object parse(Class<?> type, String text, List<Path> folders) {
        Method parser = parser(type).orElseThrow(() -> new IllegalStateException("no scalar type: " + type));
        try {
            parser.setAccessible(true);
            return parser.getParameterCount() == 1 ? parser.invoke(null, text) : parser.invoke(null, text, folders);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException rejected) {
                throw rejected;
            }
            throw new IllegalStateException(parser + " failed on " + Shown.quoted(text), e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("cannot call " + parser, e);
        }
    }

    private static IllegalArgumentException wrong(String kind, YamlNode node) {
        return new IllegalArgumentException("must be " + kind + ", but " + node.state());
    }
}
