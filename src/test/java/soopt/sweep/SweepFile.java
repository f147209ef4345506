package soopt.sweep;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import soopt.experiment.SmallRun;
import soopt.spec.SpecSource;

/** Sweeps of {@link SmallRun}'s experiment. */
public final class SweepFile {
    /** The line of the file on which the sweep begins. */
    static final int LINE = (int) SmallRun.YAML.lines().count() + 1;

    private SweepFile() {}

    static SpecSource source(String sweep) {
        return SpecSource.parse("f.yaml", List.of(Path.of("")), SmallRun.YAML + sweep);
    }

    public static Expansion expand(String sweep, String... arguments) {
        return Expansion.of(SweepArguments.of(source(sweep), Arrays.asList(arguments)));
    }

    /** What varies, a text per run: values in the order they are set, and the seed. */
    static List<String> runs(String sweep, String... arguments) {
        return expand(sweep, arguments).members().stream()
                .map(member -> String.join(" ", member.entry().overrides()) + " | "
                        + member.entry().seed())
                .map(text -> text.replace("optimizer.", "").replace("training.", ""))
                .toList();
    }
}
