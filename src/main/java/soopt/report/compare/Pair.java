package soopt.report.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import soopt.experiment.results.Varied;

/**
 * Two contenders against each other. Runs of a seed are compared if all seeds of the one that has fewer are those of
 * the other.
 *
 * @param adjusted p of the test after Holm
 * @param family how many comparisons there are
 * @param apart keys in which they differ beside what is compared, with both values
 */
public record Pair(Contender one, Contender other, Evidence evidence, double adjusted, int family, List<String> apart) {
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
        Evidence evidence =
                paired ? Evidence.paired(a, b, question) : Evidence.unpaired(values(a), values(b), question);
        return new Pair(one, other, evidence, Double.NaN, 1, apart(one, other, question));
    }

    private static double[] values(Map<String, Double> bySeed) {
        return bySeed.values().stream().mapToDouble(Double::doubleValue).toArray();
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
        return new Pair(one, other, evidence, p, comparisons, apart);
    }

    public Verdict verdict() {
        if (adjusted <= Question.LEVEL) {
            return evidence.test().direction() > 0 ? Verdict.BETTER : Verdict.WORSE;
        }
        if (evidence.isEqual()) {
            return Verdict.EQUAL;
        }
        return family * evidence.test().least() > Question.LEVEL ? Verdict.TOO_FEW : Verdict.NOT_SHOWN;
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
        int runs = evidence.runs();
        String end = " cannot show a difference at 5 %" + (family > 1 ? " among " + family + " comparisons" : "")
                + "; at least " + (evidence.paired() ? RankTest.pairsFor(level) : RankTest.runsFor(level))
                + (evidence.paired() ? " are needed" : " of each are needed");
        if (!evidence.paired()) {
            return runs + " and " + evidence.otherRuns() + " runs" + end;
        }
        return evidence.test().values() < runs && family * 2 * Math.pow(2, -runs) <= Question.LEVEL
                ? "only " + evidence.test().values() + " of " + runs + " seeds differ, which" + end
                : runs + (runs == 1 ? " seed" : " seeds") + end;
    }
}
