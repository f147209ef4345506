package soopt.data.iterator;

import java.io.File;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import soopt.data.fetch.DatasetException;
import soopt.spec.Suggestions;

/** Makes an object of a class that a file names, with constructor arguments written as text. */
final class IteratorClass {
    private static final String PACKAGE = "org.deeplearning4j.datasets.iterator.impl.";
    private static final List<String> KNOWN =
            List.of("EmnistDataSetIterator", "IrisDataSetIterator", "MnistDataSetIterator");

    /** In the order of preference where a text fits several: 5 is a whole number before it is a fraction or text. */
    private static final Map<Class<?>, Function<String, Object>> READERS = Map.of(
            boolean.class, IteratorClass::bool,
            int.class, text -> Integer.valueOf(text.replace("_", "")),
            long.class, text -> Long.valueOf(text.replace("_", "")),
            float.class, Float::valueOf,
            double.class, Double::valueOf,
            File.class, File::new,
            Path.class, Path::of,
            String.class, text -> text);

    private static final List<Class<?>> PREFERENCE = List.of(
            boolean.class,
            int.class,
            long.class,
            float.class,
            double.class,
            File.class,
            Path.class,
            String.class,
            CharSequence.class,
            Object.class);

    private IteratorClass() {}

    /**
     * The class of this name, of Deeplearning4j's package where the name has no dot.
     *
     * @throws DatasetException if there is none, or it is not of the required kind
     */
    static Class<?> find(String name, Class<?> required, ClassLoader loader) throws LinkageError {
        Class<?> type = load(name, loader)
                .or(() -> name.contains(".") ? Optional.empty() : load(PACKAGE + name, loader))
                .orElseThrow(() -> new DatasetException("there is no class " + name + " on the class path"
                        + Suggestions.didYouMean(name.substring(name.lastIndexOf('.') + 1), KNOWN)
                        + "; a class of your own comes with dataset.jars"));
        if (!required.isAssignableFrom(type)) {
            throw new DatasetException(type.getName() + " is not a " + required.getName());
        }
        if (Modifier.isAbstract(type.getModifiers())
                || type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
            throw new DatasetException(type.getName() + " is abstract or an inner class: nothing can be made of it");
        }
        return type;
    }

    private static Optional<Class<?>> load(String name, ClassLoader loader) {
        try {
            return Optional.of(Class.forName(name, true, loader));
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    /**
     * An object made by the public constructor whose parameters take these arguments best.
     *
     * @throws DatasetException if there is none, with all that there are
     */
    static Constructor<?> constructor(Class<?> type, List<String> arguments) {
        return Arrays.stream(type.getConstructors())
                .filter(candidate -> fits(candidate, arguments))
                .min(Comparator.<Constructor<?>>comparingInt(IteratorClass::rank)
                        .thenComparing(Constructor::toString))
                .orElseThrow(() -> new DatasetException("no constructor of " + type.getSimpleName() + " takes "
                        + arguments + "; there are: " + constructors(type)));
    }

    /** The arguments as a constructor takes them. */
    static Object[] values(Constructor<?> constructor, List<String> arguments) {
        Class<?>[] types = constructor.getParameterTypes();
        Object[] values = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            values[i] = read(types[i], arguments.get(i));
        }
        return values;
    }

    private static String constructors(Class<?> type) {
        String all = Arrays.stream(type.getConstructors())
                .sorted(Comparator.<Constructor<?>>comparingInt(Constructor::getParameterCount)
                        .thenComparing(Constructor::toString))
                .map(constructor -> Arrays.stream(constructor.getParameterTypes())
                        .map(IteratorClass::word)
                        .collect(Collectors.joining(", ", "[", "]")))
                .collect(Collectors.joining(", "));
        return all.isEmpty() ? "none that is public" : all;
    }

    /** A type as a user meets it: an enumeration by its constants. */
    private static String word(Class<?> type) {
        return type.isEnum()
                ? Arrays.stream(type.getEnumConstants()).map(Object::toString).collect(Collectors.joining("|"))
                : type.getSimpleName();
    }

    private static boolean fits(Constructor<?> constructor, List<String> arguments) {
        if (constructor.getParameterCount() != arguments.size()) {
            return false;
        }
        try {
            values(constructor, arguments);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static int rank(Constructor<?> constructor) {
        return Stream.of(constructor.getParameterTypes())
                .mapToInt(type -> PREFERENCE.indexOf(primitive(type.isArray() ? type.getComponentType() : type)))
                .sum();
    }

    /** @throws IllegalArgumentException if the text is nothing of this type */
    private static Object read(Class<?> type, String text) {
        if (type.isEnum()) {
            return constant(type, text);
        }
        if (type.isArray()) {
            String[] parts = text.replaceAll("[\\[\\]\\s]", "").split(",");
            Object array = Array.newInstance(type.getComponentType(), parts.length);
            for (int i = 0; i < parts.length; i++) {
                Array.set(array, i, read(type.getComponentType(), parts[i]));
            }
            return array;
        }
        Function<String, Object> reader = READERS.get(primitive(type));
        if (reader != null) {
            return reader.apply(text);
        }
        if (type.isAssignableFrom(String.class)) {
            return text;
        }
        throw new IllegalArgumentException(type + " is not written as text");
    }

    private static Object constant(Class<?> type, String text) {
        String wanted = text.toUpperCase(Locale.ROOT).replace('-', '_');
        return Arrays.stream(type.getEnumConstants())
                .filter(constant ->
                        ((Enum<?>) constant).name().toUpperCase(Locale.ROOT).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
    }

    private static Object bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Class<?> primitive(Class<?> type) {
        return switch (type.getName()) {
            case "java.lang.Boolean" -> boolean.class;
            case "java.lang.Integer" -> int.class;
            case "java.lang.Long" -> long.class;
            case "java.lang.Float" -> float.class;
            case "java.lang.Double" -> double.class;
            default -> type;
        };
    }
}
