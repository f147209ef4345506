package soopt.report.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import soopt.experiment.results.Varied;
import soopt.report.table.Spread;

/**
 * Two contenders against each other.
 *
 * @param paired whether runs of the same seed are compared: all seeds of the one that has fewer are those of the other
 * @param runs how many values of each it rests on; equal if they are paired
 * @param difference of the means, one − other, over what did not diverge; of pairs, over those of which neither did
 * @param interval of that, if there are enough
 * @param better pairs in which {@code one} is better; of unpaired ones those of all runs of one and all of the other
 * @param worse the same where it is worse
 * @param sign p of the sign test of pairs; NaN of unpaired ones
 * @param test of ranks, in which a run that diverged is worst
 * @param adjusted its p after Holm
 * @param family how many comparisons there are
 * @param apart keys in which they differ beside what is compared, with both values
 */
public record Pair(
        Contender one,
        Contender other,
        boolean paired,
        int[] runs,
        double difference,
        Optional<Bootstrap> interval,
        long better,
        long worse,
        double sign,
        RankTest test,
        double adjusted,
        int family,
        List<String> apart) {
    /** What may be said of a pair. */
    public enum Verdict {
        BETTER,
        WORSE,
        /** Each pair has the same value. */
        EQUAL,
        /** Whatever their values, so few runs cannot show it. */
        TOO_FEW,
        /** They could have, and did not. */
        NOT_SHOWN
    }

    /** @param judge the value that a run is judged by */
    static Pair of(Contender one, Contender other, ToDoubleFunction<Curve> judge, Question question) {
        boolean paired = one.seeds().containsAll(other.seeds()) || other.seeds().containsAll(one.seeds());
        Map<String, Double> a = one.bySeed(judge, question.worst());
        Map<String, Double> b = other.bySeed(judge, question.worst());
        List<String> apart = apart(one, other, question);
        return paired
                ? paired(one, other, a, b, apart, question)
                : unpaired(one, other, values(a), values(b), apart, question);
    }

    private static double[] values(Map<String, Double> bySeed) {
        return bySeed.values().stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Pair paired(
            Contender one,
            Contender other,
            Map<String, Double> a,
            Map<String, Double> b,
            List<String> apart,
            Question question) {
        double[] differences = a.keySet().stream()
                .filter(b::containsKey)
                .mapToDouble(seed -> a.get(seed).equals(b.get(seed)) ? 0 : a.get(seed) - b.get(seed))
                .toArray();
        double[] finite = finite(a, b);
        return new Pair(
                one,
                other,
                true,
                new int[] {differences.length, differences.length},
                Spread.of(finite).mean(),
                finite.length < Bootstrap.LEAST_VALUES ? Optional.empty() : Optional.of(Bootstrap.mean(finite)),
                Arrays.stream(differences).filter(d -> question.isBetter(d, 0)).count(),
                Arrays.stream(differences).filter(d -> question.isBetter(0, d)).count(),
                RankTest.sign(differences),
                RankTest.signed(gains(differences, question)),
                Double.NaN,
                1,
                apart);
    }

    /** Of the seeds of which neither diverged. */
    private static double[] finite(Map<String, Double> a, Map<String, Double> b) {
        return a.keySet().stream()
                .filter(b::containsKey)
                .filter(seed -> !a.get(seed).isInfinite() && !b.get(seed).isInfinite())
                .mapToDouble(seed -> a.get(seed) - b.get(seed))
                .toArray();
    }

    private static Pair unpaired(
            Contender one, Contender other, double[] a, double[] b, List<String> apart, Question question) {
        double[] finiteA = Arrays.stream(a).filter(Double::isFinite).toArray();
        double[] finiteB = Arrays.stream(b).filter(Double::isFinite).toArray();
        boolean enough = Math.min(finiteA.length, finiteB.length) >= Bootstrap.LEAST_VALUES;
        return new Pair(
                one,
                other,
                false,
                new int[] {a.length, b.length},
                Spread.of(finiteA).mean() - Spread.of(finiteB).mean(),
                enough ? Optional.of(Bootstrap.difference(finiteA, finiteB)) : Optional.empty(),
                pairs(a, b, question),
                pairs(b, a, question),
                Double.NaN,
                RankTest.sum(gains(a, question), gains(b, question)),
                Double.NaN,
                1,
                apart);
    }

    /** The larger the better. */
    private static double[] gains(double[] values, Question question) {
        return Arrays.stream(values)
                .map(value -> question.maximize() ? value : -value)
                .toArray();
    }

    private static long pairs(double[] a, double[] b, Question question) {
        return Arrays.stream(a)
                .mapToLong(x ->
                        Arrays.stream(b).filter(y -> question.isBetter(x, y)).count())
                .sum();
    }

    /** Where and how often it is written down makes no other training. */
    private static List<String> apart(Contender one, Contender other, Question question) {
        String subject = question.by().orElse("optimizer").replaceFirst("\\.type$", "");
        List<String> apart = new ArrayList<>();
        for (String key : Varied.keys(List.of(one.example(), other.example()))) {
            boolean compared = key.equals(subject) || key.startsWith(subject + ".");
            if (!compared && !key.startsWith("record.")) {
                apart.add(key + " " + value(one, key) + " and " + value(other, key));
            }
        }
        return List.copyOf(apart);
    }

    private static String value(Contender contender, String key) {
        String value = contender.example().settings().getOrDefault(key, "");
        return value.isEmpty() ? "none" : value;
    }

    Pair adjusted(double p, int comparisons) {
        return new Pair(
                one, other, paired, runs, difference, interval, better, worse, sign, test, p, comparisons, apart);
    }

    public Verdict verdict() {
        if (adjusted <= Question.LEVEL) {
            return test.direction() > 0 ? Verdict.BETTER : Verdict.WORSE;
        }
        if (better == 0 && worse == 0 && runs[0] > 0 && runs[1] > 0) {
            return Verdict.EQUAL;
        }
        return family * test.least() > Question.LEVEL ? Verdict.TOO_FEW : Verdict.NOT_SHOWN;
    }

    /** The verdict in words. */
    public String words() {
        return switch (verdict()) {
            case BETTER -> one.label() + " is better";
            case WORSE -> other.label() + " is better";
            case EQUAL -> "equal: all values are the same";
            case TOO_FEW -> "undecided: " + tooFew();
            case NOT_SHOWN -> "undecided: no difference shown at 5 %";
        };
    }

    /** "3 seeds cannot show a difference at 5 %; at least 6 are needed". */
    private String tooFew() {
        double level = Question.LEVEL / family;
        String end = " cannot show a difference at 5 %" + (family > 1 ? " among " + family + " comparisons" : "")
                + "; at least " + (paired ? RankTest.pairsFor(level) : RankTest.runsFor(level))
                + (paired ? " are needed" : " of each are needed");
        if (!paired) {
            return runs[0] + " and " + runs[1] + " runs" + end;
        }
        return test.values() < runs[0] && family * 2 * Math.pow(2, -runs[0]) <= Question.LEVEL
                ? "only " + test.values() + " of " + runs[0] + " seeds differ, which" + end
                : runs[0] + (runs[0] == 1 ? " seed" : " seeds") + end;
    }
}
