package soopt.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import soopt.experiment.file.Sweep;
import soopt.experiment.file.SweepBlock;
import soopt.spec.yaml.Mark;
import soopt.spec.yaml.OverrideValue;
import soopt.spec.yaml.OverrideValues;
import soopt.spec.yaml.Problem;
import soopt.spec.yaml.YamlNode;

/**
 * All combinations of a sweep in order: its blocks one after the other, and within a block those of list, of zip and of
 * grid, the last key of the grid fastest. Seeds that stand in a grid are one value: they are runs of one combination.
 */
final class Combinations {
    /** Runs of one sweep. */
    static final int MOST = OverrideValues.MOST;

    static final String SEEDS = "seeds";

    /** Keys that cannot vary, with the reason. */
    private static final Map<String, String> FIXED = Map.of(
            "experiment", "names the folder of all runs of a sweep: it cannot vary",
            "sweep", "cannot be swept itself",
            "threads", "does not change the numbers of a run: it cannot vary");

    private final Map<String, OverrideValues> arguments;
    private final List<Problem> problems;
    private final List<Combination> found = new ArrayList<>();

    private Combinations(Map<String, OverrideValues> arguments, List<Problem> problems) {
        this.arguments = arguments;
        this.problems = problems;
    }

    /**
     * @param arguments axes of the command line: every value with every combination, in place of what grids of the file
     *     have for the key
     * @param problems takes what is wrong; of a sweep that is too large nothing is made
     */
    static List<Combination> of(Sweep sweep, Map<String, OverrideValues> arguments, List<Problem> problems) {
        Combinations combinations = new Combinations(arguments, problems);
        List<SweepBlock> blocks = sweep.blocks().isEmpty() ? List.of(empty()) : sweep.blocks();
        combinations.checkExclusions(sweep, blocks);
        double count = 0;
        for (SweepBlock block : blocks) {
            combinations.check(sweep.shared(), block);
            count += combinations.count(sweep.shared()) * combinations.count(block);
        }
        for (OverrideValues values : arguments.values()) {
            count *= values.values().size();
        }
        if (count > MOST) {
            Mark mark = sweep.blocks().isEmpty() ? marks(sweep.shared(), arguments) : marks(blocks.get(0), arguments);
            problems.add(new Problem(
                    mark, String.format(Locale.ROOT, "the sweep has %.0f combinations; at most %d", count, MOST)));
        }
        if (problems.isEmpty()) {
            blocks.forEach(block -> combinations.add(sweep.shared(), block));
        }
        return combinations.found;
    }

    private static SweepBlock empty() {
        return new SweepBlock(Map.of(), Map.of(), List.of(), List.of());
    }

    private static Mark marks(SweepBlock block, Map<String, OverrideValues> arguments) {
        return Stream.of(block.grid(), block.zip(), arguments)
                .flatMap(axes -> axes.values().stream())
                .flatMap(values -> values.values().stream())
                .map(value -> value.node().mark())
                .findFirst()
                .orElseGet(() -> Mark.inFile("sweep", 1, 1));
    }

    // ---- what is wrong with a block ----

    private void check(SweepBlock shared, SweepBlock block) {
        Set<String> keys = keys(shared);
        for (SweepBlock each : List.of(shared, block)) {
            each.grid()
                    .forEach((key, values) -> refuseFixed(key, values.values().get(0)));
            each.zip().forEach((key, values) -> refuseFixed(key, values.values().get(0)));
            each.list().forEach(some -> some.forEach(this::refuseFixed));
            each.zip()
                    .forEach((key, values) ->
                            refuseArgument("zip", key, values.values().get(0)));
            each.list().forEach(some -> some.forEach((key, value) -> refuseArgument("list", key, value)));
        }
        keys(block).stream()
                .filter(keys::contains)
                .forEach(key -> problem(
                        value(block, key),
                        key + " stands beside the blocks of the sweep and in one of them: give it once"));
        keys.addAll(keys(block));
        keys.addAll(arguments.keySet());
        block.exclude().forEach(some -> requireVaried(some, keys));
    }

    private void checkExclusions(Sweep sweep, List<SweepBlock> blocks) {
        Set<String> keys = keys(sweep.shared());
        blocks.forEach(block -> keys.addAll(keys(block)));
        keys.addAll(arguments.keySet());
        sweep.shared().exclude().forEach(some -> requireVaried(some, keys));
    }

    private static Set<String> keys(SweepBlock block) {
        Set<String> keys = new TreeSet<>(block.grid().keySet());
        keys.addAll(block.zip().keySet());
        block.list().forEach(some -> keys.addAll(some.keySet()));
        return keys;
    }

    private static OverrideValue value(SweepBlock block, String key) {
        return Stream.concat(
                        Stream.of(block.grid(), block.zip())
                                .filter(axes -> axes.containsKey(key))
                                .map(axes -> axes.get(key).values().get(0)),
                        block.list().stream()
                                .filter(some -> some.containsKey(key))
                                .map(some -> some.get(key)))
                .findFirst()
                .orElseThrow();
    }

    private void refuseFixed(String key, OverrideValue at) {
        String first = key.split("\\.", 2)[0];
        if (FIXED.containsKey(first)) {
            problem(at, first + " " + FIXED.get(first));
        }
    }

    private void refuseArgument(String part, String key, OverrideValue at) {
        if (arguments.containsKey(key)) {
            Mark mark = arguments.get(key).values().get(0).node().mark();
            problems.add(new Problem(
                    mark,
                    key + " is a key of sweep." + part + " (" + at.node().mark().where()
                            + "), whose values go together: change it there"));
        }
    }

    private void requireVaried(Map<String, OverrideValue> some, Set<String> keys) {
        some.forEach((key, value) -> {
            if (key.equals(SEEDS)) {
                requireNumbers(value);
            } else if (!keys.contains(key)) {
                problem(value, "exclude has " + key + ", which the sweep does not vary here");
            }
        });
    }

    private void requireNumbers(OverrideValue seeds) {
        JsonNode json = seeds.json();
        for (JsonNode number : json.isArray() ? json : List.of(json)) {
            if (!number.isIntegralNumber()) {
                problem(seeds, "exclude.seeds must be a whole number or a list of them, but is " + seeds.text());
                return;
            }
        }
    }

    private void problem(OverrideValue at, String message) {
        Problem problem = new Problem(at.node().mark(), message);
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    // ---- counting and making ----

    private double count(SweepBlock block) {
        double count = Math.max(1, block.list().size());
        count *= block.zip().values().stream()
                .mapToInt(values -> values.values().size())
                .findFirst()
                .orElse(1);
        for (Map.Entry<String, OverrideValues> axis : block.grid().entrySet()) {
            count *= arguments.containsKey(axis.getKey()) ? 1 : axis(axis).size();
        }
        return count;
    }

    private void add(SweepBlock shared, SweepBlock block) {
        List<Combination> all = List.of(Combination.NONE);
        for (SweepBlock each : List.of(shared, block)) {
            all = each.list().isEmpty()
                    ? all
                    : with(all, each.list().stream().map(Combinations::listed).toList());
        }
        for (SweepBlock each : List.of(shared, block)) {
            all = each.zip().isEmpty() ? all : with(all, zipped(each.zip()));
        }
        Map<String, OverrideValues> axes = new LinkedHashMap<>();
        Stream.of(shared.grid(), block.grid(), arguments).forEach(axes::putAll);
        axes.keySet().removeIf(key -> arguments.containsKey(key));
        axes.putAll(arguments);
        for (Map.Entry<String, OverrideValues> axis : axes.entrySet()) {
            all = with(
                    all,
                    axis(axis).stream()
                            .map(value -> Map.of(axis.getKey(), value))
                            .toList());
        }
        List<Map<String, OverrideValue>> exclusions = Stream.of(shared, block)
                .flatMap(each -> each.exclude().stream())
                .toList();
        all.forEach(one -> remaining(one, exclusions).ifPresent(found::add));
    }

    /** What the exclusions leave of a combination: nothing, or some of its seeds. */
    private static Optional<Combination> remaining(Combination one, List<Map<String, OverrideValue>> exclusions) {
        Combination left = one;
        for (Map<String, OverrideValue> exclusion : exclusions) {
            Map<String, OverrideValue> values = new LinkedHashMap<>(exclusion);
            Optional<OverrideValue> seeds = Optional.ofNullable(values.remove(SEEDS));
            if (one.has(values)) {
                if (seeds.isEmpty()) {
                    return Optional.empty();
                }
                left = left.without(numbers(seeds.get()));
            }
        }
        return Optional.of(left);
    }

    /** Of a number or a list of them; what is no whole number was told before. */
    private static List<Long> numbers(OverrideValue seeds) {
        JsonNode json = seeds.json();
        List<Long> numbers = new ArrayList<>();
        (json.isArray() ? json : List.of(json)).forEach(number -> numbers.add(number.asLong()));
        return numbers;
    }

    private static List<Combination> with(List<Combination> all, List<Map<String, OverrideValue>> each) {
        List<Combination> more = new ArrayList<>();
        for (Combination one : all) {
            each.forEach(values -> more.add(one.and(values)));
        }
        return more;
    }

    private static List<Map<String, OverrideValue>> zipped(Map<String, OverrideValues> zip) {
        List<Map<String, OverrideValue>> tuples = new ArrayList<>();
        int length = zip.values().iterator().next().values().size();
        for (int k = 0; k < length; k++) {
            Map<String, OverrideValue> tuple = new LinkedHashMap<>();
            int index = k;
            zip.forEach(
                    (key, values) -> tuple.put(key, asSeeds(key, values.values().get(index))));
            tuples.add(tuple);
        }
        return tuples;
    }

    private static Map<String, OverrideValue> listed(Map<String, OverrideValue> some) {
        Map<String, OverrideValue> values = new LinkedHashMap<>();
        some.forEach((key, value) -> values.put(key, asSeeds(key, value)));
        return values;
    }

    private static OverrideValue asSeeds(String key, OverrideValue value) {
        return key.equals(SEEDS) && value.node() instanceof YamlNode.Scalar
                ? seeds(new OverrideValues(List.of(value)))
                : value;
    }

    private static List<OverrideValue> axis(Map.Entry<String, OverrideValues> axis) {
        List<OverrideValue> values = axis.getValue().values();
        boolean areSeeds = axis.getKey().equals(SEEDS)
                && values.stream().allMatch(value -> value.node() instanceof YamlNode.Scalar);
        return areSeeds ? List.of(seeds(axis.getValue())) : values;
    }

    /** Numbers as the list that the key is. */
    static OverrideValue seeds(OverrideValues values) {
        return OverrideValue.of(new YamlNode.Sequence(
                values.values().get(0).node().mark(),
                values.values().stream().map(OverrideValue::node).toList()));
    }
}
