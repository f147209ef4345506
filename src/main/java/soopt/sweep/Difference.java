package soopt.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import soopt.experiment.file.Experiment;
import soopt.file.Shown;
import soopt.spec.Binder;
import soopt.spec.SpecWriter;
import soopt.spec.yaml.SpecException;

/** What tells one sweep from an earlier one of the same name, in words. */
final class Difference {
    private static final int MOST = 4;

    private Difference() {}

    /** Between the runs that are gone and those that are new: the keys that differ in the pair that differs least. */
    static String words(Plan before, List<Entry> gone, Plan now, List<Entry> fresh) {
        Entry to = fresh.get(0);
        try {
            Map<String, String> wanted = flat(now, to);
            Map<String, String> nearest = Map.of();
            for (Entry from : gone.isEmpty() ? before.current() : gone) {
                Map<String, String> changes = changes(flat(before, from), wanted);
                nearest = nearest.isEmpty() || changes.size() < nearest.size() ? changes : nearest;
                if (nearest.size() == 1) {
                    break;
                }
            }
            List<String> words = nearest.values().stream().limit(MOST).toList();
            String more = nearest.size() > MOST ? ", …" : "";
            return words.isEmpty() ? "" : ", e.g. with " + String.join(", ", words) + more;
        } catch (SpecException unreadableNow) {
            return "";
        }
    }

    private static Map<String, String> changes(Map<String, String> from, Map<String, String> to) {
        Map<String, String> changes = new TreeMap<>();
        to.forEach((key, value) -> {
            String old = from.getOrDefault(key, "nothing");
            if (!old.equals(value)) {
                changes.put(key, key + " " + value + " instead of " + old);
            }
        });
        from.forEach((key, value) -> {
            if (!to.containsKey(key)) {
                changes.put(key, "no " + key);
            }
        });
        return changes;
    }

    private static Map<String, String> flat(Plan plan, Entry entry) {
        Map<String, String> values = new TreeMap<>();
        Experiment experiment =
                Binder.bind(plan.source(entry), Experiment.class).run(entry.seed());
        flatten(SpecWriter.toJson(experiment), "", values);
        values.remove("threads");
        return values;
    }

    private static void flatten(JsonNode node, String path, Map<String, String> values) {
        if (node.isObject()) {
            List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(node.properties());
            fields.forEach(field ->
                    flatten(field.getValue(), path.isEmpty() ? field.getKey() : path + "." + field.getKey(), values));
        } else {
            values.put(path, Shown.cut(node.isTextual() ? node.textValue() : node.toString(), Shown.LENGTH));
        }
    }
}
