package soopt.spec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import soopt.file.NamedFile;
import soopt.spec.yaml.Mark;
import soopt.spec.yaml.OverrideValue;
import soopt.spec.yaml.OverrideValues;
import soopt.spec.yaml.YamlReader;

/** Valid records of any type that a file can hold, by chance: every choice, every limit, awkward texts. */
public final class RandomRecords {
    /** Texts that YAML reads as something else, or that are hard to write. */
    static final List<String> TEXTS = List.of(
            "yes",
            "no",
            "on",
            "Off",
            "~",
            "null",
            "Null",
            "true",
            "1",
            "1e3",
            "1e-4",
            ".5",
            "0x10",
            "1_0",
            "1:30",
            ".nan",
            ".inf",
            "2024-01-01",
            "=",
            "<<",
            " leading",
            "trailing ",
            "a: b",
            "a #b",
            "#",
            "- x",
            "?",
            "[",
            "]",
            "{a}",
            "a,b",
            "'",
            "\"",
            "\\",
            "\t",
            "a\nb",
            "\n",
            "a\n\n b\n",
            "a\r\nb",
            "%x",
            "@x",
            "`",
            "&a",
            "*a",
            "!t",
            "|",
            ">",
            "---",
            "...",
            "ünï σ²",
            "\u0085x\u2028",
            "\u0007",
            "\u001b[31m",
            "\u202ex",
            "\ufeff",
            "😀",
            "x".repeat(300),
            "word ".repeat(60),
            ":",
            "a:",
            ": a",
            "blocks-2",
            "C:\\x",
            "~/x",
            "../a b/c.npz",
            "/",
            "*",
            "a*b",
            "''",
            "y",
            "n",
            "é".repeat(100),
            "\n".repeat(50),
            "a\u00a0b",
            "x ",
            "-",
            "- ");

    private static final String NAME = "abcXYZ019_-";
    private static final int TRIES = 2000;

    private final Random random;
    private final Map<Class<?>, Function<Random, ?>> values;

    /** @param values how to make a class that is read from one text */
    public RandomRecords(Random random, Map<Class<?>, Function<Random, ?>> values) {
        this.random = random;
        this.values = Map.copyOf(values);
    }

    public <T extends Record> T of(Class<T> type) {
        return type.cast(record(type));
    }

    /** What its own constructor refuses is drawn again. */
    private Object record(Class<?> type) {
        for (int i = 0; ; i++) {
            try {
                List<Object> parts = new ArrayList<>();
                for (Component component : Component.of(type)) {
                    boolean isDefault = component.defaultText().isPresent() && random.nextInt(4) == 0;
                    parts.add(
                            isDefault
                                    ? Binder.defaultOf(component)
                                    : value(component.type(), component.bounds(), component.form()));
                }
                return Component.newRecord(type, parts);
            } catch (IllegalArgumentException refused) {
                if (i == TRIES) {
                    throw new AssertionError("no valid " + type, refused);
                }
            }
        }
    }

    private Object value(Type type, Bounds bounds, Optional<Form> form) {
        if (type instanceof ParameterizedType generic) {
            return container(generic, bounds, form);
        }
        Class<?> plain = (Class<?>) type;
        if (values.containsKey(plain)) {
            return values.get(plain).apply(random);
        }
        if (plain == OverrideValue.class) {
            return anyValue();
        }
        if (plain == OverrideValues.class) {
            return new OverrideValues(List.of(anyValue(), anyValue()));
        }
        if (plain == String.class) {
            return form.isPresent() ? name() : text();
        }
        if (plain == Path.class || plain == NamedFile.class) {
            return plain == Path.class ? Path.of(text()) : NamedFile.of(fileName(), List.of(Path.of("a b")));
        }
        if (ScalarReader.isBooleanType(plain)) {
            return random.nextBoolean();
        }
        if (ScalarReader.isFloating(plain)) {
            return number(bounds);
        }
        if (ScalarReader.isWhole(plain)) {
            long whole = whole(bounds, plain == int.class || plain == Integer.class);
            return plain == int.class || plain == Integer.class ? (Object) (int) whole : (Object) whole;
        }
        if (plain.isEnum()) {
            return plain.getEnumConstants()[random.nextInt(plain.getEnumConstants().length)];
        }
        if (plain.isSealed()) {
            List<Class<? extends Record>> records = Choices.records(plain);
            return record(records.get(random.nextInt(records.size())));
        }
        if (!plain.isRecord()) {
            throw new AssertionError("no values are given for " + plain);
        }
        return record(plain);
    }

    private Object container(ParameterizedType type, Bounds bounds, Optional<Form> form) {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == Optional.class) {
            return random.nextBoolean() ? Optional.empty() : Optional.of(value(arguments[0], bounds, form));
        }
        int count = random.nextInt(20) == 0 ? 2000 : random.nextInt(4);
        if (type.getRawType() == Map.class) {
            Map<String, Object> map = new LinkedHashMap<>();
            List<String> keys = List.of("seeds", "training.epochs", "optimizer", "model.hidden.0", "dataset");
            for (int i = 0; i < Math.min(count, keys.size()); i++) {
                map.put(keys.get(i), value(arguments[1], bounds, Optional.empty()));
            }
            return map;
        }
        List<Object> list = new ArrayList<>();
        int most = arguments[0] instanceof Class<?> element && ScalarReader.reads(element) ? count : Math.min(count, 3);
        for (int i = 0; i < most; i++) {
            list.add(value(arguments[0], bounds, Optional.empty()));
        }
        return list;
    }

    private OverrideValue anyValue() {
        List<String> yaml = List.of(
                "1",
                "1.0",
                "1e-4",
                "-0",
                "true",
                "yes",
                "'yes'",
                "'1'",
                "null",
                "''",
                "adam",
                "[1, a, [2]]",
                "{type: sgd, step-size: 1e-3}",
                "99999999999999999999",
                "1e999",
                "\"a\\nb\"",
                "{a: {b: [c, ~]}}",
                "0.1",
                "blocks-2");
        String text = yaml.get(random.nextInt(yaml.size()));
        Mark mark = Mark.inFile("any", 1, 1);
        return OverrideValue.of(YamlReader.read(text, (line, column) -> mark)
                .orElseGet(() -> new soopt.spec.yaml.YamlNode.Scalar(mark, "", true)));
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size())) + (random.nextBoolean() ? "" : random.nextInt());
    }

    private String fileName() {
        String name = text();
        return name.isBlank() || name.length() > 200 ? "a.npz" : name;
    }

    private String name() {
        List<String> awkward =
                List.of("yes", "null", "1e3", "1", "true", "0x10", "-", "_", "1_0", "2024-01-01", "NaN", "on");
        if (random.nextInt(3) == 0) {
            return awkward.get(random.nextInt(awkward.size()));
        }
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            name.append(NAME.charAt(random.nextInt(NAME.length())));
        }
        return name.toString();
    }

    private long whole(Bounds bounds, boolean isInt) {
        long least = isInt ? Integer.MIN_VALUE : Long.MIN_VALUE;
        long greatest = isInt ? Integer.MAX_VALUE : Long.MAX_VALUE;
        long lower =
                bounds.hasLower() ? (long) Math.max(bounds.lower() + (bounds.lowerIncluded() ? 0 : 1), least) : least;
        long upper = bounds.hasUpper()
                ? (long) Math.min(bounds.upper() - (bounds.upperIncluded() ? 0 : 1), greatest)
                : greatest;
        return switch (random.nextInt(4)) {
            case 0 -> lower;
            case 1 -> upper;
            case 2 -> Math.min(upper, Math.max(lower, random.nextInt(10)));
            default -> Math.min(upper, Math.max(lower, isInt ? random.nextInt() : random.nextLong()));
        };
    }

    /** Any finite double within the bounds: all exponents, both signs. */
    private double number(Bounds bounds) {
        for (int i = 0; i < TRIES; i++) {
            double number = random.nextBoolean() ? Double.longBitsToDouble(random.nextLong()) : random.nextDouble();
            if (bounds.violation(number).isEmpty()) {
                return number;
            }
        }
        return (bounds.lower() + bounds.upper()) / 2;
    }
}
