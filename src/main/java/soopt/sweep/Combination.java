package soopt.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import soopt.file.Shown;
import soopt.spec.yaml.OverrideValue;

/**
 * Values of keys that are set together, on top of what the file says.
 *
 * @param values in the order they are set: a key before those below it
 * @param excluded seeds that it is not run with
 */
record Combination(Map<String, OverrideValue> values, Set<Long> excluded) {
    static final Combination NONE = new Combination(Map.of(), Set.of());

    Combination {
        List<Map.Entry<String, OverrideValue>> sorted = new ArrayList<>(values.entrySet());
        sorted.sort(Comparator.comparingLong(
                entry -> entry.getKey().chars().filter(c -> c == '.').count()));
        Map<String, OverrideValue> ordered = new LinkedHashMap<>();
        sorted.forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
        values = ordered;
    }

    Combination and(Map<String, OverrideValue> more) {
        Map<String, OverrideValue> both = new LinkedHashMap<>(values);
        both.putAll(more);
        return new Combination(both, excluded);
    }

    /** The same without some seeds. */
    Combination without(Collection<Long> seeds) {
        Set<Long> all = new HashSet<>(excluded);
        all.addAll(seeds);
        return new Combination(values, Set.copyOf(all));
    }

    /** Whether it has all of these values; a number is its value, and a name the choice of that name. */
    boolean has(Map<String, OverrideValue> some) {
        return some.entrySet().stream()
                .allMatch(entry -> Optional.ofNullable(values.get(entry.getKey()))
                        .filter(value -> same(value.json(), entry.getValue().json()))
                        .isPresent());
    }

    private static boolean same(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue()) == 0;
        }
        return a.equals(b)
                || named(a).filter(name -> named(b).equals(Optional.of(name))).isPresent();
    }

    /** The choice that a name or a mapping of nothing but its type means. */
    private static Optional<String> named(JsonNode value) {
        boolean isChoice =
                value.isObject() && value.size() == 1 && value.path("type").isTextual();
        return isChoice || value.isTextual()
                ? Optional.of(isChoice ? value.get("type").textValue() : value.textValue())
                : Optional.empty();
    }

    /** {@code optimizer.step-size=0.1 optimizer.cubic.damping=3} */
    String words() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + Shown.cut(entry.getValue().text(), Shown.LENGTH))
                .collect(Collectors.joining(" "));
    }
}
