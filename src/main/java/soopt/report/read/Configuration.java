package soopt.report.read;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Varied;

/**
 * Runs of one experiment that differ in their seeds alone.
 *
 * @param label as few of the settings as tell it from the other configurations, by short names: "step-size 0.3,
 *     damping 1.0"; of several experiments it begins with the name of its own
 * @param settings all that varies over the configurations, by dotted keys; empty where it has no such key
 * @param runs by seed
 */
public record Configuration(String label, Map<String, String> settings, List<ResultRun> runs) {
    /** The configurations of these runs, in the order in which their first runs come. */
    public static List<Configuration> of(Collection<ResultRun> runs) {
        List<String> varied = Varied.keys(runs);
        Map<List<String>, List<ResultRun>> groups = new LinkedHashMap<>();
        for (ResultRun run : runs) {
            groups.computeIfAbsent(identity(run, varied), key -> new ArrayList<>())
                    .add(run);
        }
        Map<String, List<List<String>>> experiments = new LinkedHashMap<>();
        groups.keySet()
                .forEach(key -> experiments
                        .computeIfAbsent(key.get(0), name -> new ArrayList<>())
                        .add(key));
        Map<List<String>, String> labels = new LinkedHashMap<>();
        experiments.forEach(
                (name, members) -> labels.putAll(labels(experiments.size() > 1 ? name : "", members, varied, name)));
        List<Configuration> configurations = new ArrayList<>();
        groups.forEach((key, members) -> {
            Map<String, String> settings = new LinkedHashMap<>();
            for (int i = 0; i < varied.size(); i++) {
                settings.put(varied.get(i), key.get(i + 1));
            }
            configurations.add(new Configuration(labels.get(key), settings, List.copyOf(members)));
        });
        return List.copyOf(configurations);
    }

    /** The experiment, then the values of what varies. */
    private static List<String> identity(ResultRun run, List<String> varied) {
        List<String> values = new ArrayList<>(List.of(run.experiment()));
        values.addAll(Varied.values(run, varied));
        return values;
    }

    /** @param beginning of each label */
    private static Map<List<String>, String> labels(
            String beginning, List<List<String>> members, List<String> varied, String only) {
        List<Integer> telling = telling(members, varied);
        Map<String, String> names =
                Varied.shortNames(telling.stream().map(varied::get).toList());
        Map<List<String>, String> labels = new LinkedHashMap<>();
        for (List<String> member : members) {
            List<String> words = new ArrayList<>();
            if (!beginning.isEmpty()) {
                words.add(beginning);
            }
            for (int key : telling) {
                String value = member.get(key + 1);
                String name = names.get(varied.get(key));
                if (!value.isEmpty()) {
                    words.add(varied.get(key).endsWith(".type") ? value : name + " " + value);
                }
            }
            labels.put(member, words.isEmpty() ? only : String.join(", ", words));
        }
        return labels;
    }

    /** As few keys as give each member other values, kinds first: each that tells more of them apart. */
    private static List<Integer> telling(List<List<String>> members, List<String> varied) {
        List<Integer> order = new ArrayList<>();
        for (boolean kinds : new boolean[] {true, false}) {
            for (int key = 0; key < varied.size(); key++) {
                if (varied.get(key).endsWith(".type") == kinds) {
                    order.add(key);
                }
            }
        }
        List<Integer> telling = new ArrayList<>();
        int distinct = 1;
        for (int key : order) {
            telling.add(key);
            int now = distinct(members, telling);
            if (now == distinct) {
                telling.remove(telling.size() - 1);
            }
            distinct = now;
        }
        return telling;
    }

    private static int distinct(List<List<String>> members, List<Integer> keys) {
        Set<List<String>> seen = new LinkedHashSet<>();
        members.forEach(
                member -> seen.add(keys.stream().map(key -> member.get(key + 1)).toList()));
        return seen.size();
    }

    /** Its experiment; one configuration is of one. */
    public String experiment() {
        return runs.get(0).experiment();
    }
}
