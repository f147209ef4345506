package soopt.report.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import soopt.experiment.results.Ranking.Moment;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.report.compare.Entry.Fate;
import soopt.report.read.Axis;
import soopt.report.table.Spread;

/**
 * A comparison for programs: groups.csv, pairs.csv, runs.csv and, over several problems, profile.csv, and all of it as
 * JSON. Numbers have all their digits; NaN where there is none, Inf where a target is not reached or a run that
 * diverged is the middle one.
 */
public final class ComparisonTables {
    private final Comparison comparison;
    private final Question question;

    public ComparisonTables(Comparison comparison) {
        this.comparison = comparison;
        this.question = comparison.question();
    }

    private record Group(Contest contest, Contender contender) {}

    private record Run(Contest contest, Contender contender, Entry entry) {}

    private record Told(Contest contest, Pair pair) {}

    private record Step(Profile profile, int solver, double tau) {}

    // ---- columns ----

    /** The columns of its CSV files, whatever is compared. */
    public static Map<String, List<? extends Column<?>>> columns() {
        Question any = new Question(
                "train_loss",
                false,
                Moment.best,
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                Question.PROBLEM,
                Optional.empty(),
                false);
        ComparisonTables empty = new ComparisonTables(new Comparison(any, List.of(), Optional.empty()));
        Map<String, List<? extends Column<?>>> columns = new LinkedHashMap<>();
        columns.put("groups.csv", empty.groups());
        columns.put("pairs.csv", pairs());
        columns.put("runs.csv", empty.runs());
        columns.put("profile.csv", profile());
        return columns;
    }

    private List<Column<Group>> groups() {
        List<Column<Group>> columns = new ArrayList<>(List.of(
                new Column<>("problem", row -> row.contest.problem(), "name of the problem"),
                new Column<>("group", row -> row.contender.label(), "what its runs have in common"),
                new Column<>("runs", row -> row.contender.entries().size(), "all of them"),
                new Column<>("counted", row -> row.contender.count(Fate.COUNTED), "in the means"),
                new Column<>("diverged", row -> row.contender.count(Fate.DIVERGED), "worst in medians and tests"),
                new Column<>("unfinished", row -> row.contender.count(Fate.UNFINISHED), "not counted"),
                new Column<>("not_measured", row -> row.contender.count(Fate.UNMEASURED), "not counted"),
                new Column<>("repeated", row -> row.contender.count(Fate.REPEATED), "of a seed again, not counted")));
        addSpread(columns, "judged", row -> row.contest.judge(question));
        addSpread(columns, "best", row -> curve -> curve.best(question));
        addSpread(columns, "last", row -> Curve::last);
        for (Axis axis : Curve.AXES) {
            addSpread(columns, name(axis), row -> curve -> curve.end(axis));
        }
        for (Axis axis : Curve.AXES) {
            columns.add(new Column<>(
                    "spent_" + name(axis), row -> row.contest.spent().get(axis), "the equal budget"));
            addSpread(
                    columns,
                    "at_spent_" + name(axis),
                    row -> curve -> curve.value(axis, row.contest.spent().get(axis)));
        }
        columns.add(new Column<>("target", row -> row.contest.target(), "value to reach"));
        columns.add(new Column<>(
                "reached",
                row -> Arrays.stream(row.contest.reached(row.contender, Axis.STEP, question))
                        .filter(Double::isFinite)
                        .count(),
                "runs that reach it"));
        for (Axis axis : Curve.AXES) {
            columns.add(new Column<>(
                    "target_" + name(axis) + "_median",
                    row -> Spread.of(row.contest.reached(row.contender, axis, question))
                            .median(),
                    "where the median run reaches it"));
        }
        return columns;
    }

    private void addSpread(List<Column<Group>> columns, String name, Function<Group, ToDoubleFunction<Curve>> value) {
        Function<Group, Spread> counted = row -> Spread.of(row.contender.values(value.apply(row)));
        columns.add(new Column<>(name + "_mean", row -> counted.apply(row).mean(), "over the runs that count"));
        columns.add(new Column<>(name + "_sd", row -> counted.apply(row).deviation(), "with n − 1"));
        columns.add(new Column<>(
                name + "_median",
                row -> Spread.of(row.contender.ranked(value.apply(row), question.worst()))
                        .median(),
                "with what diverged as worst"));
    }

    private static String name(Axis axis) {
        return switch (axis) {
            case TIME -> "train_s";
            case COST -> "gradient_equivalents";
            case EPOCH, STEP, SAMPLES -> axis.word();
        };
    }

    private List<Column<Run>> runs() {
        List<Column<Run>> columns = new ArrayList<>(List.of(
                new Column<>("problem", row -> row.contest.problem(), "name of the problem"),
                new Column<>("group", row -> row.contender.label(), "its group"),
                new Column<>("run_id", row -> row.entry.run().id(), "name of its folder"),
                new Column<>("seed", row -> row.entry.run().seed(), "seed"),
                new Column<>("state", row -> row.entry.run().standing(), "how it stands"),
                new Column<>("counts", row -> row.entry.fate(), "how it counts"),
                new Column<>(
                        "judged", row -> row.contest.judge(question).applyAsDouble(row.entry.curve()), "its value"),
                new Column<>("best", row -> row.entry.curve().best(question), "best value"),
                new Column<>("last", row -> row.entry.curve().last(), "last value")));
        for (Axis axis : Curve.AXES) {
            columns.add(new Column<>(name(axis), row -> row.entry.curve().end(axis), "at its end"));
        }
        for (Axis axis : Curve.AXES) {
            columns.add(new Column<>(
                    "target_" + name(axis),
                    row -> row.entry.curve().first(axis, row.contest.target(), question),
                    "at its first row that reaches the target"));
        }
        return columns;
    }

    private static List<Column<Told>> pairs() {
        return List.of(
                new Column<>("problem", row -> row.contest.problem(), "name of the problem"),
                new Column<>("one", row -> row.pair.one().label(), "a group"),
                new Column<>("other", row -> row.pair.other().label(), "another"),
                new Column<>("paired", row -> row.pair.evidence().paired(), "whether runs of a seed are compared"),
                new Column<>("runs_one", row -> row.pair.evidence().runs(), "values of it"),
                new Column<>("runs_other", row -> row.pair.evidence().otherRuns(), "values of the other"),
                new Column<>("difference", row -> row.pair.evidence().difference(), "of means, one − other"),
                new Column<>(
                        "low",
                        row -> row.pair
                                .evidence()
                                .interval()
                                .map(Bootstrap::low)
                                .orElse(Double.NaN),
                        "of 95 %"),
                new Column<>(
                        "high",
                        row -> row.pair
                                .evidence()
                                .interval()
                                .map(Bootstrap::high)
                                .orElse(Double.NaN),
                        "of 95 %"),
                new Column<>("better", row -> row.pair.evidence().better(), "pairs in which one is better"),
                new Column<>("worse", row -> row.pair.evidence().worse(), "pairs in which it is worse"),
                new Column<>("test", row -> row.pair.evidence().paired() ? "signed-rank" : "rank-sum", "of p"),
                new Column<>("p", row -> row.pair.evidence().test().p(), "two-sided"),
                new Column<>("least_p", row -> row.pair.evidence().test().least(), "that so many runs can give"),
                new Column<>("p_sign", row -> row.pair.evidence().sign(), "of the sign test"),
                new Column<>("p_holm", row -> row.pair.adjusted(), "p corrected for all comparisons"),
                new Column<>("comparisons", row -> row.pair.family(), "how many"),
                new Column<>("verdict", row -> row.pair.verdict(), "in one word"),
                new Column<>("words", row -> row.pair.words(), "in words"),
                new Column<>("apart", row -> String.join("; ", row.pair.apart()), "in what else they differ"));
    }

    private static List<Column<Step>> profile() {
        return List.of(
                new Column<>("solver", row -> row.profile.solvers().get(row.solver), "its name"),
                new Column<>("tau", row -> row.tau, "times the least that any spends"),
                new Column<>(
                        "share", row -> row.profile.share(row.solver, row.tau), "of the problems solved within that"));
    }

    // ---- files ----

    /** The tables by the names of their files. */
    public Map<String, String> csv() {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("groups.csv", Column.table(groups(), groupRows()));
        tables.put("pairs.csv", Column.table(pairs(), pairRows()));
        tables.put("runs.csv", Column.table(runs(), runRows()));
        comparison.profile().ifPresent(found -> tables.put("profile.csv", Column.table(profile(), steps(found))));
        return tables;
    }

    private List<Group> groupRows() {
        return comparison.contests().stream()
                .flatMap(contest -> contest.contenders().stream().map(each -> new Group(contest, each)))
                .toList();
    }

    private List<Told> pairRows() {
        return comparison.contests().stream()
                .flatMap(contest -> contest.pairs().stream().map(pair -> new Told(contest, pair)))
                .toList();
    }

    private List<Run> runRows() {
        return groupRows().stream()
                .flatMap(row ->
                        row.contender.entries().stream().map(entry -> new Run(row.contest, row.contender, entry)))
                .toList();
    }

    private static List<Step> steps(Profile profile) {
        return IntStream.range(0, profile.solvers().size())
                .boxed()
                .flatMap(solver -> Arrays.stream(profile.steps()).mapToObj(tau -> new Step(profile, solver, tau)))
                .toList();
    }

    public JsonObject json() {
        JsonObject object = new JsonObject()
                .put("metric", question.metric())
                .put("maximize", question.maximize())
                .put(
                        "judged_by",
                        question.budget()
                                .map(axis -> "budget of " + axis.label())
                                .orElse(question.moment().name()))
                .put("by", question.by().orElse(""))
                .put("problem_keys", question.problem())
                .put("level", Question.LEVEL)
                .put("resamples", Bootstrap.RESAMPLES)
                .putObjects("groups", Column.objects(groups(), groupRows()))
                .putObjects("pairs", Column.objects(pairs(), pairRows()))
                .putObjects("runs", Column.objects(runs(), runRows()));
        comparison.profile().ifPresent(found -> object.putObjects("profile", Column.objects(profile(), steps(found))));
        return object;
    }
}
