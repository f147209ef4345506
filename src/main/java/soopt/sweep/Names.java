package soopt.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import soopt.experiment.results.Varied;

/**
 * How the runs of a plan are called: by what varies between them, in as few words as tell them apart, and by their
 * seeds.
 */
public final class Names {
    private final Map<String, String> keys;
    private final Set<String> ambiguous;

    private Names(Map<String, String> keys, Set<String> ambiguous) {
        this.keys = keys;
        this.ambiguous = ambiguous;
    }

    public static Names of(List<Entry> entries) {
        Map<String, Set<Optional<JsonNode>>> values = new LinkedHashMap<>();
        entries.forEach(entry -> entry.varied().keySet().forEach(key -> values.put(key, new LinkedHashSet<>())));
        values.remove(Combinations.SEEDS);
        values.forEach((key, seen) -> entries.forEach(
                entry -> seen.add(Optional.ofNullable(entry.varied().get(key)))));
        values.keySet().removeIf(key -> isMapping(values.get(key)) && followsAnother(key, values.keySet(), entries));
        List<String> varying = values.entrySet().stream()
                .filter(each -> each.getValue().size() > 1)
                .map(Map.Entry::getKey)
                .toList();
        Set<String> ambiguous =
                varying.stream().filter(key -> isAmbiguous(values.get(key))).collect(Collectors.toSet());
        return new Names(Varied.shortNames(varying), ambiguous);
    }

    private static boolean isMapping(Set<Optional<JsonNode>> values) {
        return values.stream().flatMap(Optional::stream).anyMatch(value -> value.isObject() && !value.has("type"));
    }

    /** Whether the value of another key tells that of this one. */
    private static boolean followsAnother(String key, Set<String> keys, List<Entry> entries) {
        return keys.stream().filter(other -> !other.equals(key)).anyMatch(other -> {
            Map<Optional<JsonNode>, Optional<JsonNode>> seen = new LinkedHashMap<>();
            return entries.stream().allMatch(entry -> {
                Optional<JsonNode> value = Optional.ofNullable(entry.varied().get(key));
                return seen.computeIfAbsent(Optional.ofNullable(entry.varied().get(other)), any -> value)
                        .equals(value);
            });
        });
    }

    /** Whether two choices differ in more than their type. */
    private static boolean isAmbiguous(Set<Optional<JsonNode>> values) {
        Set<String> types = new HashSet<>();
        return values.stream()
                .flatMap(Optional::stream)
                .map(value -> value.path("type").asText(value.asText()))
                .anyMatch(type -> !types.add(type));
    }

    /** The keys that vary, by the short names they have here. */
    public Map<String, String> keys() {
        return keys;
    }

    /** {@code optimizer=adam step-size=0.1}; empty of a sweep of seeds alone. */
    public String combination(Entry entry) {
        List<String> words = new ArrayList<>();
        keys.forEach((key, name) -> value(entry, key).ifPresent(value -> words.add(name + "=" + value)));
        return String.join(" ", words);
    }

    /** The same, and the seed. */
    public String of(Entry entry) {
        String words = combination(entry);
        return words + (words.isEmpty() ? "" : " ") + "seed " + entry.seed();
    }

    /** The value of a key in words; empty if the run does not set it. */
    public Optional<String> value(Entry entry, String key) {
        return Optional.ofNullable(entry.varied().get(key)).map(value -> {
            boolean isNamed = value.path("type").isTextual() && !ambiguous.contains(key);
            String text = value.isTextual() ? value.textValue() : value.toString();
            return isNamed ? value.path("type").textValue() : text;
        });
    }
}
