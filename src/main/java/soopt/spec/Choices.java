package soopt.spec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import soopt.file.NamedFile;
import soopt.spec.yaml.OverrideValue;
import soopt.spec.yaml.OverrideValues;

/**
 * The names of the experiment file: what a sealed interface permits, the keys of a record, the constants of an enum.
 */
public final class Choices {
    private static final Pattern WORD = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private Choices() {}

    /**
     * One record that a sealed interface permits.
     *
     * @param name what {@code type:} says
     * @param doc its {@link Doc}; empty without one
     * @param keys its components in the order of declaration
     */
    public record Choice(String name, String doc, Class<? extends Record> type, List<Key> keys) {
        public Choice {
            keys = List.copyOf(keys);
        }
    }

    /**
     * One component of a record.
     *
     * @param type in words: "number", "whole number", "list of text", "one of relu, tanh", or the name of a record
     * @param range "in [0, 1)", "≥ 0"; empty without one
     * @param defaultValue as YAML; "none" for an optional key; empty if the key is required
     * @param doc its {@link Doc}; empty without one
     * @param below the record, sealed interface or enum that says what the value, or each of its elements, is
     */
    public record Key(
            String name, String type, String range, String defaultValue, String doc, Optional<Class<?>> below) {}

    /**
     * The records that a sealed interface permits, those of nested sealed interfaces included, in the order of
     * declaration.
     */
    public static List<Choice> of(Class<?> sealedInterface) {
        return records(sealedInterface).stream()
                .map(type -> new Choice(name(type), doc(type), type, keys(type)))
                .toList();
    }

    /** The keys of one record. */
    public static List<Key> keys(Class<? extends Record> type) {
        return Component.of(type).stream().map(Choices::key).toList();
    }

    /** Kebab case of the simple name: {@code NewtonSummary} is {@code newton-summary}. */
    public static String name(Class<?> type) {
        return kebab(type.getSimpleName());
    }

    /** Kebab case of a constant: {@code WEIGHT_DECAY} is {@code weight-decay}. */
    public static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * A dash before each capital that begins a word; digits belong to the word before: {@code vgg11Prime} is {@code
     * vgg11-prime}.
     */
    static String kebab(String name) {
        return WORD.matcher(name).replaceAll("-").toLowerCase(Locale.ROOT);
    }

    static List<Class<? extends Record>> records(Class<?> sealedInterface) {
        if (!sealedInterface.isSealed()) {
            throw new IllegalStateException(sealedInterface.getName() + " is not sealed");
        }
        List<Class<? extends Record>> records = new ArrayList<>();
        for (Class<?> permitted : sealedInterface.getPermittedSubclasses()) {
            if (permitted.isRecord()) {
                checkKeys(permitted);
                records.add(permitted.asSubclass(Record.class));
            } else {
                records.addAll(records(permitted));
            }
        }
        return records;
    }

    private static void checkKeys(Class<?> recordType) {
        if (Component.keys(Component.of(recordType)).contains(ChoiceReader.TYPE)) {
            throw new IllegalStateException(recordType.getName() + ": the key 'type' names the choice");
        }
    }

    /** The component that {@code blocks-2} sets: the only required one, and a whole number. */
    static Optional<Component> numberInName(Class<?> recordType) {
        List<Component> required =
                Component.of(recordType).stream().filter(Component::isRequired).toList();
        return required.size() == 1 && required.get(0).type() == int.class
                ? Optional.of(required.get(0))
                : Optional.empty();
    }

    /** The {@link Doc} of a record or a sealed interface; empty without one. */
    public static String doc(Class<?> type) {
        return Optional.ofNullable(type.getAnnotation(Doc.class))
                .map(Doc::value)
                .orElse("");
    }

    /** The {@link Doc} of a constant; empty without one. */
    public static String doc(Enum<?> constant) {
        try {
            Doc doc = constant.getDeclaringClass().getField(constant.name()).getAnnotation(Doc.class);
            return doc == null ? "" : doc.value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("every constant is a field", e);
        }
    }

    private static Key key(Component component) {
        String absent = component.isOptional() ? "none" : "";
        return new Key(
                component.key(),
                words(component.type()),
                component.bounds().text(),
                component.defaultText().orElse(absent),
                component.doc(),
                below(component.type()));
    }

    private static Optional<Class<?>> below(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return below(arguments[arguments.length - 1]);
        }
        Class<?> plain = (Class<?>) type;
        boolean isRead = ScalarReader.reads(plain) && !plain.isEnum();
        boolean isAny = plain == OverrideValue.class || plain == OverrideValues.class;
        return !isRead && !isAny && (plain.isEnum() || plain.isRecord() || plain.isSealed())
                ? Optional.of(plain)
                : Optional.empty();
    }

    /** The constants of an enum with their meanings; empty if none has one. */
    public static Map<String, String> meanings(Class<?> enumType) {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (Object constant : enumType.getEnumConstants()) {
            meanings.put(name((Enum<?>) constant), doc((Enum<?>) constant));
        }
        return meanings.values().stream().allMatch(String::isEmpty) ? Map.of() : meanings;
    }

    private static String words(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return "list of " + words(arguments[0]);
            }
            return generic.getRawType() == Map.class ? "map to " + words(arguments[1]) : words(arguments[0]);
        }
        Class<?> plain = (Class<?>) type;
        if (ScalarReader.isWhole(plain)) {
            return "whole number";
        }
        if (ScalarReader.isFloating(plain)) {
            return "number";
        }
        if (ScalarReader.isBooleanType(plain)) {
            return "true or false";
        }
        if (plain == String.class) {
            return "text";
        }
        if (plain == OverrideValue.class) {
            return "any value";
        }
        if (plain == OverrideValues.class) {
            return OverrideValues.FORMS;
        }
        if (plain == NamedFile.class || plain == Path.class) {
            return "name of a file";
        }
        String formed = Optional.ofNullable(plain.getAnnotation(Form.class))
                .map(Form::words)
                .orElseGet(
                        () -> ScalarReader.parser(plain).map(it -> doc(plain)).orElse(""));
        if (!formed.isEmpty()) {
            return formed;
        }
        return plain.isEnum() ? "one of " + String.join(", ", constants(plain)) : name(plain);
    }

    static List<String> constants(Class<?> enumType) {
        return Arrays.stream(enumType.getEnumConstants())
                .map(constant -> name((Enum<?>) constant))
                .toList();
    }
}
