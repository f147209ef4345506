package soopt.report.html;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import soopt.report.read.Group;

/** What several runs have in common stands in the page once, and is named by its number: columns, lines, groups. */
final class Pool {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Map<String, Integer> columns = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final Map<List<Group>, Integer> groups = new LinkedHashMap<>();

    /** @param values null in the page where they are not finite */
    int column(double[] values) {
        String text = Arrays.stream(values).mapToObj(PageJson::digits).collect(Collectors.joining(",", "[", "]"));
        return columns.computeIfAbsent(text, key -> columns.size());
    }

    ArrayNode lines(List<String> text) {
        ArrayNode numbers = NODES.arrayNode();
        text.forEach(line -> numbers.add(lines.computeIfAbsent(line, key -> lines.size())));
        return numbers;
    }

    int groups(List<Group> members) {
        return groups.computeIfAbsent(members, key -> groups.size());
    }

    void writeTo(ObjectNode page) {
        page.putRawValue("columns", new RawValue("[" + String.join(",", columns.keySet()) + "]"));
        ArrayNode texts = page.putArray("lines");
        lines.keySet().forEach(texts::add);
        ArrayNode partitions = page.putArray("groups");
        for (List<Group> members : groups.keySet()) {
            ArrayNode array = partitions.addArray();
            for (Group group : members) {
                array.addObject()
                        .put("name", group.name())
                        .put("role", group.role())
                        .put("layer", group.layer());
            }
        }
    }
}
