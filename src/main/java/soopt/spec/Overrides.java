package soopt.spec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import soopt.file.Shown;
import soopt.spec.yaml.Mark;
import soopt.spec.yaml.Paths;
import soopt.spec.yaml.Problem;
import soopt.spec.yaml.SpecException;
import soopt.spec.yaml.YamlNode;
import soopt.spec.yaml.YamlReader;

/** One override applied to the tree of a file. Trees are immutable: only the nodes on the path are made anew. */
final class Overrides {
    private static final Pattern FORM =
            Pattern.compile("(?s)(?:~(?<gone>[^=]+)|\\+?(?<path>[^=~+][^=]*)=(?<value>.*))");
    private static final int DEEPEST = 50;
    private static final Pattern INDEX = Pattern.compile("\\d{1,9}");

    private final Mark mark;

    private Overrides(Mark mark) {
        this.mark = mark;
    }

    /** The tree with the override; the tree as it was, and one more problem, if the override is wrong. */
    static YamlNode.Mapping apply(YamlNode.Mapping root, String override, Mark mark, List<Problem> problems) {
        try {
            Matcher form = FORM.matcher(override.strip());
            if (!form.matches()) {
                throw new IllegalArgumentException("is not an override; write key=value, +key=value or ~key");
            }
            Optional<YamlNode> value = Optional.ofNullable(form.group("value")).map(text -> value(text, mark));
            String path = value.isPresent() ? form.group("path") : form.group("gone");
            List<String> keys = Arrays.asList(path.strip().split("\\.", -1));
            if (keys.contains("")) {
                throw new IllegalArgumentException("has an empty key");
            }
            if (keys.size() > DEEPEST) {
                throw new IllegalArgumentException("has " + keys.size() + " keys; at most " + DEEPEST);
            }
            return (YamlNode.Mapping) new Overrides(mark).change(root, "", keys, value);
        } catch (SpecException e) {
            problems.add(
                    new Problem(mark, e.problems().get(0).substring(mark.where().length() + 2)));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(mark, e.getMessage()));
        }
        return root;
    }

    /** The tree with a key set to a value that stands somewhere else; as {@link #apply}. */
    static YamlNode.Mapping set(YamlNode.Mapping root, String key, YamlNode value, List<Problem> problems) {
        try {
            List<String> keys = Arrays.asList(key.split("\\.", -1));
            return (YamlNode.Mapping) new Overrides(value.mark()).change(root, "", keys, Optional.of(value));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(value.mark(), e.getMessage()));
        }
        return root;
    }

    private static YamlNode value(String text, Mark mark) {
        return YamlReader.read(text, (line, column) -> mark).orElse(new YamlNode.Scalar(mark, "", true));
    }

    /** @param value to be set at the end of the path; empty removes what is there */
    private YamlNode change(YamlNode node, String path, List<String> keys, Optional<YamlNode> value) {
        if (keys.isEmpty()) {
            return value.orElseThrow();
        }
        if (node instanceof YamlNode.Sequence sequence) {
            return changeElement(sequence, path, keys, value);
        }
        return changeEntry(asMapping(node), path, keys, value);
    }

    /** A scalar is shorthand for the choice of that name: {@code adam} is {@code {type: adam}}. */
    private YamlNode.Mapping asMapping(YamlNode node) {
        if (node instanceof YamlNode.Mapping mapping) {
            return mapping;
        }
        return new YamlNode.Mapping(
                mark, node.isNull() ? Map.of() : Map.of("type", new YamlNode.Entry(node.mark(), node)));
    }

    private YamlNode changeEntry(YamlNode.Mapping mapping, String path, List<String> keys, Optional<YamlNode> value) {
        int words = wordsOfKey(mapping, keys);
        String key = String.join(".", keys.subList(0, words));
        List<String> rest = keys.subList(words, keys.size());
        String keyPath = Paths.join(path, key);
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>(mapping.entries());
        YamlNode.Entry old = entries.get(key);
        if (value.isEmpty() && old == null) {
            throw new IllegalArgumentException(keyPath + " is not set"
                    + Suggestions.didYouMean(key, mapping.entries().keySet()));
        }
        if (value.isEmpty() && rest.isEmpty()) {
            entries.remove(key);
        } else {
            YamlNode before = old == null ? new YamlNode.Scalar(mark, "", true) : old.value();
            Mark keyMark = old == null || rest.isEmpty() ? mark : old.keyMark();
            entries.put(key, new YamlNode.Entry(keyMark, change(before, keyPath, rest, value)));
        }
        return new YamlNode.Mapping(mapping.mark(), entries);
    }

    /**
     * Keys may contain dots (those of {@code sweep.grid} do): the longest one that is there counts, else the first
     * word.
     */
    private static int wordsOfKey(YamlNode.Mapping mapping, List<String> keys) {
        for (int words = keys.size(); words > 1; words--) {
            if (mapping.entries().containsKey(String.join(".", keys.subList(0, words)))) {
                return words;
            }
        }
        return 1;
    }

    private YamlNode changeElement(
            YamlNode.Sequence sequence, String path, List<String> keys, Optional<YamlNode> value) {
        List<YamlNode> elements = new ArrayList<>(sequence.elements());
        List<String> rest = keys.subList(1, keys.size());
        int limit = value.isPresent() ? elements.size() : elements.size() - 1;
        int index = INDEX.matcher(keys.get(0)).matches() ? Integer.parseInt(keys.get(0)) : Integer.MAX_VALUE;
        if (index > limit) {
            throw new IllegalArgumentException(path + " is a list of " + elements.size() + ", and "
                    + Shown.quoted(keys.get(0)) + " is no index of it");
        }
        if (value.isEmpty() && rest.isEmpty()) {
            elements.remove(index);
        } else {
            boolean isNew = index == elements.size();
            YamlNode before = isNew ? new YamlNode.Scalar(mark, "", true) : elements.get(index);
            YamlNode after = change(before, Paths.join(path, index), rest, value);
            elements.subList(index, isNew ? index : index + 1).clear();
            elements.add(index, after);
        }
        return new YamlNode.Sequence(sequence.mark(), elements);
    }
}
