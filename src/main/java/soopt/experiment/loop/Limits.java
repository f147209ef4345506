package soopt.experiment.loop;

import java.util.Locale;
import java.util.Optional;
import soopt.experiment.file.Budget;
import soopt.experiment.file.Budget.EarlyStopping;
import soopt.experiment.file.Budget.Metric;
import soopt.experiment.folder.MetricsRow;
import soopt.optimizer.step.State;

/** What a run has used of its budget, and how its metrics went. */
final class Limits {
    private static final String NUMBERS = "budget";

    private final Optional<Budget> budget;
    private Seen seen = Seen.NOTHING;
    /** If only the training examples of the last row had been looked at, as in a run that is longer. */
    private Seen withoutEvaluation = Seen.NOTHING;

    /**
     * What the rows so far said.
     *
     * @param reached the value that reached the target; NaN before
     * @param best of the metric of early stopping; NaN before the first
     * @param bestEpoch where it was
     * @param bad rows since then
     */
    private record Seen(double reached, double best, int bestEpoch, int bad) {
        static final Seen NOTHING = new Seen(Double.NaN, Double.NaN, 0, 0);

        Seen reached(double value) {
            return new Seen(value, best, bestEpoch, bad);
        }

        Seen best(double value, int epoch) {
            return new Seen(reached, value, epoch, 0);
        }

        Seen worse() {
            return new Seen(reached, best, bestEpoch, bad + 1);
        }

        double[] numbers() {
            return new double[] {reached, best, bestEpoch, bad};
        }

        static Seen of(double[] numbers, int from) {
            return new Seen(numbers[from], numbers[from + 1], (int) numbers[from + 2], (int) numbers[from + 3]);
        }
    }

    /** The values of a row; NaN where nothing was measured. */
    interface Values {
        double of(Metric metric);
    }

    Limits(Optional<Budget> budget) {
        this.budget = budget;
    }

    /**
     * Takes a row in.
     *
     * @param within whether its training loss is that of a part of an epoch, which is not looked at
     * @return whether the parameters are the best so far, and to be kept
     */
    boolean observe(MetricsRow row, boolean within) {
        double before = seen.best;
        withoutEvaluation = after(metric -> ofTraining(metric) ? value(metric, row, within) : Double.NaN, row.epoch());
        seen = after(metric -> value(metric, row, within), row.epoch());
        boolean better = Double.compare(seen.best, before) != 0;
        return better
                && budget.flatMap(Budget::earlyStopping)
                        .filter(EarlyStopping::keepBest)
                        .isPresent();
    }

    private Seen after(Values values, int epoch) {
        Seen next = seen;
        Optional<Budget.Target> target = budget.flatMap(Budget::target);
        if (target.isPresent() && Double.isNaN(seen.reached)) {
            double value = values.of(target.get().metric());
            next = target.get().metric().isAtLeastAsGood(value, target.get().value()) ? next.reached(value) : next;
        }
        Optional<EarlyStopping> early = budget.flatMap(Budget::earlyStopping);
        double value = early.map(it -> values.of(it.metric())).orElse(Double.NaN);
        if (Double.isNaN(value)) {
            return next;
        }
        boolean better = Double.isNaN(seen.best)
                || early.get().metric().isBetter(value, seen.best, early.get().threshold());
        return better ? next.best(value, epoch) : next.worse();
    }

    private static boolean ofTraining(Metric metric) {
        return metric == Metric.TRAIN_LOSS || metric == Metric.TRAIN_ACC;
    }

    private static double value(Metric metric, MetricsRow row, boolean within) {
        return switch (metric) {
            case TRAIN_LOSS -> within ? Double.NaN : row.trainLoss();
            case TRAIN_ACC -> within ? Double.NaN : row.trainAccuracy();
            case VAL_LOSS -> row.validationLoss();
            case VAL_ACC -> row.validationAccuracy();
            case TEST_LOSS -> row.testLoss();
            case TEST_ACC -> row.testAccuracy();
        };
    }

    /** Whether a run ends with an epoch by the training examples alone; then the others are measured. */
    boolean endsWith(double trainLoss, double trainAccuracy) {
        Values values = metric ->
                metric == Metric.TRAIN_LOSS ? trainLoss : metric == Metric.TRAIN_ACC ? trainAccuracy : Double.NaN;
        return metric(after(values, 0)).isPresent();
    }

    /** Whether time or work is used up, which is known between two rows. */
    boolean isUsedUp(Clocks clocks, double gradientEquivalents) {
        return usedUp(clocks, gradientEquivalents).isPresent();
    }

    private Optional<String> usedUp(Clocks clocks, double gradientEquivalents) {
        double seconds = clocks.training() + clocks.curvature();
        Optional<String> time = budget.flatMap(Budget::seconds)
                .filter(limit -> seconds >= limit)
                .map(limit -> "training.budget.seconds = " + limit + " are used up");
        return time.or(() -> budget.flatMap(Budget::gradientEquivalents)
                .filter(limit -> gradientEquivalents >= limit)
                .map(limit -> "training.budget.gradient-equivalents = " + limit + " are used up"));
    }

    /** Why the run is complete, as the end of a sentence; empty if it goes on. */
    Optional<String> met(Clocks clocks, double gradientEquivalents) {
        return metric(seen).or(() -> usedUp(clocks, gradientEquivalents));
    }

    /** Whether it would be if only training examples had been looked at last. */
    boolean isMetWithoutEvaluation(Clocks clocks, double gradientEquivalents) {
        return metric(withoutEvaluation).isPresent() || isUsedUp(clocks, gradientEquivalents);
    }

    private Optional<String> metric(Seen rows) {
        return budget.flatMap(Budget::target)
                .filter(target -> !Double.isNaN(rows.reached))
                .map(target ->
                        target.metric().column() + " reached " + target.value() + " (" + number(rows.reached) + ")")
                .or(() -> budget.flatMap(Budget::earlyStopping)
                        .filter(early -> rows.bad > early.patience())
                        .map(early -> early.metric().column() + " did not improve on " + number(rows.best)
                                + " of epoch " + rows.bestEpoch + " in " + RunListener.count(rows.bad, "evaluation")));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }

    /**
     * As if only training examples had been looked at last.
     *
     * @return whether the best was among what is forgotten
     */
    boolean forgetEvaluation() {
        boolean best = Double.compare(seen.best, withoutEvaluation.best) != 0;
        seen = withoutEvaluation;
        return best;
    }

    void save(State state) {
        double[] now = seen.numbers();
        double[] less = withoutEvaluation.numbers();
        state.putNumbers(NUMBERS, now[0], now[1], now[2], now[3], less[0], less[1], less[2], less[3]);
    }

    void restore(State state) {
        double[] numbers = state.getNumbers(NUMBERS);
        seen = Seen.of(numbers, 0);
        withoutEvaluation = Seen.of(numbers, 4);
    }

    boolean isSet() {
        return budget.isPresent();
    }
}
