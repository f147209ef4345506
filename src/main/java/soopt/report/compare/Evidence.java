package soopt.report.compare;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import soopt.report.table.Spread;

/**
 * What the values of two groups say of their difference.
 *
 * @param paired whether runs of the same seed are compared
 * @param runs how many values of the one it rests on
 * @param otherRuns of the other; as many if they are paired
 * @param difference of the means, one − other, over what did not diverge; of pairs, over those of which neither did
 * @param interval of that, if there are enough
 * @param better pairs in which the one is better; of unpaired ones those of all runs of the one and all of the other
 * @param worse the same where it is worse
 * @param sign p of the sign test of pairs; NaN of unpaired ones
 * @param test of ranks, in which a run that diverged is worst
 */
public record Evidence(
        boolean paired,
        int runs,
        int otherRuns,
        double difference,
        Optional<Bootstrap> interval,
        long better,
        long worse,
        double sign,
        RankTest test) {
    /** @param a values of the one by seed; the worst of runs that diverged */
    static Evidence paired(Map<String, Double> a, Map<String, Double> b, Question question) {
        double[] differences = a.keySet().stream()
                .filter(b::containsKey)
                .mapToDouble(seed -> a.get(seed).equals(b.get(seed)) ? 0 : a.get(seed) - b.get(seed))
                .toArray();
        double[] finite = a.keySet().stream()
                .filter(b::containsKey)
                .filter(seed -> !a.get(seed).isInfinite() && !b.get(seed).isInfinite())
                .mapToDouble(seed -> a.get(seed) - b.get(seed))
                .toArray();
        return new Evidence(
                true,
                differences.length,
                differences.length,
                Spread.of(finite).mean(),
                finite.length < Bootstrap.LEAST_VALUES ? Optional.empty() : Optional.of(Bootstrap.mean(finite)),
                Arrays.stream(differences).filter(d -> question.isBetter(d, 0)).count(),
                Arrays.stream(differences).filter(d -> question.isBetter(0, d)).count(),
                RankTest.sign(differences),
                RankTest.signed(gains(differences, question)));
    }

    /** @param a values of the one; the worst of runs that diverged */
    static Evidence unpaired(double[] a, double[] b, Question question) {
        double[] finiteA = Arrays.stream(a).filter(Double::isFinite).toArray();
        double[] finiteB = Arrays.stream(b).filter(Double::isFinite).toArray();
        boolean enough = Math.min(finiteA.length, finiteB.length) >= Bootstrap.LEAST_VALUES;
        return new Evidence(
                false,
                a.length,
                b.length,
                Spread.of(finiteA).mean() - Spread.of(finiteB).mean(),
                enough ? Optional.of(Bootstrap.difference(finiteA, finiteB)) : Optional.empty(),
                pairs(a, b, question),
                pairs(b, a, question),
                Double.NaN,
                RankTest.sum(gains(a, question), gains(b, question)));
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

    boolean isEqual() {
        return better == 0 && worse == 0 && runs > 0 && otherRuns > 0;
    }
}
