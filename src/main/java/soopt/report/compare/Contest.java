package soopt.report.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import soopt.experiment.results.ResultRun;
import soopt.file.Shown;
import soopt.report.compare.Entry.Fate;
import soopt.report.read.Axis;
import soopt.report.read.Configuration;
import soopt.report.table.Spread;

/**
 * Contenders on one problem.
 *
 * @param problem its name; empty where there is only one
 * @param contenders the best median first, runs that diverged being worst
 * @param spent what the shortest run that counts spent, or was asked for, on each axis: values of equal budgets are
 *     there
 * @param target the value to reach; NaN if nobody was measured
 * @param targetOf whose it is, in words
 * @param pairs the first against the other, or all against the baseline
 * @param family how many pairs there are among which these are told: the correction is for all of them
 */
public record Contest(
        String problem,
        List<Contender> contenders,
        Map<Axis, Double> spent,
        double target,
        String targetOf,
        List<Pair> pairs,
        int family) {
    /** Of more contenders the first is set against each other, and not all against all. */
    private static final int ALL_PAIRS = 6;

    /** @param entries of the runs by their folders */
    static Contest of(String problem, List<ResultRun> runs, Map<Path, Entry> entries, Question question) {
        List<Contender> all = Configuration.of(runs).stream()
                .map(each -> Contender.of(
                        each.label(),
                        each.runs().stream()
                                .map(run -> entries.get(run.folder()))
                                .toList()))
                .toList();
        Map<Axis, Double> spent = new EnumMap<>(Axis.class);
        for (Axis axis : Curve.AXES) {
            boolean asked = question.budget().filter(axis::equals).isPresent()
                    && question.spent().isPresent();
            spent.put(axis, asked ? question.spent().getAsDouble() : shortest(all, axis));
        }
        ToDoubleFunction<Curve> judge = judge(question, spent);
        Comparator<Contender> order = order(judge, question);
        List<Contender> contenders = question.by().map(key -> chosen(all, key, order)).orElse(all).stream()
                .sorted(order)
                .toList();
        Optional<Contender> worst = question.target().isPresent() ? Optional.empty() : worst(contenders, question);
        return new Contest(
                problem,
                contenders,
                spent,
                question.target()
                        .orElseGet(() -> worst.map(each -> best(each, question)).orElse(Double.NaN)),
                worst.map(Contender::label).orElse(""),
                pairs(able(contenders, judge, question), judge, question),
                family(able(contenders, judge, question), question));
    }

    /** Those of which a run counts or diverged: the others make no comparison. */
    private static List<Contender> able(List<Contender> contenders, ToDoubleFunction<Curve> judge, Question question) {
        return contenders.stream()
                .filter(each -> each.ranked(judge, question.worst()).length > 0)
                .toList();
    }

    /** How many comparisons are made: where the best is set against the others, it could have been any. */
    private static int family(List<Contender> contenders, Question question) {
        int n = contenders.size();
        return question.baseline().isPresent() ? n - 1 : n * (n - 1) / 2;
    }

    static List<Pair> pairs(List<Contender> contenders, ToDoubleFunction<Curve> judge, Question question) {
        List<Pair> pairs = Arrays.stream(told(contenders, question))
                .parallel()
                .map(two -> Pair.of(contenders.get(two[0]), contenders.get(two[1]), judge, question))
                .toList();
        int family = family(contenders, question);
        double[] adjusted = Holm.adjusted(
                pairs.stream().mapToDouble(pair -> pair.evidence().test().p()).toArray(), family);
        return IntStream.range(0, pairs.size())
                .mapToObj(i -> pairs.get(i).adjusted(adjusted[i], family))
                .toList();
    }

    private static double shortest(List<Contender> all, Axis axis) {
        return all.stream()
                .flatMap(Contender::counted)
                .mapToDouble(entry -> entry.curve().end(axis))
                .min()
                .orElse(Double.NaN);
    }

    /** The value that a run is judged by; NaN if it has none there. */
    private static ToDoubleFunction<Curve> judge(Question question, Map<Axis, Double> spent) {
        if (question.budget().isPresent()) {
            Axis axis = question.budget().get();
            return curve -> curve.value(axis, spent.get(axis));
        }
        return switch (question.moment()) {
            case best -> curve -> curve.best(question);
            case last -> Curve::last;
        };
    }

    /** The value that a run is judged by; NaN if it has none there. */
    ToDoubleFunction<Curve> judge(Question question) {
        return judge(question, spent);
    }

    private static Comparator<Contender> order(ToDoubleFunction<Curve> judge, Question question) {
        double sign = question.maximize() ? -1 : 1;
        return Comparator.<Contender>comparingDouble(each ->
                        sign * Spread.of(each.ranked(judge, question.worst())).median())
                .thenComparingDouble(
                        each -> sign * Spread.of(each.values(judge)).mean())
                .thenComparing(Contender::label);
    }

    /** Of each value of a key the best of those configurations that have the most seeds. */
    private static List<Contender> chosen(List<Contender> all, String key, Comparator<Contender> order) {
        Map<String, List<Contender>> values = all.stream()
                .collect(Collectors.groupingBy(
                        each -> each.example().settings().getOrDefault(key, "none"),
                        LinkedHashMap::new,
                        Collectors.toList()));
        List<Contender> chosen = new ArrayList<>();
        values.forEach((value, several) -> {
            int most =
                    several.stream().mapToInt(each -> each.seeds().size()).max().orElse(0);
            List<Contender> candidates = several.stream()
                    .filter(each -> each.seeds().size() == most)
                    .sorted(order)
                    .toList();
            Contender best = candidates.get(0);
            String how = several.size() == 1
                    ? ""
                    : value + " is " + Shown.quoted(best.label()) + ", "
                            + (candidates.size() == 1
                                    ? "of " + several.size() + " configurations the one with the most seeds"
                                    : "the best of " + several.size() + " configurations"
                                            + (candidates.size() < several.size()
                                                    ? ", " + candidates.size() + " of which have " + most + " seeds"
                                                    : "")
                                            + "; it was chosen by these values, which flatters it");
            chosen.add(best.named(value, how));
        });
        return chosen;
    }

    private static int[][] told(List<Contender> contenders, Question question) {
        int n = contenders.size();
        if (question.baseline().isPresent()) {
            int base = contenders.stream()
                    .map(Contender::label)
                    .toList()
                    .indexOf(question.baseline().get());
            return base < 0
                    ? new int[0][]
                    : IntStream.range(0, n)
                            .filter(i -> i != base)
                            .mapToObj(i -> new int[] {i, base})
                            .toArray(int[][]::new);
        }
        return IntStream.range(0, n > ALL_PAIRS ? Math.min(n, 1) : n)
                .boxed()
                .flatMap(i -> IntStream.range(i + 1, n).mapToObj(j -> new int[] {i, j}))
                .toArray(int[][]::new);
    }

    /** What more than half of its runs reach; infinite if they diverged. */
    private static double best(Contender contender, Question question) {
        return median(contender, curve -> curve.best(question), question);
    }

    /** What more than half of its runs are as good as. */
    private static double median(Contender contender, ToDoubleFunction<Curve> value, Question question) {
        double[] sorted = Arrays.stream(contender.ranked(value, question.worst()))
                .sorted()
                .toArray();
        int n = sorted.length;
        return n == 0 ? question.worst() : sorted[question.maximize() ? (n - 1) / 2 : n / 2];
    }

    /**
     * Whose is the worst that is a number, among those that got better than they began: what the others have is
     * reached by all before the first step. Among all if nobody did.
     */
    private static Optional<Contender> worst(List<Contender> contenders, Question question) {
        Comparator<Contender> rising = Comparator.comparingDouble(each -> best(each, question));
        Comparator<Contender> order = question.maximize() ? rising.reversed() : rising;
        List<Contender> finite = contenders.stream()
                .filter(each -> Double.isFinite(best(each, question)))
                .toList();
        return finite.stream()
                .filter(each -> question.isBetter(best(each, question), median(each, Curve::first, question)))
                .max(order)
                .or(() -> finite.stream().max(order));
    }

    /** Of each run that counts or diverged, where it reaches the target; infinite if it does not. */
    public double[] reached(Contender contender, Axis axis, Question question) {
        return contender.entries().stream()
                .filter(entry -> entry.counts() || entry.fate() == Fate.DIVERGED)
                .mapToDouble(entry -> entry.curve().first(axis, target, question))
                .toArray();
    }
}
