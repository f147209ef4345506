package soopt.experiment.results;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import soopt.spec.yaml.YamlNode;

/** What differs between the runs of an experiment, apart from their seeds. */
public final class Varied {
    /** What makes no other run of it, or stands in a column of its own. */
    private static final Set<String> APART = Set.of("experiment", "seeds", "threads");

    private Varied() {}

    /** The dotted keys of the settings whose values differ, in the order of the files; one that is missing differs. */
    public static List<String> keys(Collection<ResultRun> runs) {
        List<ResultRun> known =
                runs.stream().filter(run -> !run.settings().isEmpty()).toList();
        Map<String, Set<String>> values = new LinkedHashMap<>();
        known.forEach(run -> run.settings().keySet().forEach(key -> values.put(key, new LinkedHashSet<>())));
        values.keySet().removeAll(APART);
        values.forEach(
                (key, seen) -> known.forEach(run -> seen.add(run.settings().getOrDefault(key, ""))));
        return values.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Each key by the fewest of its last names that tell it from the others: optimizer.step-size by step-size. */
    public static Map<String, String> shortNames(List<String> keys) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String key : keys) {
            String[] parts = key.split("\\.");
            String name = "";
            for (int i = parts.length - 1; i >= 0; i--) {
                name = name.isEmpty() ? parts[i] : parts[i] + "." + name;
                String end = name;
                long others = keys.stream()
                        .filter(other -> other.equals(end) || other.endsWith("." + end))
                        .count();
                if (others == 1 && !name.equals("type")) {
                    break;
                }
            }
            names.put(key, name);
        }
        return names;
    }

    /** By these keys one after the other, numbers by their size, then by seed and id. */
    public static Comparator<ResultRun> order(List<String> keys) {
        Comparator<ResultRun> order = Comparator.comparing(ResultRun::experiment);
        for (String key : keys) {
            order = order.thenComparing(run -> run.settings().getOrDefault(key, ""), Varied::compare);
        }
        return order.thenComparing(ResultRun::seed, Varied::compare).thenComparing(ResultRun::id);
    }

    /** Numbers before texts. */
    public static int compare(String one, String other) {
        boolean first = YamlNode.isNumber(one);
        boolean second = YamlNode.isNumber(other);
        if (first && second) {
            int order = Double.compare(number(one), number(other));
            return order != 0 ? order : one.compareTo(other);
        }
        return first != second ? first ? -1 : 1 : one.compareTo(other);
    }

    public static boolean sameNumber(String one, String other) {
        return YamlNode.isNumber(one) && YamlNode.isNumber(other) && number(one) == number(other);
    }

    private static double number(String text) {
        return Double.parseDouble(text.replace("_", ""));
    }

    /** The values of a run at these keys, in their order. */
    public static List<String> values(ResultRun run, List<String> keys) {
        List<String> values = new ArrayList<>();
        keys.forEach(key -> values.add(run.settings().getOrDefault(key, "")));
        return values;
    }
}
