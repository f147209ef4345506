package soopt.spec.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** JSON as YAML written the way people write it: blocks for what is long, {@code {a: 1}} for what fits on a line. */
public final class YamlText {
    private static final int FLOW_LENGTH = 80;
    private static final int LINE_LENGTH = 120;

    /** Longer lists get a line per element, so that no line is longer than is read. */
    private static final int LIST_LENGTH = 4000;

    /**
     * SnakeYAML 2.5 doubles blanks next to these breaks of YAML 1.1 in single quotes; in double quotes it escapes
     * them.
     */
    private static final Pattern BREAKS = Pattern.compile("[\\n\\r\\u0085\\u2028\\u2029]");

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./+-][A-Za-z0-9_./*+-]*");

    private YamlText() {}

    public static String of(JsonNode root) {
        DumperOptions options = new DumperOptions();
        options.setWidth(LINE_LENGTH);
        options.setSplitLines(false);
        StringWriter text = new StringWriter();
        new Yaml(options).serialize(mapping(root, FlowStyle.BLOCK), text);
        return text.toString();
    }

    /** A text as an element of a list on one line: plain where it stays the text it is. */
    public static String element(String text) {
        boolean isPlain = PLAIN.matcher(text).matches() && !text.equalsIgnoreCase("null");
        return isPlain ? text : TextNode.valueOf(text).toString();
    }

    private static Node node(JsonNode value) {
        if (value.isArray()) {
            List<Node> elements = new ArrayList<>();
            value.forEach(element -> elements.add(node(element)));
            return new SequenceNode(Tag.SEQ, elements, style(value));
        }
        return value.isObject() ? mapping(value, style(value)) : scalar(value);
    }

    private static Node mapping(JsonNode value, FlowStyle style) {
        List<NodeTuple> entries = new ArrayList<>();
        value.properties().forEach(entry -> entries.add(new NodeTuple(text(entry.getKey()), node(entry.getValue()))));
        return new MappingNode(Tag.MAP, entries, style);
    }

    private static FlowStyle style(JsonNode value) {
        boolean isListOfScalars = value.isArray() && value.valueStream().allMatch(JsonNode::isValueNode);
        int length = value.toString().length();
        return length <= FLOW_LENGTH || isListOfScalars && length <= LIST_LENGTH ? FlowStyle.FLOW : FlowStyle.BLOCK;
    }

    private static Node scalar(JsonNode value) {
        if (value.isTextual()) {
            return text(value.textValue());
        }
        if (value.isDouble()) {
            return scalar(Tag.FLOAT, number(value.doubleValue()), ScalarStyle.PLAIN);
        }
        Tag tag = value.isBoolean() ? Tag.BOOL : value.isNull() ? Tag.NULL : Tag.INT;
        return scalar(tag, value.asText(), ScalarStyle.PLAIN);
    }

    /** 1.0e-4, 1.0e+10: with dot and sign, so that readers of YAML 1.1 see a number too. */
    private static String number(double value) {
        return Double.toString(value).replaceFirst("E(?=\\d)", "e+").replace('E', 'e');
    }

    /** Quoted where another type could be read into it, by us or by a reader of YAML 1.1. */
    private static Node text(String text) {
        if (BREAKS.matcher(text).find()) {
            return scalar(Tag.STR, text, ScalarStyle.DOUBLE_QUOTED);
        }
        boolean isAmbiguous = YamlNode.isNumber(text) || YamlNode.isBoolean(text);
        return scalar(Tag.STR, text, isAmbiguous ? ScalarStyle.SINGLE_QUOTED : ScalarStyle.PLAIN);
    }

    private static Node scalar(Tag tag, String text, ScalarStyle style) {
        return new ScalarNode(tag, text, null, null, style);
    }
}
