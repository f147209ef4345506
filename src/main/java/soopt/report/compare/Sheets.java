package soopt.report.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import soopt.experiment.results.Ranking.Moment;
import soopt.report.compare.Entry.Fate;
import soopt.report.read.Axis;
import soopt.report.table.Rounded;
import soopt.report.table.Sheet;
import soopt.report.table.Spread;

/** A comparison as tables for people, with what they rest on in words. */
public final class Sheets {
    /** Rows of a table that is to be read; CSV and JSON have all. */
    private static final int MOST_ROWS = 30;

    /** Of a target that was not asked for: about four digits. */
    private static final double TARGET_DIGITS = 0.01;

    /** Part of a run's way across which a line between two rows is still taken for its course. */
    private static final double WIDEST_GAP = 0.5;

    private static final double[] TAUS = {1, 1.25, 1.5, 2, 3, 5, 10, Double.MAX_VALUE};

    private final Comparison comparison;
    private final Question question;

    private Sheets(Comparison comparison) {
        this.comparison = comparison;
        this.question = comparison.question();
    }

    public static List<Sheet> of(Comparison comparison) {
        Sheets sheets = new Sheets(comparison);
        List<Sheet> all = new ArrayList<>();
        comparison.contests().forEach(contest -> {
            all.add(sheets.values(contest));
            all.add(sheets.target(contest));
            all.add(sheets.budgets(contest));
            if (!contest.pairs().isEmpty()) {
                all.add(sheets.pairs(contest));
            }
        });
        comparison.profile().ifPresent(profile -> all.add(sheets.profile(profile)));
        return all;
    }

    private String title(Contest contest, String words) {
        return contest.problem().isEmpty() ? words : contest.problem() + ": " + words;
    }

    private static Stream<Contender> shown(Contest contest) {
        return contest.contenders().stream().limit(MOST_ROWS);
    }

    private static void addMore(int all, String what, List<String> notes) {
        if (all > MOST_ROWS) {
            notes.add((all - MOST_ROWS) + " more " + what + " are in --format csv and json");
        }
    }

    // ---- what was reached ----

    private Sheet values(Contest contest) {
        String metric = question.metric();
        boolean judgedApart = question.budget().isPresent();
        List<String> header = new ArrayList<>(List.of("", "seeds"));
        if (judgedApart) {
            header.addAll(List.of(metric + " " + at(contest, question.budget().get()), "median"));
        }
        header.addAll(List.of("best " + metric, "median", "last", "epochs", "gradient equivalents", "training s"));
        List<List<String>> rows = shown(contest)
                .map(each -> {
                    List<String> row =
                            new ArrayList<>(List.of(each.label(), Integer.toString(each.count(Fate.COUNTED))));
                    if (judgedApart) {
                        row.addAll(middle(each, contest.judge(question)));
                    }
                    row.addAll(middle(each, curve -> curve.best(question)));
                    row.add(Rounded.spread(Spread.of(each.values(Curve::last))));
                    row.add(end(each, Axis.EPOCH));
                    row.add(end(each, Axis.COST));
                    row.add(end(each, Axis.TIME));
                    return row;
                })
                .toList();
        List<String> notes = new ArrayList<>();
        addMore(contest.contenders().size(), "groups", notes);
        notes.addAll(new Remarks(contest, question).all());
        return new Sheet(
                title(
                        contest,
                        metric + ", " + (question.maximize() ? "the larger the better" : "the smaller the better")
                                + "; mean ± standard deviation over seeds"),
                header,
                rows,
                notes);
    }

    /** Mean ± deviation of what is finite, and the median of all with what diverged as worst. */
    private List<String> middle(Contender each, ToDoubleFunction<Curve> value) {
        Spread spread = Spread.of(each.values(value));
        double median = Spread.of(each.ranked(value, question.worst())).median();
        return List.of(
                Rounded.spread(spread),
                Double.isInfinite(median) ? "diverged" : Rounded.number(median, spread.deviation()));
    }

    private static String end(Contender each, Axis axis) {
        Spread spread = Spread.of(each.values(curve -> curve.end(axis)));
        return axis == Axis.TIME
                ? Rounded.spread(spread)
                : spread.least() == spread.most() ? Rounded.count(spread.mean()) : Rounded.spread(spread);
    }

    // ---- what it took ----

    private Sheet target(Contest contest) {
        double target = contest.target();
        String value = question.target().isPresent()
                ? Double.toString(target)
                : Rounded.number(target, Math.abs(target) * TARGET_DIGITS);
        String reached = question.metric() + (question.maximize() ? " ≥ " : " ≤ ") + value;
        List<String> header = List.of("", "runs", "epoch", "step", "gradient equivalents", "training s");
        List<List<String>> rows = shown(contest)
                .map(each -> {
                    double[] steps = contest.reached(each, Axis.STEP, question);
                    long done = Arrays.stream(steps).filter(Double::isFinite).count();
                    return List.of(
                            each.label(),
                            done + " of " + steps.length,
                            reached(contest, each, Axis.EPOCH),
                            reached(contest, each, Axis.STEP),
                            reached(contest, each, Axis.COST),
                            reached(contest, each, Axis.TIME));
                })
                .toList();
        List<String> notes = new ArrayList<>();
        notes.add((question.target().isPresent()
                        ? "the target is as asked for"
                        : "the target is what more than half of the runs of " + contest.targetOf()
                                + " reach, the worst of the groups that got better than they began")
                + "; a run reaches it at its first row of metrics.csv that is as good; median over runs");
        return new Sheet(title(contest, "to reach " + reached), header, rows, notes);
    }

    private String reached(Contest contest, Contender each, Axis axis) {
        Spread spread = Spread.of(contest.reached(each, axis, question));
        boolean whole = axis == Axis.STEP || axis == Axis.COST;
        return whole ? Rounded.count(spread.median()) : Rounded.number(spread.median());
    }

    // ---- at equal budgets ----

    private static String at(Contest contest, Axis axis) {
        return "at " + place(contest, axis);
    }

    private static String place(Contest contest, Axis axis) {
        double spent = contest.spent().get(axis);
        return switch (axis) {
            case TIME -> Rounded.number(spent) + " s";
            case EPOCH -> "epoch " + Rounded.number(spent);
            default -> Rounded.count(spent) + " " + axis.label();
        };
    }

    private Sheet budgets(Contest contest) {
        List<Axis> axes = List.of(Axis.EPOCH, Axis.COST, Axis.TIME);
        List<String> header = new ArrayList<>(List.of(""));
        axes.forEach(axis -> header.add(at(contest, axis)));
        List<List<String>> rows = shown(contest)
                .map(each -> {
                    List<String> row = new ArrayList<>(List.of(each.label()));
                    axes.forEach(axis -> row.add(Rounded.spread(Spread.of(each.values(
                            curve -> curve.value(axis, contest.spent().get(axis)))))));
                    return row;
                })
                .toList();
        List<String> notes = new ArrayList<>(List.of("budgets are what the shortest run that counts spent"
                + (question.spent().isPresent() ? ", or as asked for" : "")
                + "; values are linear between rows of metrics.csv"));
        for (Axis axis : axes) {
            long shorter = contest.contenders().stream()
                    .flatMap(Contender::counted)
                    .filter(entry -> Double.isNaN(
                            entry.curve().value(axis, contest.spent().get(axis))))
                    .count();
            if (shorter > 0) {
                notes.add(runs(shorter) + " no value " + at(contest, axis));
            }
            long drawn = contest.contenders().stream()
                    .flatMap(Contender::counted)
                    .filter(entry -> entry.curve().gap(axis, contest.spent().get(axis)) > WIDEST_GAP)
                    .count();
            if (drawn > 0) {
                notes.add(runs(drawn) + " no " + question.metric() + " near "
                        + place(contest, axis)
                        + ": what stands there is a line across more than half of the run (evaluate.every)");
            }
        }
        return new Sheet(title(contest, question.metric() + " for the same work"), header, rows, notes);
    }

    private static String runs(long count) {
        return count == 1 ? "1 run has" : count + " runs have";
    }

    // ---- against each other ----

    private Sheet pairs(Contest contest) {
        boolean several = contest.family() > 1;
        List<String> header =
                new ArrayList<>(List.of("", "seeds", "difference", "95 % interval", "better : worse", "p"));
        header.addAll(several ? List.of("p (Holm)", "verdict") : List.of("verdict"));
        List<List<String>> rows = contest.pairs().stream()
                .limit(MOST_ROWS)
                .map(pair -> row(pair, several))
                .toList();
        List<String> notes = new ArrayList<>();
        addMore(contest.pairs().size(), "pairs", notes);
        boolean unpaired =
                contest.pairs().stream().anyMatch(pair -> !pair.evidence().paired());
        boolean paired =
                contest.pairs().stream().anyMatch(pair -> pair.evidence().paired());
        if (unpaired) {
            notes.add("groups whose seeds are not the same are compared as independent ones: "
                    + contest.pairs().stream()
                            .filter(pair -> !pair.evidence().paired())
                            .limit(5)
                            .map(Sheets::name)
                            .collect(Collectors.joining("; "))
                    + "; p is of the exact rank-sum test (Mann–Whitney)");
        }
        if (paired) {
            notes.add("runs of a seed are compared with each other; p is of the exact signed-rank test (Wilcoxon), in"
                    + " which a run that diverged is worst");
        }
        boolean diverged = contest.contenders().stream().anyMatch(each -> each.count(Fate.DIVERGED) > 0);
        if (diverged) {
            notes.add("differences and intervals leave out what diverged: read them with the test");
        }
        notes.add((several
                        ? "p (Holm) is corrected for " + contest.family() + " comparisons"
                                + (contest.problem().isEmpty() ? "" : " on this problem")
                        : "one comparison")
                + "; interval: BCa bootstrap of the difference of means, widened for few seeds, "
                + Bootstrap.RESAMPLES + " resamples of stream compare.bootstrap, from " + Bootstrap.LEAST_VALUES
                + " seeds on");
        return new Sheet(title(contest, judged(contest) + ", one − other"), header, rows, notes);
    }

    private String judged(Contest contest) {
        return question.budget()
                .map(axis -> question.metric() + " " + at(contest, axis))
                .orElse((question.moment() == Moment.best ? "best " : "last ") + question.metric());
    }

    private static String name(Pair pair) {
        return pair.one().label() + " − " + pair.other().label();
    }

    private static List<String> row(Pair pair, boolean several) {
        Evidence evidence = pair.evidence();
        Optional<Bootstrap> interval = evidence.interval();
        List<String> row = new ArrayList<>(List.of(
                name(pair),
                evidence.paired() ? Integer.toString(evidence.runs()) : evidence.runs() + ", " + evidence.otherRuns(),
                interval.map(each -> Rounded.number(evidence.difference(), each.high() - each.low()))
                        .orElse(Rounded.number(evidence.difference())),
                interval.map(each -> Rounded.interval(each.low(), each.high())).orElse("-"),
                evidence.better() + " : " + evidence.worse(),
                Rounded.probability(evidence.test().p())));
        if (several) {
            row.add(Rounded.probability(pair.adjusted()));
        }
        row.add(pair.words());
        return row;
    }

    // ---- over problems ----

    private Sheet profile(Profile profile) {
        List<String> header = new ArrayList<>(List.of("τ"));
        header.addAll(profile.solvers());
        List<List<String>> rows = Arrays.stream(TAUS)
                .mapToObj(tau -> {
                    List<String> row = new ArrayList<>(List.of(tau == Double.MAX_VALUE ? "any" : Rounded.number(tau)));
                    for (int s = 0; s < profile.solvers().size(); s++) {
                        row.add(Math.round(profile.share(s, tau)
                                        * profile.problems().size()) + " of "
                                + profile.problems().size());
                    }
                    return row;
                })
                .toList();
        return new Sheet(
                "performance profile: problems whose target is reached within τ times the least "
                        + profile.axis().label(),
                header,
                rows,
                List.of("Dolan and Moré 2002; problems: " + String.join("; ", profile.problems())));
    }
}
