package soopt.report.compare;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import soopt.experiment.results.Ranking.Moment;
import soopt.report.read.Axis;

/**
 * What is asked of a comparison.
 *
 * @param metric a column of metrics.csv
 * @param maximize whether larger is better
 * @param moment which value of a run it is judged by, without a budget
 * @param budget what all may spend: runs are judged by their value there
 * @param spent how much of it; empty for what the shortest run spent
 * @param target a value to reach; empty for what more than half of the runs of each group reach
 * @param by a key whose values are compared, each by its best configuration; empty for all configurations
 * @param problem keys whose values make problems of their own
 * @param baseline the label that all others are compared with; empty for all pairs
 * @param unfinished whether runs count that did not come to their end
 */
public record Question(
        String metric,
        boolean maximize,
        Moment moment,
        Optional<Axis> budget,
        OptionalDouble spent,
        OptionalDouble target,
        Optional<String> by,
        List<String> problem,
        Optional<String> baseline,
        boolean unfinished) {
    /** Of a claim that nothing is there. */
    public static final double LEVEL = 0.05;

    public static final List<String> PROBLEM = List.of("model.type", "dataset.type");

    public Question {
        problem = List.copyOf(problem);
    }

    /** The worst value there is. */
    double worst() {
        return maximize ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }

    /** Of two values the better one. */
    double better(double one, double other) {
        return maximize ? Math.max(one, other) : Math.min(one, other);
    }

    boolean isBetter(double one, double other) {
        return maximize ? one > other : one < other;
    }

    Question by(String key) {
        return new Question(
                metric, maximize, moment, budget, spent, target, Optional.of(key), problem, baseline, unfinished);
    }
}
