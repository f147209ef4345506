package soopt.experiment.file;

import java.util.List;
import java.util.Map;
import soopt.file.Shown;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;

/** The runs that {@code soopt sweep} makes of one file; no other command reads it and it is no part of a run's identity. */
public record Sweep(
        @Default("{}") @Doc("key: [values]; every combination")
        Map<String, List<String>> grid,

        @Default("{}") @Doc("key: [values], all of one length; the k-th values together")
        Map<String, List<String>> zip,

        @Default("[]") @Doc("one mapping of keys to values per run")
        List<Map<String, String>> list,

        @Default("[]") @Doc("combinations to leave out: those that have all of these values")
        List<Map<String, String>> exclude) {
    public Sweep {
        Constraints.check(Sweep.class, grid, zip, list, exclude);
        grid.forEach((key, values) -> requireValues("grid." + key, values));
        zip.forEach((key, values) -> requireValues("zip." + key, values));
        if (zip.values().stream().mapToInt(List::size).distinct().count() > 1) {
            throw new IllegalArgumentException(
                    "zip must have lists of one length, but has " + Shown.value(zip.toString()));
        }
    }

    private static void requireValues(String name, List<String> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException(name + " must have at least one value");
        }
    }
}
