package soopt.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import soopt.file.Shown;
import soopt.spec.yaml.Mark;
import soopt.spec.yaml.Paths;
import soopt.spec.yaml.Problem;
import soopt.spec.yaml.YamlNode;
import soopt.spec.yaml.YamlText;

/**
 * Which permitted record a node means, and the same node in its long form. Short forms: {@code adam}; {@code
 * blocks-2} for {@code {type: blocks, count: 2}}; {@code {groups: […]}} for {@code {type: groups, groups: […]}}.
 */
final class ChoiceReader {
    static final String TYPE = "type";
    private static final Pattern NUMBERED = Pattern.compile("(?<name>.+)-(?<number>\\d+)");

    private final Class<?> sealed;
    private final String path;

    private ChoiceReader(Class<?> sealed, String path) {
        this.sealed = sealed;
        this.path = path;
    }

    /** @param mapping the keys written for the record, perhaps with {@code type} */
    record Chosen(Class<? extends Record> type, YamlNode.Mapping mapping) {}

    /** Either the choice or what is wrong. */
    record Outcome(Optional<Chosen> chosen, Optional<Problem> problem) {
        static Outcome of(Class<? extends Record> type, YamlNode.Mapping mapping) {
            return new Outcome(Optional.of(new Chosen(type, mapping)), Optional.empty());
        }

        static Outcome wrong(Mark mark, String message) {
            return new Outcome(Optional.empty(), Optional.of(new Problem(mark, message)));
        }
    }

    static Outcome read(Class<?> sealed, YamlNode node, String path) {
        ChoiceReader reader = new ChoiceReader(sealed, path);
        if (node instanceof YamlNode.Mapping mapping) {
            return reader.mapping(mapping);
        }
        if (node instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
            return reader.named(scalar, path, new YamlNode.Mapping(scalar.mark(), Map.of()));
        }
        String names = String.join(", ", reader.names(true));
        return Outcome.wrong(node.mark(), path + " must be one of " + names + " or a mapping, but " + node.state());
    }

    /**
     * What to write instead where an override has exchanged the type alone, and the keys of the old type are still
     * those of the file; empty if no key is left over.
     */
    static Optional<Problem> exchanged(Class<?> sealed, Chosen chosen, String path) {
        Optional<Mark> type =
                chosen.mapping().get(TYPE).map(entry -> entry.value().mark());
        if (type.isEmpty() || type.get().isInFile()) {
            return Optional.empty();
        }
        List<String> known = Component.keys(Component.of(chosen.type()));
        List<String> left = new ArrayList<>();
        List<String> kept = new ArrayList<>(List.of(TYPE + ": " + Choices.name(chosen.type())));
        chosen.mapping().entries().forEach((key, entry) -> {
            if (known.contains(key) && entry.value() instanceof YamlNode.Scalar scalar) {
                kept.add(key + ": " + YamlText.element(Shown.cut(scalar.text(), Shown.LENGTH)));
            } else if (!known.contains(key) && !key.equals(TYPE) && isKeyOfAny(sealed, key)) {
                left.add(key);
            }
        });
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(new Problem(
                        type.get(),
                        path + " has keys that " + Choices.name(chosen.type()) + " does not have: "
                                + String.join(", ", left) + "; to exchange all of it write '" + path + "={"
                                + String.join(", ", kept) + "}'"));
    }

    private static boolean isKeyOfAny(Class<?> sealed, String key) {
        return Choices.records(sealed).stream()
                .anyMatch(type -> Component.keys(Component.of(type)).contains(key));
    }

    private Outcome mapping(YamlNode.Mapping mapping) {
        Optional<YamlNode> name = mapping.get(TYPE).map(YamlNode.Entry::value);
        if (name.isPresent()) {
            String typePath = Paths.join(path, TYPE);
            if (name.get() instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
                return named(scalar, typePath, mapping);
            }
            String names = String.join(", ", names(false));
            return Outcome.wrong(
                    name.get().mark(),
                    typePath + " must be one of " + names + ", but "
                            + name.get().state());
        }
        for (Class<? extends Record> type : Choices.records(sealed)) {
            String key = Choices.name(type);
            boolean ownsKey = Component.keys(Component.of(type)).contains(key);
            if (ownsKey && mapping.entries().keySet().equals(Set.of(key))) {
                return Outcome.of(type, mapping);
            }
        }
        String names = String.join(", ", names(false));
        return Outcome.wrong(mapping.mark(), Paths.join(path, TYPE) + " is required; choices: " + names);
    }

    private Outcome named(YamlNode.Scalar name, String namePath, YamlNode.Mapping mapping) {
        for (Class<? extends Record> type : Choices.records(sealed)) {
            if (Choices.name(type).equals(name.text())) {
                return Outcome.of(type, mapping);
            }
        }
        return numbered(name, mapping).orElseGet(() -> {
            boolean isShort = !mapping.entries().containsKey(TYPE);
            return Outcome.wrong(
                    name.mark(),
                    namePath + " must be one of " + String.join(", ", names(isShort)) + ", but " + name.state()
                            + Suggestions.didYouMean(name.text(), candidates(name.text())));
        });
    }

    private Optional<Outcome> numbered(YamlNode.Scalar name, YamlNode.Mapping mapping) {
        Matcher matcher = NUMBERED.matcher(name.text());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        for (Class<? extends Record> type : Choices.records(sealed)) {
            Optional<Component> component = Choices.numberInName(type);
            if (component.isPresent() && Choices.name(type).equals(matcher.group("name"))) {
                YamlNode number = new YamlNode.Scalar(name.mark(), matcher.group("number"), true);
                return Optional.of(withNumber(type, component.get().key(), number, name, mapping));
            }
        }
        return Optional.empty();
    }

    private Outcome withNumber(
            Class<? extends Record> type, String key, YamlNode number, YamlNode.Scalar name, YamlNode.Mapping mapping) {
        Optional<YamlNode.Entry> given = mapping.get(key);
        if (given.isPresent()) {
            String message = Paths.join(path, key) + " is given twice: " + name.text() + " has it in its name";
            return Outcome.wrong(given.get().keyMark(), message);
        }
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>(mapping.entries());
        entries.put(key, new YamlNode.Entry(name.mark(), number));
        return Outcome.of(type, new YamlNode.Mapping(mapping.mark(), entries));
    }

    /** @param isShort with the number, as in {@code blocks-<count>} */
    private List<String> names(boolean isShort) {
        List<String> names = new ArrayList<>();
        for (Class<? extends Record> type : Choices.records(sealed)) {
            Optional<Component> number = Choices.numberInName(type).filter(component -> isShort);
            names.add(Choices.name(type)
                    + number.map(component -> "-<" + component.key() + ">").orElse(""));
        }
        return names;
    }

    /** What a misspelt name may have meant: all names, and those with a number the number that was given. */
    private List<String> candidates(String given) {
        Matcher matcher = NUMBERED.matcher(given);
        String number = matcher.matches() ? "-" + matcher.group("number") : "";
        List<String> candidates = new ArrayList<>();
        for (Class<? extends Record> type : Choices.records(sealed)) {
            candidates.add(Choices.name(type) + (Choices.numberInName(type).isPresent() ? number : ""));
        }
        return candidates;
    }
}
