package soopt.spec.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * A value of any kind, to which an override sets a key. In a map of them each key is that of an override, and is
 * checked against the file's records.
 *
 * @param json numbers by their value, so that 1e-4 and 0.0001 are the same; values are equal if these are
 * @param node as it was written
 */
public record OverrideValue(JsonNode json, YamlNode node) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,1000}");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");

    public static OverrideValue of(YamlNode node) {
        return new OverrideValue(json(node), node);
    }

    /** A value that one of the program stands for, where {@code mark} is. */
    static OverrideValue of(String text, Mark mark) {
        return of(new YamlNode.Scalar(mark, text, true));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OverrideValue value && value.json.equals(json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }

    /** As an override has it after the =. */
    public String text() {
        boolean isPlain = json.isTextual()
                && PLAIN.matcher(json.textValue()).matches()
                && !json.textValue().equalsIgnoreCase("null");
        return isPlain ? json.textValue() : json.toString();
    }

    private static JsonNode json(YamlNode node) {
        if (node instanceof YamlNode.Sequence sequence) {
            ArrayNode array = JSON.arrayNode();
            sequence.elements().forEach(element -> array.add(json(element)));
            return array;
        }
        if (node instanceof YamlNode.Mapping mapping) {
            ObjectNode object = JSON.objectNode();
            mapping.entries().forEach((key, entry) -> object.set(key, json(entry.value())));
            return object;
        }
        YamlNode.Scalar scalar = (YamlNode.Scalar) node;
        return scalar.isNull() ? JSON.nullNode() : scalar(scalar);
    }

    private static JsonNode scalar(YamlNode.Scalar scalar) {
        String text = scalar.text();
        if (!scalar.plain()) {
            return JSON.textNode(text);
        }
        if (text.equals("true") || text.equals("false")) {
            return JSON.booleanNode(text.equals("true"));
        }
        String digits = text.replace("_", "");
        if (scalar.isNumber() && WHOLE.matcher(digits).matches()) {
            return whole(new BigInteger(digits));
        }
        double value = scalar.isNumber() && text.length() <= 1000 ? Double.parseDouble(digits) : Double.NaN;
        return Double.isFinite(value) ? JSON.numberNode(value) : JSON.textNode(text);
    }

    private static JsonNode whole(BigInteger value) {
        return value.bitLength() < Long.SIZE ? JSON.numberNode(value.longValue()) : JSON.numberNode(value);
    }
}
