package soopt.spec.yaml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Text to {@link YamlNode}s. Takes SnakeYAML's node graph, the layer below Jackson's parser: Jackson hides whether a
 * scalar was quoted and which node an alias stands for. Aliases and merge keys ({@code <<}) work; custom tags are
 * refused. Time and memory stay within those of a large file that a person wrote, whatever the text: its size, the
 * length of a line (SnakeYAML 2.5 copies what it has seen of a line once per 1024 characters), the number of values and
 * their depth are bounded, and an alias counts with all it stands for.
 */
public final class YamlReader {
    private static final Set<Tag> TAGS =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.TIMESTAMP, Tag.MERGE, Tag.MAP, Tag.SEQ);

    /** Characters of a text. */
    public static final int LONGEST_TEXT = 1 << 20;

    static final int LONGEST_LINE = 1 << 15;
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final Marks marks;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Node, Converted> converted = new IdentityHashMap<>();
    private long merged;

    /**
     * A node that was met before.
     *
     * @param values nodes that it stands for, itself included
     * @param characters of its texts
     */
    private record Converted(YamlNode node, long values, long characters) {}

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
     * @throws SpecException if the text is not YAML, gives a key twice or is too large
     */
    public static Optional<YamlNode> read(String text, Marks marks) {
        YamlReader reader = new YamlReader(marks);
        reader.requireShortLines(text);
        Optional<Node> root = reader.compose(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
        Optional<YamlNode> node =
                root.map(composed -> reader.convert(composed, "").node());
        if (!reader.problems.isEmpty()) {
            throw Problem.exception(reader.problems);
        }
        return node.filter(value -> !value.isNull());
    }

    private void requireShortLines(String text) {
        if (text.length() > LONGEST_TEXT) {
            throw excess(marks.at(1, 1), "has more than " + LONGEST_TEXT + " characters");
        }
        int line = 1;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                line += c == '\n' || !text.startsWith("\n", i + 1) ? 1 : 0;
                start = i + 1;
            } else if (i - start >= LONGEST_LINE) {
                throw excess(marks.at(line, 1), "the line is longer than " + LONGEST_LINE + " characters; break it");
            }
        }
    }

    private static SpecException excess(Mark mark, String message) {
        return Problem.exception(List.of(new Problem(mark, message)));
    }

    private Optional<Node> compose(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(Integer.MAX_VALUE);
        try {
            BoundedParser parser = new BoundedParser(new ParserImpl(new StreamReader(text), options));
            return Optional.ofNullable(new Composer(parser, new Resolver(), options).getSingleNode());
        } catch (BoundedParser.Excess e) {
            problems.add(new Problem(mark(e.getProblemMark()), e.getProblem()));
        } catch (MarkedYAMLException e) {
            problems.add(new Problem(mark(e.getProblemMark()), notYaml(e)));
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

    private static String notYaml(MarkedYAMLException e) {
        String reason = e.getProblem() == null ? e.getContext() : e.getProblem();
        if (reason.contains("found another document")) {
            return "a second document begins at line " + (e.getProblemMark().getLine() + 1)
                    + "; one file holds one experiment";
        }
        // SnakeYAML says so of every character that cannot begin a token; only a tab can be meant to indent.
        return "not YAML: " + (reason.contains("(TAB)") ? reason : reason.replaceFirst("\\.? \\(Do not use .*", ""));
    }

    /** The node in our form, converted once however many aliases name it. */
    private Converted convert(Node node, String path) {
        Converted before = converted.get(node);
        if (before != null) {
            return before;
        }
        Mark mark = mark(node.getStartMark());
        if (!open.add(node)) {
            problems.add(new Problem(mark, Paths.subject(path) + "contains itself through an alias"));
            return new Converted(new YamlNode.Scalar(mark, "", false), 1, 0);
        }
        if (!TAGS.contains(node.getTag())) {
            problems.add(new Problem(
                    mark, Paths.subject(path) + "has the tag " + node.getTag() + "; tags are not supported"));
        }
        Converted result = convertContent(node, mark, path);
        if (result.values() > BoundedParser.MOST_VALUES || result.characters() > LONGEST_TEXT) {
            throw excess(
                    mark,
                    Paths.subject(path) + "stands for more than " + BoundedParser.MOST_VALUES + " values or "
                            + LONGEST_TEXT + " characters through aliases");
        }
        open.remove(node);
        converted.put(node, result);
        return result;
    }

    private Converted convertContent(Node node, Mark mark, String path) {
        if (node instanceof ScalarNode scalar) {
            String text = scalar.getValue();
            return new Converted(new YamlNode.Scalar(mark, text, scalar.isPlain()), 1, text.length());
        }
        if (node instanceof SequenceNode sequence) {
            List<YamlNode> elements = new ArrayList<>();
            long values = 1;
            long characters = 0;
            for (Node element : sequence.getValue()) {
                Converted each = convert(element, Paths.join(path, elements.size()));
                elements.add(each.node());
                values += each.values();
                characters += each.characters();
            }
            return new Converted(new YamlNode.Sequence(mark, elements), values, characters);
        }
        return mapping((MappingNode) node, mark, path);
    }

    private Converted mapping(MappingNode node, Mark mark, String path) {
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        Map<String, YamlNode.Entry> inherited = new LinkedHashMap<>();
        long values = 1;
        long characters = 0;
        for (NodeTuple tuple : node.getValue()) {
            Mark keyMark = mark(tuple.getKeyNode().getStartMark());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(new Problem(keyMark, Paths.subject(path) + "has a key that is not text"));
                continue;
            }
            boolean isMerge = key.getTag().equals(Tag.MERGE);
            String keyPath = isMerge ? path : Paths.join(path, key.getValue());
            Converted value = convert(tuple.getValueNode(), keyPath);
            values += 1 + value.values();
            characters += key.getValue().length() + value.characters();
            if (isMerge) {
                merge(inherited, value.node(), mark(tuple.getValueNode().getStartMark()));
                continue;
            }
            YamlNode.Entry entry = new YamlNode.Entry(keyMark, value.node());
            YamlNode.Entry first = entries.putIfAbsent(key.getValue(), entry);
            if (first != null) {
                int line = first.keyMark().line();
                String earlier = first.keyMark().isInFile() ? "; first in line " + line : "";
                problems.add(new Problem(keyMark, Paths.subject(keyPath) + "is given twice" + earlier));
            }
        }
        inherited.forEach(entries::putIfAbsent);
        return new Converted(new YamlNode.Mapping(mark, entries), values, characters);
    }

    private void merge(Map<String, YamlNode.Entry> inherited, YamlNode source, Mark mark) {
        List<YamlNode> sources = source instanceof YamlNode.Sequence sequence ? sequence.elements() : List.of(source);
        for (YamlNode element : sources) {
            if (!(element instanceof YamlNode.Mapping mapping)) {
                problems.add(new Problem(mark, "<< must merge a mapping, but " + element.state()));
                continue;
            }
            merged += mapping.entries().size();
            if (merged > BoundedParser.MOST_VALUES) {
                throw excess(mark, "<< merges more than " + BoundedParser.MOST_VALUES + " keys in all");
            }
            mapping.entries().forEach(inherited::putIfAbsent);
        }
    }

    private Mark mark(org.yaml.snakeyaml.error.Mark mark) {
        return marks.at(mark.getLine() + 1, mark.getColumn() + 1);
    }
}
