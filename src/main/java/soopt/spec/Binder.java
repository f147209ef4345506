package soopt.spec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import soopt.file.Shown;
import soopt.spec.yaml.Mark;
import soopt.spec.yaml.OverrideValue;
import soopt.spec.yaml.OverrideValues;
import soopt.spec.yaml.Paths;
import soopt.spec.yaml.Problem;
import soopt.spec.yaml.SpecException;
import soopt.spec.yaml.YamlNode;
import soopt.spec.yaml.YamlReader;
import soopt.spec.yaml.YamlText;

/** Makes records of what the user wrote, and reports everything that is wrong with it in one pass. */
public final class Binder {
    /** Values of {@link Default} that were read before, by the name of the component: they never change. */
    private static final ClassValue<Map<String, Object>> DEFAULTS = new ClassValue<>() {
        @Override
        protected Map<String, Object> computeValue(Class<?> recordType) {
            return new ConcurrentHashMap<>();
        }
    };

    private final List<Problem> problems = new ArrayList<>();
    private final KeyPaths paths;
    private final YamlNode root;

    /** Where files with relative names are looked up. */
    private final List<Path> folders;

    private Binder(Class<?> type, YamlNode root, List<Path> folders) {
        this.paths = new KeyPaths(type);
        this.root = root;
        this.folders = folders;
    }

    /**
     * The record that a file with its overrides describes; {@link Default} fills what is left out.
     *
     * @throws SpecException with all mistakes, sorted by line
     */
    public static <T extends Record> T bind(SpecSource source, Class<T> type) {
        Binder binder = new Binder(type, source.root(), source.folders());
        Optional<Object> value = binder.record(type, source.root(), "");
        return type.cast(binder.finish(value));
    }

    /**
     * The record that one key of a file of another record has; empty if the key is not there. The rest of the file may
     * be wrong.
     *
     * @throws SpecException with all mistakes below the key, sorted by line
     */
    public static <T extends Record> Optional<T> bindKey(
            SpecSource source, Class<? extends Record> file, String key, Class<T> type) {
        Optional<YamlNode> node =
                source.root().get(key).map(YamlNode.Entry::value).filter(value -> !value.isNull());
        if (node.isEmpty()) {
            return Optional.empty();
        }
        Binder binder = new Binder(file, source.root(), source.folders());
        return Optional.of(type.cast(binder.finish(binder.record(type, node.get(), key))));
    }

    /**
     * The record of a file that sets these keys alone; {@link Default} fills what is left out.
     *
     * @param values by key, as the record's components have them
     */
    public static <T extends Record> T standard(Class<T> type, Map<String, ?> values) {
        List<Component> components = Component.of(type);
        if (!Component.keys(components).containsAll(values.keySet())) {
            throw new IllegalStateException(type.getName() + " does not have all keys of " + values.keySet());
        }
        List<Object> all = new ArrayList<>();
        for (Component component : components) {
            Optional<Object> given = Optional.ofNullable(values.get(component.key()));
            all.add(given.or(() -> leftOut(component))
                    .orElseThrow(() -> new IllegalStateException(component.declaration() + " is required")));
        }
        return type.cast(Component.newRecord(type, all));
    }

    /** What a component is whose key is left out; empty if the key is required. */
    private static Optional<Object> leftOut(Component component) {
        if (component.defaultText().isPresent()) {
            return Optional.of(defaultOf(component));
        }
        return component.isOptional() ? Optional.of(Optional.empty()) : Optional.empty();
    }

    /**
     * Holds keys of overrides against those that a file of a record may have.
     *
     * @param places where each stands
     * @throws SpecException for all that are unknown
     */
    public static void requireKeys(
            Collection<String> keys, Class<? extends Record> file, Function<String, Mark> places) {
        KeyPaths paths = new KeyPaths(file);
        List<Problem> unknown = new ArrayList<>();
        keys.forEach(key ->
                paths.problem(key).ifPresent(problem -> unknown.add(new Problem(places.apply(key), key + problem))));
        if (!unknown.isEmpty()) {
            throw Problem.exception(unknown);
        }
    }

    /** The value of {@link Default}; a wrong one is a mistake of ours. */
    static Object defaultOf(Component component) {
        Map<String, Object> known = DEFAULTS.get(component.declaration().getDeclaringRecord());
        Object value = known.get(component.javaName());
        if (value == null) {
            value = readDefault(component);
            known.put(component.javaName(), value);
        }
        return value;
    }

    private static Object readDefault(Component component) {
        String text = component.defaultText().orElseThrow();
        try {
            Mark mark = new Mark("@Default(\"" + text + "\")", 0, 0);
            YamlNode node =
                    YamlReader.read(text, (line, column) -> mark).orElseGet(() -> new YamlNode.Scalar(mark, "", true));
            Binder binder = new Binder(component.declaration().getDeclaringRecord(), node, List.of());
            return binder.finish(binder.value(component.type(), component.bounds(), node, component.key()));
        } catch (SpecException e) {
            throw new IllegalStateException(component.declaration() + ": " + e.getMessage(), e);
        }
    }

    private Object finish(Optional<Object> value) {
        if (!problems.isEmpty()) {
            throw Problem.exception(problems);
        }
        return value.orElseThrow();
    }

    /** The value of a node; empty if a problem was reported. */
    private Optional<Object> value(Type type, Bounds bounds, YamlNode node, String path) {
        if (type instanceof ParameterizedType generic) {
            return container(generic, bounds, node, path);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == OverrideValue.class) {
            return Optional.of(OverrideValue.of(node));
        }
        if (plain == OverrideValues.class) {
            return values(node, path);
        }
        if (ScalarReader.reads(plain)) {
            return scalar(plain, bounds, node, path);
        }
        if (plain.isRecord()) {
            return record(plain, node, path);
        }
        if (plain.isSealed()) {
            return choice(plain, node, path);
        }
        throw new IllegalStateException(path + ": the spec has no form for " + type.getTypeName());
    }

    private Optional<Object> values(YamlNode node, String path) {
        try {
            return Optional.of(OverrideValues.of(node));
        } catch (IllegalArgumentException e) {
            report(node.mark(), path + " " + e.getMessage());
        } catch (SpecException e) {
            report(
                    node.mark(),
                    path + " has no values that can be read: " + e.problems().get(0));
        }
        return Optional.empty();
    }

    private Optional<Object> scalar(Class<?> type, Bounds bounds, YamlNode node, String path) {
        try {
            Object value = ScalarReader.read(type, node, folders);
            if (value instanceof Number number) {
                Optional<String> violation = bounds.violation(number);
                violation.ifPresent(text -> report(node.mark(), path + " " + text));
                return violation.isPresent() ? Optional.empty() : Optional.of(value);
            }
            return Optional.of(value);
        } catch (IllegalArgumentException e) {
            String message = Optional.ofNullable(e.getMessage()).orElse("is wrong");
            boolean continuesSentence = message.matches("(?s)(must|is|has) .*");
            report(node.mark(), path + (continuesSentence ? " " : ": ") + message + Suggestions.several(type, node));
            return Optional.empty();
        }
    }

    private Optional<Object> container(ParameterizedType type, Bounds bounds, YamlNode node, String path) {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == Optional.class) {
            return node.isNull()
                    ? Optional.of(Optional.empty())
                    : value(arguments[0], bounds, node, path).map(Optional::of);
        }
        if (type.getRawType() == List.class) {
            return list(arguments[0], bounds, node, path);
        }
        if (type.getRawType() == Map.class && arguments[0] == String.class) {
            return map(arguments[1], bounds, node, path);
        }
        throw new IllegalStateException(path + ": the spec has no form for " + type.getTypeName());
    }

    private Optional<Object> list(Type elementType, Bounds bounds, YamlNode node, String path) {
        if (!(node instanceof YamlNode.Sequence sequence)) {
            boolean isForm = node instanceof YamlNode.Scalar form && OverrideValues.isForm(form.text());
            String hint = node instanceof YamlNode.Scalar scalar && !scalar.isNull() && !isForm
                    ? ": write [" + YamlText.element(Shown.cut(scalar.text(), Shown.LENGTH)) + "]"
                    : isForm ? ": such values are for soopt sweep" : "";
            report(node.mark(), path + " must be a list, but " + node.state() + hint);
            return Optional.empty();
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < sequence.elements().size(); i++) {
            value(elementType, bounds, sequence.elements().get(i), Paths.join(path, i))
                    .ifPresent(values::add);
        }
        boolean complete = values.size() == sequence.elements().size();
        return complete ? Optional.of(Collections.unmodifiableList(values)) : Optional.empty();
    }

    private Optional<Object> map(Type valueType, Bounds bounds, YamlNode node, String path) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            report(node.mark(), path + " must be a mapping, but " + node.state());
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        mapping.entries().forEach((key, entry) -> {
            try {
                ScalarReader.requireCharacters(key);
                if (takesOverrides(valueType)) {
                    requireKey(key, entry, path);
                }
                value(valueType, bounds, entry.value(), Paths.join(path, key))
                        .ifPresent(value -> values.put(key, value));
            } catch (IllegalArgumentException e) {
                report(entry.keyMark(), "a key of " + path + " " + e.getMessage());
            }
        });
        boolean complete = values.size() == mapping.entries().size();
        return complete ? Optional.of(Collections.unmodifiableMap(values)) : Optional.empty();
    }

    private static boolean takesOverrides(Type type) {
        return type == OverrideValue.class
                || type == OverrideValues.class
                || type instanceof ParameterizedType generic && takesOverrides(generic.getActualTypeArguments()[0]);
    }

    private void requireKey(String key, YamlNode.Entry entry, String path) {
        paths.problem(key).ifPresent(problem -> report(entry.keyMark(), Paths.join(path, key) + problem));
    }

    private Optional<Object> record(Class<?> type, YamlNode node, String path) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            report(node.mark(), path + " must be a mapping of keys to values, but " + node.state());
            return Optional.empty();
        }
        List<Component> components = Component.of(type);
        Set<String> misspelt = reportUnknownKeys(mapping, Component.keys(components), Optional.empty(), path);
        return construct(type, misspelt, mapping, path);
    }

    private Optional<Object> choice(Class<?> sealed, YamlNode node, String path) {
        ChoiceReader.Outcome outcome = ChoiceReader.read(sealed, node, path);
        outcome.problem()
                .ifPresent(problem -> report(problem.mark(), problem.message() + Suggestions.several(sealed, node)));
        Optional<Refused> refused = Optional.ofNullable(sealed.getAnnotation(Refused.class));
        return outcome.chosen().flatMap(chosen -> chosen(sealed, chosen, refused, path));
    }

    private Optional<Object> chosen(
            Class<?> sealed, ChoiceReader.Chosen chosen, Optional<Refused> refused, String path) {
        List<String> known = new ArrayList<>(List.of(ChoiceReader.TYPE));
        known.addAll(Component.keys(Component.of(chosen.type())));
        Optional<Problem> exchanged = ChoiceReader.exchanged(sealed, chosen, path);
        if (exchanged.isPresent()) {
            problems.add(exchanged.get());
            return Optional.empty();
        }
        Set<String> misspelt = reportUnknownKeys(chosen.mapping(), known, refused, path);
        return construct(chosen.type(), misspelt, chosen.mapping(), path);
    }

    /** @return the known keys that were meant by misspelt ones, so that these are not reported as missing too */
    private Set<String> reportUnknownKeys(
            YamlNode.Mapping mapping, List<String> known, Optional<Refused> refused, String path) {
        Set<String> misspelt = new HashSet<>();
        mapping.entries().forEach((key, entry) -> {
            if (known.contains(key)) {
                return;
            }
            Optional<String> why =
                    refused.filter(it -> Suggestions.spells(key, it.keys())).map(Refused::why);
            if (why.isPresent()) {
                report(entry.keyMark(), Paths.join(path, key) + " is not offered: " + why.get() + "; remove the key");
            } else if (problems.size() >= Problem.MOST) {
                report(entry.keyMark(), Paths.join(path, key) + " is unknown");
            } else {
                Optional<String> meant = Suggestions.nearest(key, known);
                meant.ifPresent(misspelt::add);
                String suggestion = meant.or(() -> paths.elsewhere(root, key))
                        .map(name -> "; did you mean '" + name + "'? known: ")
                        .orElse("; known: ");
                report(entry.keyMark(), Paths.join(path, key) + " is unknown" + suggestion + String.join(", ", known));
            }
        });
        return misspelt;
    }

    private Optional<Object> construct(Class<?> type, Set<String> misspelt, YamlNode.Mapping mapping, String path) {
        List<Component> components = Component.of(type);
        List<Object> values = new ArrayList<>();
        for (Component component : components) {
            boolean isMisspelt = misspelt.contains(component.key())
                    && mapping.get(component.key()).isEmpty();
            if (!isMisspelt) {
                component(component, mapping, path).ifPresent(values::add);
            }
        }
        if (values.size() < components.size()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Component.newRecord(type, values));
        } catch (IllegalArgumentException e) {
            return rejected(e, components, mapping, path);
        }
    }

    private Optional<Object> component(Component component, YamlNode.Mapping mapping, String path) {
        String keyPath = Paths.join(path, component.key());
        Optional<YamlNode.Entry> entry = mapping.get(component.key());
        if (entry.isPresent()) {
            return value(component.type(), component.bounds(), entry.get().value(), keyPath);
        }
        Optional<Object> leftOut = leftOut(component);
        if (leftOut.isEmpty()) {
            report(mapping.mark(), keyPath + " is required");
        }
        return leftOut;
    }

    /** What a compact constructor found wrong, placed at the component that its message begins with. */
    private Optional<Object> rejected(
            IllegalArgumentException e, List<Component> components, YamlNode.Mapping mapping, String path) {
        String message = Optional.ofNullable(e.getMessage()).orElse(e.toString());
        for (Component component : components) {
            Optional<String> rest = component.withoutName(message);
            if (rest.isPresent()) {
                Mark mark = mapping.get(component.key())
                        .map(entry -> entry.value().mark())
                        .orElse(mapping.mark());
                report(mark, Paths.join(path, component.key()) + rest.get());
                return Optional.empty();
            }
        }
        report(mapping.mark(), path.isEmpty() ? message : path + ": " + message);
        return Optional.empty();
    }

    private void report(Mark mark, String message) {
        problems.add(new Problem(mark, message));
    }
}
