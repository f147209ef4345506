package soopt.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import soopt.experiment.file.Experiment;
import soopt.experiment.file.Sweep;
import soopt.experiment.file.SweepBlock;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.yaml.Mark;
import soopt.spec.yaml.OverrideValues;
import soopt.spec.yaml.Problem;
import soopt.spec.yaml.SpecException;
import soopt.spec.yaml.YamlNode;

/**
 * A file and the arguments of the command line, told apart: those with one value set it, those with several are axes of
 * the sweep. A key that the file sweeps in a grid and an argument sets has the argument's values alone.
 *
 * @param source the file with the arguments of one value
 * @param sweep of the file; one without axes if it has none
 * @param axes of the command line
 * @param seedsAreGiven whether an argument sets them: then the file's tune and final do not count
 */
public record SweepArguments(SpecSource source, Sweep sweep, Map<String, OverrideValues> axes, boolean seedsAreGiven) {
    private static final Pattern FORM = Pattern.compile("(?s)\\+?(?<key>[^=~+][^=]*)=(?<value>.*)");
    private static final Sweep NONE = Binder.bind(SpecSource.parse("a file without a sweep", "{}"), Sweep.class);

    /**
     * @param file the file as it was read
     * @param arguments key=value, +key=value and ~key
     * @throws SpecException for all mistakes in them and in the file's sweep
     */
    public static SweepArguments of(SpecSource file, List<String> arguments) {
        Map<String, OverrideValues> several = new LinkedHashMap<>();
        Map<String, OverrideValues> single = new LinkedHashMap<>();
        List<String> plain = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        boolean seedsAreGiven = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            Mark mark = Mark.ofOverride(argument, i);
            Matcher form = FORM.matcher(argument.strip());
            if (!form.matches()) {
                plain.add(argument);
                continue;
            }
            String key = form.group("key").strip();
            try {
                OverrideValues values = values(form.group("value"), mark);
                if (key.equals("seed") || key.equals(Combinations.SEEDS)) {
                    seedsAreGiven = true;
                    plain.add(Combinations.SEEDS + "=" + seeds(values));
                } else if (values.values().size() > 1 || OverrideValues.isForm(form.group("value"))) {
                    several.put(key, values);
                } else {
                    single.put(key, values);
                    plain.add(argument);
                }
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(mark, e.getMessage()));
            }
        }
        if (!problems.isEmpty()) {
            throw Problem.exception(problems);
        }
        SpecSource source = file.with(plain);
        Binder.requireKeys(
                several.keySet(),
                Experiment.class,
                key -> several.get(key).values().get(0).node().mark());
        Sweep sweep =
                Binder.bindKey(source, Experiment.class, "sweep", Sweep.class).orElse(NONE);
        single.forEach((key, values) -> {
            if (isSwept(sweep, key) && values.values().size() == 1) {
                several.put(key, values);
            }
        });
        return new SweepArguments(source, sweep, several, seedsAreGiven);
    }

    /** One value that cannot be an element of a list is left to the override, which says what is wrong with it. */
    private static OverrideValues values(String text, Mark mark) {
        try {
            return OverrideValues.ofArgument(text, mark);
        } catch (SpecException unreadable) {
            return new OverrideValues(List.of());
        }
    }

    private static String seeds(OverrideValues values) {
        boolean isList = values.values().size() == 1 && values.values().get(0).node() instanceof YamlNode.Sequence;
        return values.values().isEmpty()
                ? "[]"
                : isList
                        ? values.values().get(0).text()
                        : Combinations.seeds(values).text();
    }

    private static boolean isSwept(Sweep sweep, String key) {
        List<SweepBlock> blocks = new ArrayList<>(sweep.blocks());
        blocks.add(sweep.shared());
        return blocks.stream()
                .anyMatch(block -> block.grid().containsKey(key)
                        || block.zip().containsKey(key)
                        || block.list().stream().anyMatch(some -> some.containsKey(key)));
    }
}
