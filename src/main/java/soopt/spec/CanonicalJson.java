package soopt.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** One text for each JSON value: keys sorted, no spaces, numbers exact. */
final class CanonicalJson {
    private CanonicalJson() {}

    static String of(JsonNode node) {
        if (node.isObject()) {
            TreeMap<String, JsonNode> sorted = new TreeMap<>();
            node.properties().forEach(property -> sorted.put(property.getKey(), property.getValue()));
            List<String> members = new ArrayList<>();
            sorted.forEach((key, value) -> members.add(TextNode.valueOf(key) + ":" + of(value)));
            return "{" + String.join(",", members) + "}";
        }
        if (node.isArray()) {
            List<String> elements = new ArrayList<>();
            node.forEach(element -> elements.add(of(element)));
            return "[" + String.join(",", elements) + "]";
        }
        return node.isNumber() ? number(node) : node.toString();
    }

    /** The exact decimal value of a double: Double.toString gives other digits before Java 19 than after. */
    private static String number(JsonNode node) {
        BigDecimal value = node.isIntegralNumber() ? node.decimalValue() : new BigDecimal(node.doubleValue());
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }
}
