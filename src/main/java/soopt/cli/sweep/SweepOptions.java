package soopt.cli.sweep;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.cli.options.AgainOptions;
import soopt.cli.options.Arguments;
import soopt.cli.options.TimeLimit;
import soopt.experiment.file.Sweep;
import soopt.experiment.results.Standing;
import soopt.file.Shown;
import soopt.sweep.Entry;
import soopt.sweep.local.Launcher;

/** Which runs of a sweep are done, and what becomes of those that fail. */
final class SweepOptions {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            description = "runs at the same time (default: one per core, as memory allows)")
    private Integer jobs;

    @Option(
            names = "--on-failure",
            paramLabel = "WHAT",
            defaultValue = "continue",
            description =
                    "continue, or stop: after a failure the others save where they are (default: ${DEFAULT-VALUE})")
    private OnFailure onFailure;

    @Option(
            names = "--max-failures",
            paramLabel = "N",
            description = "begin no more runs after so many failures (default: any number)")
    private Integer maxFailures;

    @Option(
            names = "--retries",
            paramLabel = "N",
            defaultValue = "0",
            description = "begin a failed run again so often, from its checkpoint (default: ${DEFAULT-VALUE})")
    private int retries;

    @Option(
            names = "--time-limit",
            paramLabel = "TIME",
            description = "then all runs save where they are: 2:00:00, 90 min, 36 h",
            converter = TimeLimit.Time.class)
    private Duration timeLimit;

    @Option(
            names = "--seeds",
            paramLabel = "WHICH",
            defaultValue = "tune",
            description = "where sweep.seeds tells them apart: tune, final or all (default: ${DEFAULT-VALUE})")
    private Seeds seeds;

    @Option(
            names = "--combinations",
            paramLabel = "LIST",
            description = "only these, by the numbers of --dry-run: 3,5-7")
    private String combinations;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "WHICH",
            description = "of what is not finished only: missing, failed, stale (several with commas)")
    private List<Only> only = List.of();

    @Option(names = "--extend", description = "add the runs that are new in the file to the plan of an earlier sweep")
    private boolean extend;

    @Mixin
    private AgainOptions again;

    /** What a failure of a run means for the others. */
    enum OnFailure {
        CONTINUE,
        STOP
    }

    /** Which seeds are run where a sweep tells them apart. */
    enum Seeds {
        TUNE,
        FINAL,
        ALL
    }

    /** Which of the runs that are not finished. */
    enum Only {
        MISSING,
        FAILED,
        STALE;

        private boolean has(SweepRun run) {
            return switch (this) {
                case MISSING -> run.standing().isEmpty();
                case FAILED -> run.standing().filter(Standing.FAILED::equals).isPresent();
                case STALE ->
                    run.standing()
                            .filter(it -> it.canGoOn() && it != Standing.FAILED)
                            .isPresent();
            };
        }
    }

    /** On a cluster something else does what some options ask for. */
    void requireNoLauncher() {
        Map<String, String> instead = new LinkedHashMap<>();
        instead.put("--jobs", "--array-parallel");
        instead.put("--time-limit", "--time");
        instead.put("--on-failure", "");
        instead.put("--max-failures", "");
        instead.put("--retries", "");
        instead.forEach((option, other) -> {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(
                        spec.commandLine(),
                        option + " is of runs on this machine"
                                + (other.isEmpty() ? "; leave it out with --slurm" : "; with --slurm use " + other));
            }
        });
    }

    boolean extend() {
        return extend;
    }

    Optional<Duration> timeLimit() {
        return Optional.ofNullable(timeLimit);
    }

    /** What the workers are told of runs that are there already. */
    List<String> words() {
        return again.words();
    }

    /** Values that are wrong whatever the sweep. */
    void check() {
        again.again();
        if (jobs != null) {
            Arguments.requireWithin(spec, "--jobs", jobs, 1, 1024);
        }
        Arguments.requireNotNegative(spec, "--retries", retries);
        if (maxFailures != null) {
            Arguments.requirePositive(spec, "--max-failures", maxFailures);
        }
        if (combinations != null) {
            numbers();
        }
    }

    /** @param most how many workers suit the machine */
    Launcher.Settings settings(int most, int runs) {
        boolean stops = onFailure == OnFailure.STOP;
        int unlimited = stops ? 1 : Integer.MAX_VALUE;
        return new Launcher.Settings(
                Math.max(1, Math.min(jobs == null ? most : jobs, runs)),
                retries,
                maxFailures == null ? unlimited : maxFailures,
                stops);
    }

    /** Whether the run of an entry is asked for. */
    Predicate<Entry> wanted() {
        Set<Integer> numbers = combinations == null ? Set.of() : numbers();
        Predicate<Entry> combination =
                combinations == null ? entry -> true : entry -> numbers.contains(entry.combination());
        return combination.and(entry -> entry.roles().isEmpty()
                || seeds == Seeds.ALL
                || entry.roles().contains(seeds == Seeds.TUNE ? Sweep.TUNE : Sweep.FINAL));
    }

    private Set<Integer> numbers() {
        Set<Integer> numbers = new HashSet<>();
        for (String part : combinations.split(",")) {
            Matcher range = RANGE.matcher(part.strip());
            int from = range.matches() ? Integer.parseInt(range.group(1)) : 0;
            int to = range.matches() && range.group(2) != null ? Integer.parseInt(range.group(2)) : from;
            if (!range.matches() || to < from) {
                throw new ParameterException(
                        spec.commandLine(), "--combinations must be numbers like 3,5-7, but has " + Shown.quoted(part));
            }
            for (int number = from; number <= to; number++) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    /** Whether it is to be begun or gone on with. */
    boolean isDue(SweepRun run) {
        boolean open = again.force() || !run.isFinished();
        return open && (only.isEmpty() || only.stream().anyMatch(which -> which.has(run)));
    }
}
