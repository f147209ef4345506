package soopt.optimizer.rates;

import java.util.Arrays;
import java.util.stream.IntStream;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Partition;
import soopt.optimizer.step.RateSolution;
import soopt.optimizer.step.State;

/**
 * The running part of {@link Rates.Budget}: L₀, Ā and the rates α in force.
 *
 * <p>L₀ is the loss of the first batch. Ā_st ← Ā_st + w_k (H̄_st/(n_s n_t) − Ā_st) at the k-th summary, from 1, with
 * n_s = ‖u_s‖ and w_k = min(1, max(3/(k + 1), 1/window)): curvature per unit length, which outlives that u changes. It
 * falls by ten and more in the first steps, so that the last third of the summaries counts in the main, and the first,
 * whose u is the sign of one gradient for some methods, not at all once there is a second. H̄ of the next steps is Ā_st
 * n_s n_t, and |Ā_st| n_s n_t is B of {@link CurvatureBudget}.
 *
 * <p>A rate of a group stays within a factor {@code spread} of that of the common step r √P_s/n_s, r the one rate of u
 * with n_s = √P_s: unlike the one rate of u it does not depend on how long u is in other groups. Rates fall at once and
 * grow by at most {@link #GROWTH} at a summary ({@link #FIRST_GROWTH} at the first {@link #FIRST}); the first are such
 * that no step promises more than all of the loss, Σ α_s |ḡ_s| ≤ |L₀ − floor|.
 */
public final class BudgetRates {
    static final double GROWTH = 1.5;
    static final double FIRST_GROWTH = 2.25;
    static final int FIRST = 10;
    /** Ā remembers about the last third of the summaries. */
    private static final double MEMORY = 3;

    /** Summaries come at powers of 2 up to here. */
    private static final int BEGINNING = 20;
    /** Then between so many parts of all that time, if these are longer: a longer run pays no more for them. */
    private static final int PARTS = 10;

    private static final String COUNTS = "budget.counts";
    private static final String CURVATURE = "budget.curvature";
    private static final String RATES = "budget.rates";

    private final Rates.Budget options;
    private final double kappa;
    private final long calibration;
    private final long period;
    private final int[] sizes;
    private final double[] shares;
    private long steps;
    private long summaries;
    /** NaN before the first finite one. */
    private double initialLoss = Double.NaN;

    private double[][] perLength;
    private double[] rates;

    /**
     * Before the first step.
     *
     * @param steps T of the run
     */
    public BudgetRates(Rates.Budget options, double kappa, Partition partition, long steps) {
        this.options = options;
        this.kappa = kappa;
        this.calibration = options.calibrationSteps(steps);
        this.period = Math.max(BEGINNING, (calibration + PARTS - 1) / PARTS);
        this.sizes = partition.groups().stream().mapToInt(Partition.Group::size).toArray();
        this.shares = CurvatureBudget.shares(sizes);
        this.perLength = new double[sizes.length][sizes.length];
        this.rates = new double[sizes.length];
    }

    /**
     * The rates of a summary.
     *
     * @param solution how they were found
     * @param averaged Ā_st n_s n_t, with ḡ and the loss of the sample
     * @param raw α [S] that spends the budget
     * @param within α within the spread
     * @param used α in force
     */
    public record Found(
            RateSolution.Budget solution, CurvatureSummary averaged, double[] raw, double[] within, double[] used) {}

    /** Takes in the loss of a step's batch, of which the first that is finite counts: the step is over. */
    public void observe(double loss) {
        initialLoss = Double.isNaN(initialLoss) && Double.isFinite(loss) ? loss : initialLoss;
        steps++;
    }

    /** Whether a summary is due at the step whose loss is taken in next. */
    public boolean isDue() {
        return isDue(steps);
    }

    /** Whether step t, from 0, has a summary. */
    private boolean isDue(long t) {
        return t < calibration && (t < BEGINNING ? Long.bitCount(t) <= 1 : t % period == 0);
    }

    /** Whether no later step has a summary. */
    private boolean isFrozen() {
        long next = steps;
        while (next < calibration && !isDue(next)) {
            next++;
        }
        return next >= calibration;
    }

    /** α [S] in force. */
    public double[] rates() {
        return rates.clone();
    }

    /** Halves the rates in force. */
    public void halve() {
        Arrays.setAll(rates, s -> rates[s] / 2);
    }

    /**
     * Makes rates of the curvature at a step.
     *
     * @param sample H̄ and ḡ along u
     * @param lengths n [S], ‖u_s‖
     */
    public Found refresh(CurvatureSummary sample, double[] lengths) {
        double budget = kappa * Math.abs(initialLoss - options.floor());
        boolean finite = isFinite(sample, lengths);
        if (finite) {
            summaries++;
            average(sample.hessian(), lengths);
        }
        double[][] hessian = scaled(perLength, lengths);
        double[][] b = absolute(hessian);
        double one = CurvatureBudget.one(hessian, budget);
        double[] raw = finite ? spend(b, budget, one) : rates();
        double[] within = raw.clone();
        boolean[] clipped = new boolean[sizes.length];
        boolean[] limited = new boolean[sizes.length];
        boolean found = finite && Arrays.stream(raw).allMatch(Double::isFinite);
        if (found) {
            clip(within, lengths, budget, clipped);
            take(within, sample, limited);
        }
        CubicStep.Status status = !finite
                ? CubicStep.Status.NOT_FINITE
                : found ? CubicStep.Status.CONVERGED : CubicStep.Status.OUT_OF_RANGE;
        double[][] mean = Arrays.stream(perLength).map(double[]::clone).toArray(double[][]::new);
        return new Found(
                new RateSolution.Budget(
                        status,
                        kappa,
                        initialLoss,
                        budget,
                        summaries,
                        mean,
                        b,
                        shares.clone(),
                        one,
                        clipped,
                        limited,
                        isFrozen()),
                new CurvatureSummary(sample.loss(), sample.gradient(), hessian, new double[0], new double[0][][]),
                found ? raw : new double[sizes.length],
                found ? within : rates(),
                rates());
    }

    private static boolean isFinite(CurvatureSummary sample, double[] lengths) {
        return Arrays.stream(sample.hessian()).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite)
                && Arrays.stream(sample.gradient()).allMatch(Double::isFinite)
                && Arrays.stream(lengths).allMatch(Double::isFinite);
    }

    /** A group that does not move keeps what is known of it. */
    private void average(double[][] hessian, double[] lengths) {
        double weight = Math.max(Math.min(1, MEMORY / (summaries + 1)), 1.0 / options.window());
        for (int s = 0; s < sizes.length; s++) {
            for (int t = 0; t < sizes.length; t++) {
                double area = lengths[s] * lengths[t];
                perLength[s][t] += area > 0 ? weight * (hessian[s][t] / area - perLength[s][t]) : 0;
            }
        }
    }

    private static double[][] scaled(double[][] perLength, double[] lengths) {
        double[][] matrix = new double[lengths.length][lengths.length];
        for (int s = 0; s < lengths.length; s++) {
            for (int t = 0; t < lengths.length; t++) {
                matrix[s][t] = perLength[s][t] * lengths[s] * lengths[t];
            }
        }
        return matrix;
    }

    private static double[][] absolute(double[][] matrix) {
        double[][] sizes = new double[matrix.length][];
        Arrays.setAll(sizes, s -> Arrays.stream(matrix[s]).map(Math::abs).toArray());
        return sizes;
    }

    /** A group without curvature of its own has no share that could be spent, and takes the one rate. */
    private double[] spend(double[][] b, double budget, double one) {
        double[] alpha = new double[sizes.length];
        Arrays.fill(alpha, one);
        int[] curved = IntStream.range(0, sizes.length).filter(s -> b[s][s] > 0).toArray();
        if (sizes.length == 1 || curved.length == 0 || !(budget > 0)) {
            return alpha;
        }
        double[][] part = new double[curved.length][curved.length];
        double[] weights = new double[curved.length];
        for (int i = 0; i < curved.length; i++) {
            weights[i] = shares[curved[i]];
            for (int j = 0; j < curved.length; j++) {
                part[i][j] = b[curved[i]][curved[j]];
            }
        }
        double[] solution = CurvatureBudget.minimum(part, weights, budget);
        for (int i = 0; i < curved.length; i++) {
            alpha[curved[i]] = solution[i];
        }
        return alpha;
    }

    private void clip(double[] alpha, double[] lengths, double budget, boolean[] clipped) {
        if (alpha.length == 1) {
            return;
        }
        double[] roots = Arrays.stream(sizes).mapToDouble(Math::sqrt).toArray();
        double common = CurvatureBudget.one(scaled(perLength, roots), budget);
        for (int s = 0; s < alpha.length; s++) {
            double middle = common * roots[s] / lengths[s];
            if (lengths[s] > 0 && middle > 0 && Double.isFinite(middle)) {
                double kept = Math.max(middle / options.spread(), Math.min(alpha[s], middle * options.spread()));
                clipped[s] = kept != alpha[s];
                alpha[s] = kept;
            }
        }
    }

    private void take(double[] alpha, CurvatureSummary sample, boolean[] limited) {
        double growth = summaries <= FIRST ? FIRST_GROWTH : GROWTH;
        double promised = 0;
        for (int s = 0; s < alpha.length; s++) {
            promised += alpha[s] * Math.abs(sample.gradient()[s]);
        }
        double reached = Math.abs(initialLoss - options.floor());
        double first = promised > reached ? reached / promised : 1;
        for (int s = 0; s < alpha.length; s++) {
            double most = rates[s] > 0 ? growth * rates[s] : first * alpha[s];
            limited[s] = alpha[s] > most;
            rates[s] = Math.min(alpha[s], most);
        }
    }

    public void save(State state) {
        state.putNumbers(COUNTS, steps, summaries, initialLoss);
        state.putNumbers(
                CURVATURE,
                Arrays.stream(perLength).flatMapToDouble(Arrays::stream).toArray());
        state.putNumbers(RATES, rates);
    }

    public void restore(State state) {
        double[] counts = state.getNumbers(COUNTS);
        steps = (long) counts[0];
        summaries = (long) counts[1];
        initialLoss = counts[2];
        double[] flat = state.getNumbers(CURVATURE);
        Arrays.setAll(perLength, s -> Arrays.copyOfRange(flat, s * sizes.length, (s + 1) * sizes.length));
        rates = state.getNumbers(RATES).clone();
    }
}
