package soopt.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import soopt.experiment.file.Experiment;
import soopt.experiment.file.Sweep;
import soopt.file.NamedFile;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.yaml.Problem;
import soopt.spec.yaml.SpecException;

/**
 * The runs of a sweep, each bound and checked: nothing runs before all can. A mistake is told once, where it stands,
 * with the first combination that has it.
 *
 * @param source the file with the arguments that set one value
 * @param members the runs in order; the same run of two combinations counts for the first
 * @param repeated runs that were left out as they are the same as earlier ones
 */
public record Expansion(SpecSource source, List<Member> members, int repeated) {
    /** Mistakes that are collected before no more combination is looked at. */
    private static final int ENOUGH = 10_000;

    public Expansion {
        members = List.copyOf(members);
    }

    /**
     * One run.
     *
     * @param experiment of all seeds of its combination
     */
    public record Member(Entry entry, Experiment experiment) {
        /** The experiment of this run alone. */
        public Experiment run() {
            return experiment.run(entry.seed());
        }
    }

    /**
     * @throws SpecException for all mistakes in the file, the arguments and their combinations
     * @throws soopt.data.fetch.DatasetException if a file of a data set is not there
     */
    public static Expansion of(SweepArguments arguments) {
        Sweep sweep = arguments.sweep();
        List<Problem> problems = new ArrayList<>();
        List<Combination> combinations = Combinations.of(sweep, arguments.axes(), problems);
        if (!problems.isEmpty()) {
            throw Problem.exception(problems);
        }
        if (combinations.isEmpty()) {
            throw new SpecException(arguments.source().name() + ": sweep.exclude leaves no combination");
        }
        return new Maker(arguments, combinations).make();
    }

    /** Binds one combination after the other, and knows what was found of equal parts. */
    private static final class Maker {
        private final SweepArguments arguments;
        private final List<Combination> combinations;
        private final Map<List<Object>, Optional<SpecException>> fits = new HashMap<>();
        private final Map<NamedFile, NamedFile> files = new HashMap<>();
        private final Map<String, Member> members = new LinkedHashMap<>();
        private final Map<String, List<Integer>> mistakes = new LinkedHashMap<>();
        private int looked;
        private int repeated;

        Maker(SweepArguments arguments, List<Combination> combinations) {
            this.arguments = arguments;
            this.combinations = combinations;
        }

        Expansion make() {
            for (int k = 0; k < combinations.size() && mistakes.size() < ENOUGH; k++) {
                looked++;
                try {
                    add(k, combinations.get(k));
                } catch (SpecException e) {
                    int number = k;
                    e.problems()
                            .forEach(line -> mistakes.computeIfAbsent(line, text -> new ArrayList<>())
                                    .add(number));
                }
            }
            if (!mistakes.isEmpty()) {
                throw new SpecException(mistakes.entrySet().stream()
                        .limit(Problem.MOST)
                        .map(entry -> entry.getKey() + where(entry.getValue()))
                        .toList());
            }
            if (members.isEmpty()) {
                throw new SpecException(arguments.source().name() + ": sweep.exclude leaves no run");
            }
            return new Expansion(arguments.source(), List.copyOf(members.values()), repeated);
        }

        /** Nothing of a mistake that all have: it is the file's. */
        private String where(List<Integer> numbers) {
            if (numbers.size() == looked && looked > 1 || combinations.size() == 1) {
                return "";
            }
            int first = numbers.get(0);
            String others = numbers.size() == 1 ? "" : " and " + (numbers.size() - 1) + " more";
            return " (combination " + (first + 1) + " of " + combinations.size() + others + ": "
                    + combinations.get(first).words() + ")";
        }

        private void add(int number, Combination combination) {
            SpecSource source = arguments.source().with(combination.values());
            Experiment experiment = Binder.bind(source, Experiment.class);
            Optional<SpecException> misfit = fits.computeIfAbsent(
                    List.of(experiment.dataset(), experiment.model(), experiment.optimizer(), experiment.precision()),
                    parts -> misfit(experiment));
            if (misfit.isPresent()) {
                throw source.place(misfit.get());
            }
            Map<String, JsonNode> varied = new LinkedHashMap<>();
            List<String> overrides = new ArrayList<>();
            combination.values().forEach((key, value) -> {
                varied.put(key, value.json());
                overrides.add(key + "=" + value.text());
            });
            UnaryOperator<NamedFile> known = file -> files.computeIfAbsent(file, UnaryOperator.identity());
            for (long seed : seeds(combination, experiment)) {
                if (combination.excluded().contains(seed)) {
                    continue;
                }
                String id = experiment.runId(seed, known);
                if (members.containsKey(id)) {
                    repeated++;
                    continue;
                }
                if (members.size() >= Combinations.MOST) {
                    throw new SpecException(
                            arguments.source().name() + ": the sweep has more than " + Combinations.MOST + " runs");
                }
                Entry entry =
                        new Entry(members.size(), id, number, seed, roles(combination, seed), overrides, varied, false);
                members.put(id, new Member(entry, experiment));
            }
        }

        private static Optional<SpecException> misfit(Experiment experiment) {
            try {
                experiment.requireFiles();
                experiment.requireFit();
                return Optional.empty();
            } catch (SpecException e) {
                return Optional.of(e);
            }
        }

        private boolean hasRoles(Combination combination) {
            return !arguments.seedsAreGiven()
                    && !arguments.sweep().seeds().isEmpty()
                    && !combination.values().containsKey(Combinations.SEEDS);
        }

        private Iterable<Long> seeds(Combination combination, Experiment experiment) {
            if (!hasRoles(combination)) {
                return experiment.seeds();
            }
            List<Long> seeds = new ArrayList<>(arguments.sweep().seeds().getOrDefault(Sweep.TUNE, List.of()));
            arguments.sweep().seeds().getOrDefault(Sweep.FINAL, List.of()).stream()
                    .filter(seed -> !seeds.contains(seed))
                    .forEach(seeds::add);
            return seeds;
        }

        private List<String> roles(Combination combination, long seed) {
            return !hasRoles(combination)
                    ? List.of()
                    : List.of(Sweep.TUNE, Sweep.FINAL).stream()
                            .filter(role -> arguments
                                    .sweep()
                                    .seeds()
                                    .getOrDefault(role, List.of())
                                    .contains(seed))
                            .toList();
        }
    }
}
