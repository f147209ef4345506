package soopt.experiment.file;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import soopt.file.Shown;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.yaml.OverrideValue;

/**
 * The runs that {@code soopt sweep} makes of one file; no other command reads it and it is no part of a run's identity.
 */
public record Sweep(
        @Default("{}") @Doc("key: [values]; every combination")
        Map<String, List<OverrideValue>> grid,

        @Default("{}") @Doc("key: [values], all of one length; the k-th values together")
        Map<String, List<OverrideValue>> zip,

        @Default("[]") @Doc("one mapping of keys to values per run")
        List<Map<String, OverrideValue>> list,

        @Default("[]") @Doc("combinations to leave out: those that have all of these values")
        List<Map<String, OverrideValue>> exclude) {
    public Sweep {
        Constraints.check(Sweep.class, grid, zip, list, exclude);
        grid.forEach((key, values) -> requireValues("grid." + key, values));
        zip.forEach((key, values) -> requireValues("zip." + key, values));
        if (zip.values().stream().mapToInt(List::size).distinct().count() > 1) {
            throw new IllegalArgumentException("zip must have lists of one length, but has "
                    + Shown.value(zip.entrySet().stream()
                            .map(entry -> entry.getValue().size() + " of " + entry.getKey())
                            .collect(Collectors.joining(", "))));
        }
    }

    private static void requireValues(String name, List<OverrideValue> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException(name + " must have at least one value");
        }
    }
}
