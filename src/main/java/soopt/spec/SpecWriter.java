package soopt.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import soopt.file.NamedFile;
import soopt.spec.yaml.OverrideValue;
import soopt.spec.yaml.OverrideValues;
import soopt.spec.yaml.YamlText;

/** Records back to text: with every default written out, so that the text says all there is to know about a run. */
public final class SpecWriter {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int HASH_DIGITS = 12;

    private SpecWriter() {}

    /** YAML that {@link Binder} reads to an equal record. */
    public static String toYaml(Object record) {
        return YamlText.of(toJson(record));
    }

    /**
     * The record as JSON, with the keys and choices of the YAML file; an empty optional is left out. A record chosen
     * through a sealed interface says so in {@code type}.
     */
    public static JsonNode toJson(Object record) {
        return object(record, Optional.empty());
    }

    /**
     * First 12 hex digits of the SHA-256 of the record's JSON: keys sorted, no spaces, numbers as exact decimals
     * without exponents or trailing zeros. The same on every Java version and for every way to write the same record. A
     * file stands for what it holds, wherever it lies.
     */
    public static String hash(Object record) {
        return hash(record, UnaryOperator.identity());
    }

    /**
     * The same.
     *
     * @param known gives a file that is equal to one of the record's and may have been read before
     */
    public static String hash(Object record, UnaryOperator<NamedFile> known) {
        JsonNode json = toJson(record);
        files(record).forEach((key, named) -> {
            NamedFile file = known.apply(named);
            if (file.problem().isEmpty()) {
                replace(json, key, JSON.textNode("sha256:" + file.checksum().sha256()));
            }
        });
        byte[] text = CanonicalJson.of(json).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void replace(JsonNode json, String key, JsonNode value) {
        int last = key.lastIndexOf('.');
        JsonNode parent = last < 0 ? json : json.at("/" + key.substring(0, last).replace('.', '/'));
        if (parent instanceof ArrayNode list) {
            list.set(Integer.parseInt(key.substring(last + 1)), value);
        } else {
            ((ObjectNode) parent).set(key.substring(last + 1), value);
        }
    }

    /** The files that a record names, by their dotted keys. */
    public static Map<String, NamedFile> files(Object record) {
        Map<String, NamedFile> files = new LinkedHashMap<>();
        addFiles(record, "", files);
        return files;
    }

    private static void addFiles(Object record, String path, Map<String, NamedFile> files) {
        for (Component component : Component.of(record.getClass())) {
            Object value = component.read(record);
            Object inside = value instanceof Optional<?> optional && optional.isPresent() ? optional.get() : value;
            String key = path.isEmpty() ? component.key() : path + "." + component.key();
            if (inside instanceof NamedFile file) {
                files.put(key, file);
            } else if (inside instanceof NamedFile.Holder holder) {
                holder.file().ifPresent(file -> files.put(key, file));
            } else if (inside instanceof Record nested) {
                addFiles(nested, key, files);
            } else if (inside instanceof List<?> list) {
                for (int i = 0; i < list.size(); i++) {
                    if (list.get(i) instanceof NamedFile file) {
                        files.put(key + "." + i, file);
                    }
                }
            }
        }
    }

    private static ObjectNode object(Object record, Optional<String> choice) {
        if (!record.getClass().isRecord()) {
            throw new IllegalArgumentException(record.getClass().getName() + " is not a record");
        }
        ObjectNode node = JSON.objectNode();
        choice.ifPresent(name -> node.put(ChoiceReader.TYPE, name));
        for (Component component : Component.of(record.getClass())) {
            Object value = component.read(record);
            boolean isLeftOut =
                    value.equals(Optional.empty()) && component.defaultText().isEmpty();
            if (!isLeftOut) {
                node.set(component.key(), value(component.type(), value));
            }
        }
        return node;
    }

    static JsonNode value(Type type, Object value) {
        if (type instanceof ParameterizedType generic) {
            return container(generic.getActualTypeArguments(), value);
        }
        if (value instanceof OverrideValue free) {
            return free.json();
        }
        if (value instanceof OverrideValues several) {
            ArrayNode array = JSON.arrayNode();
            several.values().forEach(each -> array.add(each.json()));
            return array;
        }
        Class<?> plain = (Class<?>) type;
        if (!ScalarReader.reads(plain)) {
            return object(value, plain.isSealed() ? Optional.of(Choices.name(value.getClass())) : Optional.empty());
        }
        if (value instanceof Integer number) {
            return JSON.numberNode(number);
        }
        if (value instanceof Long number) {
            return JSON.numberNode(number);
        }
        if (value instanceof Double number) {
            return JSON.numberNode(number);
        }
        if (value instanceof NamedFile.Holder holder && holder.file().isEmpty()) {
            return JSON.numberNode(Long.parseLong(value.toString()));
        }
        if (value instanceof Boolean truth) {
            return JSON.booleanNode(truth);
        }
        return JSON.textNode(value instanceof Enum<?> constant ? Choices.name(constant) : value.toString());
    }

    private static JsonNode container(Type[] arguments, Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.isPresent() ? value(arguments[0], optional.get()) : JSON.nullNode();
        }
        if (value instanceof List<?> list) {
            ArrayNode array = JSON.arrayNode();
            list.forEach(element -> array.add(value(arguments[0], element)));
            return array;
        }
        ObjectNode object = JSON.objectNode();
        ((Map<?, ?>) value).forEach((key, element) -> object.set(key.toString(), value(arguments[1], element)));
        return object;
    }
}
