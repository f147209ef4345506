package soopt.experiment.file;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import soopt.file.Shown;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.yaml.OverrideValue;
import soopt.spec.yaml.OverrideValues;

/** Combinations of values of keys: every one of grid with every one of zip and every one of list. */
public record SweepBlock(
        @Default("{}") @Doc("key: values; every combination")
        Map<String, OverrideValues> grid,

        @Default("{}") @Doc("key: values, all of one length; the k-th values together")
        Map<String, OverrideValues> zip,

        @Default("[]") @Doc("mappings of keys to values; each with every combination of grid and zip")
        List<Map<String, OverrideValue>> list,

        @Default("[]")
        @Doc(
                "combinations to leave out: those that have all of these values; with seeds, a number or a list, these alone")
        List<Map<String, OverrideValue>> exclude) {
    public SweepBlock {
        Constraints.check(SweepBlock.class, grid, zip, list, exclude);
        grid.forEach((key, values) -> requireValues("grid." + key, values));
        zip.forEach((key, values) -> requireValues("zip." + key, values));
        if (zip.values().stream()
                        .mapToInt(values -> values.values().size())
                        .distinct()
                        .count()
                > 1) {
            throw new IllegalArgumentException("zip must have lists of one length, but has "
                    + Shown.value(zip.entrySet().stream()
                            .map(entry -> entry.getValue().values().size() + " of " + entry.getKey())
                            .collect(Collectors.joining(", "))));
        }
        Set<String> once = new HashSet<>(grid.keySet());
        zip.keySet().forEach(key -> requireNew("zip", key, once));
        Set<String> listed =
                list.stream().flatMap(each -> each.keySet().stream()).collect(Collectors.toSet());
        listed.forEach(key -> requireNew("list", key, once));
    }

    private static void requireValues(String name, OverrideValues values) {
        if (values.values().isEmpty()) {
            throw new IllegalArgumentException(name + " must have at least one value");
        }
    }

    private static void requireNew(String part, String key, Set<String> known) {
        if (!known.add(key)) {
            throw new IllegalArgumentException(
                    part + " has " + key + ", which another part of the same block has too: give it in one of them");
        }
    }
}
