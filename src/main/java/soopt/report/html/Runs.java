package soopt.report.html;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import soopt.experiment.results.Ranking;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Varied;
import soopt.report.read.Configuration;

/**
 * The runs of a page, in configurations.
 *
 * @param keys what varies over them, by dotted keys: short names
 * @param configurations runs that differ in their seeds alone
 * @param places of each run its configuration
 * @param numbers of the runs by their folders
 * @param outs why runs do not count in a comparison, by their folders
 * @param ranking of the runs that count, by the usual metric
 */
record Runs(
        String title,
        List<Content> contents,
        Map<String, String> keys,
        List<Member> configurations,
        int[] places,
        Map<String, Integer> numbers,
        Map<String, String> outs,
        Ranking ranking) {
    /** Runs whose rates and matrices a page may hold. */
    static final int DETAILED = 60;

    /** From so many runs on, a page begins with less. */
    private static final int MANY = 200;

    /**
     * A configuration.
     *
     * @param values of {@link #keys}, in their order
     * @param runs numbers of its runs
     */
    record Member(String label, List<String> values, List<Integer> runs) {}

    static Runs read(String title, List<ResultRun> runs) {
        Map<String, String> keys = Varied.shortNames(Varied.keys(runs));
        Map<ResultRun, Integer> numbers = new HashMap<>();
        IntStream.range(0, runs.size()).forEach(i -> numbers.put(runs.get(i), i));
        List<Member> configurations = Configuration.of(runs).stream()
                .map(each -> new Member(
                        each.label(),
                        keys.keySet().stream()
                                .map(key -> each.settings().getOrDefault(key, ""))
                                .toList(),
                        each.runs().stream().map(numbers::get).toList()))
                .toList();
        int[] places = new int[runs.size()];
        for (int c = 0; c < configurations.size(); c++) {
            for (int run : configurations.get(c).runs()) {
                places[run] = c;
            }
        }
        boolean[] detailed = detailed(runs.size(), configurations);
        Detail most = Detail.LEVELS.get(firstLevel(runs.size()));
        List<Content> contents = IntStream.range(0, runs.size())
                .parallel()
                .mapToObj(i -> Content.read(runs.get(i), most, detailed[i]))
                .toList();
        Ranking ranking = Ranking.of(
                contents.stream().filter(Content::readable).map(Content::run).toList(),
                new Ranking.Question("", Optional.empty(), Ranking.Statistic.mean, Ranking.Moment.best, false));
        Map<String, String> outs = new LinkedHashMap<>();
        ranking.excluded().forEach(each -> outs.put(each.run().folder().toString(), each.words()));
        Map<String, Integer> folders = new HashMap<>();
        numbers.forEach((run, number) -> folders.put(run.folder().toString(), number));
        return new Runs(title, contents, keys, configurations, places, folders, outs, ranking);
    }

    /** All of few runs; of many the first of each configuration, and no more than some. */
    private static boolean[] detailed(int runs, List<Member> configurations) {
        boolean[] detailed = new boolean[runs];
        IntStream chosen = runs <= DETAILED
                ? IntStream.range(0, runs)
                : configurations.stream().limit(DETAILED).mapToInt(each -> each.runs.get(0));
        chosen.forEach(i -> detailed[i] = true);
        return detailed;
    }

    /** The most that a page of so many runs holds. */
    static int firstLevel(int runs) {
        return runs <= DETAILED ? 0 : runs <= MANY ? 2 : 5;
    }

    /** Whether a page of this detail lacks rates and matrices of some runs. */
    boolean isCut(Detail detail) {
        boolean first = contents.size() > DETAILED || !detail.everyRun();
        boolean recorded = contents.stream()
                .anyMatch(each -> each.computations() > 0 || !each.moments().isEmpty());
        return recorded && first && contents.size() > configurations.size()
                || recorded && configurations.size() > DETAILED;
    }

    int configurationOf(int run) {
        return places[run];
    }

    int numberOf(ResultRun run) {
        return numbers.get(run.folder().toString());
    }

    /** Why a run does not count in a comparison, if it does not. */
    Optional<String> excluded(ResultRun run) {
        return Optional.ofNullable(outs.get(run.folder().toString()));
    }

    /** Those that one of the runs has. */
    List<Metric> metrics() {
        return Metric.ALL.stream()
                .filter(metric ->
                        contents.stream().anyMatch(run -> run.metrics().containsKey(metric.name())))
                .toList();
    }

    boolean isOfSeveralExperiments() {
        return contents.stream()
                        .map(content -> content.run().experiment())
                        .distinct()
                        .count()
                > 1;
    }
}
