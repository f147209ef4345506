package soopt.spec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import soopt.spec.yaml.Paths;
import soopt.spec.yaml.YamlNode;

/** Dotted keys of a file of a record type, whatever its choices: those that an override or a sweep may name. */
final class KeyPaths {
    private final Class<?> root;

    KeyPaths(Class<?> root) {
        this.root = root;
    }

    /** A place in the tree of types; the node is what the file has there. */
    private record Place(String path, Type type, Optional<YamlNode> node) {}

    /** The shortest dotted key that ends with this word, or with what it is also called, among what the file chose. */
    Optional<String> elsewhere(YamlNode file, String word) {
        Set<Class<?>> seen = new HashSet<>();
        Deque<Place> places = new ArrayDeque<>(List.of(new Place("", root, Optional.of(file))));
        while (!places.isEmpty()) {
            Place place = places.remove();
            Map<String, Type> keys = keys(place);
            Optional<String> found = Suggestions.same(word, keys.keySet());
            if (found.isPresent()) {
                return found.map(key -> Paths.join(place.path(), key));
            }
            keys.forEach((key, type) -> {
                if (classOf(type).filter(seen::add).isPresent()) {
                    places.add(new Place(Paths.join(place.path(), key), type, child(place.node(), key)));
                }
            });
        }
        return Optional.empty();
    }

    /** What is wrong with a dotted key, to follow it; empty if a file may have it. */
    Optional<String> problem(String dotted) {
        Type type = root;
        for (String word : dotted.split("\\.", -1)) {
            if (type instanceof ParameterizedType generic && generic.getRawType() != Optional.class) {
                Type[] arguments = generic.getActualTypeArguments();
                type = arguments[arguments.length - 1];
                continue;
            }
            Map<String, Type> keys = keys(new Place("", type, Optional.empty()));
            if (!keys.containsKey(word)) {
                return Optional.of(unknown(word, keys.keySet()));
            }
            type = keys.get(word);
        }
        return Optional.empty();
    }

    private static String unknown(String word, Collection<String> known) {
        if (known.isEmpty()) {
            return " is unknown; there are no keys below a value";
        }
        String meant = Suggestions.didYouMean(word, known);
        return " is unknown" + meant + (meant.isEmpty() ? "; known: " : " known: ") + String.join(", ", known);
    }

    /** The keys at a place and their types; of a choice that the file does not make those of all records. */
    private static Map<String, Type> keys(Place place) {
        Map<String, Type> keys = new LinkedHashMap<>();
        Optional<Class<?>> type = classOf(place.type());
        if (type.isEmpty()) {
            return keys;
        }
        List<Class<? extends Record>> records = List.of();
        if (type.get().isSealed()) {
            keys.put(ChoiceReader.TYPE, String.class);
            records = place.node()
                    .flatMap(node -> ChoiceReader.read(type.get(), node, "").chosen())
                    .<List<Class<? extends Record>>>map(chosen -> List.of(chosen.type()))
                    .orElseGet(() -> Choices.records(type.get()));
        } else if (type.get().isRecord()) {
            records = List.of(type.get().asSubclass(Record.class));
        }
        for (Class<? extends Record> record : records) {
            Component.of(record).forEach(component -> keys.putIfAbsent(component.key(), component.type()));
        }
        return keys;
    }

    /** The record or choice that a type is, also as an optional. */
    private static Optional<Class<?>> classOf(Type type) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == Optional.class
                    ? Arrays.stream(generic.getActualTypeArguments())
                            .findFirst()
                            .flatMap(KeyPaths::classOf)
                    : Optional.empty();
        }
        Class<?> plain = (Class<?>) type;
        return Optional.<Class<?>>of(plain).filter(it -> !ScalarReader.reads(it) && (it.isRecord() || it.isSealed()));
    }

    private static Optional<YamlNode> child(Optional<YamlNode> node, String key) {
        return node.filter(YamlNode.Mapping.class::isInstance)
                .flatMap(mapping -> ((YamlNode.Mapping) mapping).get(key))
                .map(YamlNode.Entry::value);
    }
}
