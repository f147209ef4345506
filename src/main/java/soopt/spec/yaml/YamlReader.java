package soopt.spec.yaml;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Text to {@link YamlNode}s. Takes SnakeYAML's node graph, the layer below Jackson's parser: Jackson hides whether a
 * scalar was quoted and which node an alias stands for. Aliases and merge keys ({@code <<}) work; custom tags are
 * refused.
 */
public final class YamlReader {
    private static final Set<Tag> TAGS =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.TIMESTAMP, Tag.MERGE, Tag.MAP, Tag.SEQ);

    private final Marks marks;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Position of line and column, both from 1. */
    @FunctionalInterface
    public interface Marks {
        Mark at(int line, int column);
    }

    private YamlReader(Marks marks) {
        this.marks = marks;
    }

    /**
     * The document in the text; empty if there is none.
     *
     * @throws SpecException if the text is not YAML or gives a key twice
     */
    public static Optional<YamlNode> read(String text, Marks marks) {
        YamlReader reader = new YamlReader(marks);
        Optional<Node> root = reader.compose(text);
        Optional<YamlNode> node = root.map(composed -> reader.convert(composed, ""));
        if (!reader.problems.isEmpty()) {
            throw Problem.exception(reader.problems);
        }
        return node.filter(value -> !value.isNull());
    }

    private Optional<Node> compose(String text) {
        try {
            return Optional.ofNullable(new Yaml(new LoaderOptions()).compose(new StringReader(text)));
        } catch (MarkedYAMLException e) {
            String reason = e.getProblem() == null ? e.getContext() : e.getProblem();
            // SnakeYAML says so of every character that cannot begin a token; only a tab can be meant to indent.
            String fitting = reason.contains("(TAB)") ? reason : reason.replaceFirst("\\.? \\(Do not use .*", "");
            problems.add(new Problem(mark(e.getProblemMark()), "not YAML: " + fitting));
        } catch (ReaderException e) {
            // Its own position counts from the last buffer on, in code points.
            String[] before = text.substring(0, text.indexOf(e.getCodePoint())).split("\n", -1);
            int column = (int) before[before.length - 1].codePoints().count() + 1;
            String reason = String.format("the character U+%04X is not allowed", e.getCodePoint());
            problems.add(new Problem(marks.at(before.length, column), "not YAML: " + reason));
        } catch (YAMLException e) {
            problems.add(new Problem(marks.at(1, 1), "not YAML: " + e.getMessage()));
        }
        return Optional.empty();
    }

    private YamlNode convert(Node node, String path) {
        Mark mark = mark(node.getStartMark());
        if (!open.add(node)) {
            problems.add(new Problem(mark, Paths.subject(path) + "contains itself through an alias"));
            return new YamlNode.Scalar(mark, "", false);
        }
        if (!TAGS.contains(node.getTag())) {
            problems.add(new Problem(
                    mark, Paths.subject(path) + "has the tag " + node.getTag() + "; tags are not supported"));
        }
        YamlNode converted = convertContent(node, mark, path);
        open.remove(node);
        return converted;
    }

    private YamlNode convertContent(Node node, Mark mark, String path) {
        if (node instanceof ScalarNode scalar) {
            return new YamlNode.Scalar(mark, scalar.getValue(), scalar.isPlain());
        }
        if (node instanceof SequenceNode sequence) {
            List<YamlNode> elements = new ArrayList<>();
            for (Node element : sequence.getValue()) {
                elements.add(convert(element, Paths.join(path, elements.size())));
            }
            return new YamlNode.Sequence(mark, elements);
        }
        return mapping((MappingNode) node, mark, path);
    }

    private YamlNode mapping(MappingNode node, Mark mark, String path) {
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        Map<String, YamlNode.Entry> merged = new LinkedHashMap<>();
        for (NodeTuple tuple : node.getValue()) {
            Mark keyMark = mark(tuple.getKeyNode().getStartMark());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(new Problem(keyMark, Paths.subject(path) + "has a key that is not text"));
                continue;
            }
            if (key.getTag().equals(Tag.MERGE)) {
                merge(merged, tuple.getValueNode(), path);
                continue;
            }
            String keyPath = Paths.join(path, key.getValue());
            YamlNode.Entry entry = new YamlNode.Entry(keyMark, convert(tuple.getValueNode(), keyPath));
            YamlNode.Entry first = entries.putIfAbsent(key.getValue(), entry);
            if (first != null) {
                int line = first.keyMark().line();
                String earlier = first.keyMark().isInFile() ? "; first in line " + line : "";
                problems.add(new Problem(keyMark, Paths.subject(keyPath) + "is given twice" + earlier));
            }
        }
        merged.forEach(entries::putIfAbsent);
        return new YamlNode.Mapping(mark, entries);
    }

    private void merge(Map<String, YamlNode.Entry> merged, Node source, String path) {
        YamlNode node = convert(source, path);
        List<YamlNode> sources = node instanceof YamlNode.Sequence sequence ? sequence.elements() : List.of(node);
        for (YamlNode element : sources) {
            if (element instanceof YamlNode.Mapping mapping) {
                mapping.entries().forEach(merged::putIfAbsent);
            } else {
                problems.add(
                        new Problem(mark(source.getStartMark()), "<< must merge a mapping, but " + element.state()));
            }
        }
    }

    private Mark mark(org.yaml.snakeyaml.error.Mark mark) {
        return marks.at(mark.getLine() + 1, mark.getColumn() + 1);
    }
}
