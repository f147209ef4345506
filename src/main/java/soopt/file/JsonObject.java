package soopt.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * A JSON object under construction that stays valid whatever the numbers are: a number that is not finite becomes null,
 * and beside it {@code <key>_state} says which: "nan", "inf" or "-inf"; for an array it maps the index ("3" or "0,1")
 * to that.
 */
public final class JsonObject {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private final ObjectNode node = MAPPER.createObjectNode();

    /** With the keys and values of one that was read. */
    public static JsonObject of(JsonNode object) {
        JsonObject copy = new JsonObject();
        object.properties().forEach(field -> copy.node.set(field.getKey(), field.getValue()));
        return copy;
    }

    /** The object that a text is; an empty one if it is something else. */
    public static JsonNode parse(String text) {
        try {
            JsonNode read = MAPPER.readTree(text);
            return read.isObject() ? read : MAPPER.createObjectNode();
        } catch (JsonProcessingException damaged) {
            return MAPPER.createObjectNode();
        }
    }

    /** The object that a file holds; an empty one if it is missing or holds something else. */
    public static JsonNode read(Path file) {
        if (!Files.isRegularFile(file)) {
            return MAPPER.createObjectNode();
        }
        try {
            JsonNode read = MAPPER.readTree(Files.readAllBytes(file));
            return read.isObject() ? read : MAPPER.createObjectNode();
        } catch (JsonProcessingException damaged) {
            return MAPPER.createObjectNode();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + Problems.reason(e), e);
        }
    }

    public JsonObject put(String key, String value) {
        node.put(key, value);
        return this;
    }

    public JsonObject put(String key, long value) {
        node.put(key, value);
        return this;
    }

    public JsonObject put(String key, boolean value) {
        node.put(key, value);
        return this;
    }

    public JsonObject put(String key, double value) {
        if (Double.isFinite(value)) {
            node.put(key, value);
        } else {
            node.putNull(key);
            node.put(key + "_state", Numbers.state(value));
        }
        return this;
    }

    public JsonObject put(String key, double[] values) {
        ObjectNode states = MAPPER.createObjectNode();
        fill(node.putArray(key), values, "", states);
        return putStates(key, states);
    }

    public JsonObject put(String key, double[][] rows) {
        ObjectNode states = MAPPER.createObjectNode();
        ArrayNode array = node.putArray(key);
        for (int i = 0; i < rows.length; i++) {
            fill(array.addArray(), rows[i], i + ",", states);
        }
        return putStates(key, states);
    }

    public JsonObject put(String key, List<String> values) {
        ArrayNode array = node.putArray(key);
        values.forEach(array::add);
        return this;
    }

    public JsonObject put(String key, int[] values) {
        ArrayNode array = node.putArray(key);
        for (int value : values) {
            array.add(value);
        }
        return this;
    }

    public JsonObject put(String key, JsonObject value) {
        node.set(key, value.node);
        return this;
    }

    /** Any value that was read. */
    public JsonObject put(String key, JsonNode value) {
        node.set(key, value);
        return this;
    }

    /** A list of objects. */
    public JsonObject putObjects(String key, List<JsonObject> values) {
        ArrayNode array = node.putArray(key);
        values.forEach(value -> array.add(value.node));
        return this;
    }

    /** Adds all keys of another object after those that are here. */
    public JsonObject putAll(JsonObject other) {
        node.setAll(other.node);
        return this;
    }

    /** Without all other keys. */
    public JsonObject keep(Collection<String> keys) {
        node.retain(keys);
        return this;
    }

    private JsonObject putStates(String key, ObjectNode states) {
        if (!states.isEmpty()) {
            node.set(key + "_state", states);
        }
        return this;
    }

    private static void fill(ArrayNode array, double[] values, String prefix, ObjectNode states) {
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i])) {
                array.add(values[i]);
            } else {
                array.addNull();
                states.put(prefix + i, Numbers.state(values[i]));
            }
        }
    }

    /** One line without a line end. */
    public String line() {
        return write(false);
    }

    /** Indented, with a line end. */
    public String pretty() {
        return write(true) + "\n";
    }

    private String write(boolean indented) {
        try {
            return (indented ? MAPPER.writerWithDefaultPrettyPrinter() : MAPPER.writer()).writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
