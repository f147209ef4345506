package soopt.optimizer;

import soopt.backend.Tensor;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.RateSolution;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Safeguard;
import soopt.optimizer.step.State;

/** The running part of {@link NewtonSummary} with rates of the cubic step. */
final class NewtonSummaryIteration extends GroupIteration {
    private static final String COUNTERS = "newton-summary";
    private static final String AVERAGED = "newton-summary.averaged-rates";
    private static final String USED = "newton-summary.used-rates";

    private final NewtonSummary options;
    private final SummaryAverage average;
    private long steps;
    private boolean solved;
    // η after the momentum of the learning rates, and after the positive part; in use until the next computation
    private double[] etaAveraged;
    private double[] etaUsed;

    NewtonSummaryIteration(NewtonSummary options, Safeguard safeguard, Problem problem) {
        super(options.direction(), options.partition().of(problem.layout()), options.stepSize(), safeguard, problem);
        this.options = options;
        this.average = new SummaryAverage(options.average());
        this.etaAveraged = new double[partition().size()];
        this.etaUsed = new double[partition().size()];
    }

    @Override
    boolean refreshes() {
        return steps % options.period() == 0;
    }

    @Override
    boolean rests() {
        return warmsUp(steps) && !refreshes();
    }

    /** Whether the average is not yet made of enough samples at step t, from 0. */
    private boolean warmsUp(long t) {
        return t / options.period() < options.average().warmUp();
    }

    @Override
    void begin(double loss) {
        steps++;
    }

    @Override
    double[] rates() {
        return etaUsed;
    }

    @Override
    void halve() {
        stepSize().scale(0.5);
    }

    @Override
    Refresh refresh(Tensor theta, Tensor u) {
        boolean warmsUp = warmsUp(steps - 1);
        Objective batch = curvatureBatch();
        Order order = options.cubic().damping() > 0 ? Order.THIRD : Order.SECOND;
        long start = System.nanoTime();
        CurvatureSummary sample = batch.summary(theta, u, partition(), order);
        double seconds = (System.nanoTime() - start) * 1e-9;
        CurvatureSummary averaged = average.add(sample);
        double[] third =
                order == Order.THIRD ? averaged.third() : new double[partition().size()];
        CubicStep.Outcome solution = CubicStep.solve(
                model(averaged.hessian()),
                averaged.gradient(),
                third,
                options.cubic().damping());
        double[] raw = warmsUp ? new double[partition().size()] : raw(solution);
        if (!warmsUp) {
            take(raw);
        }
        return new Refresh(
                partition(),
                sample,
                averaged,
                new RateSolution.Cubic(solution),
                raw,
                etaAveraged.clone(),
                etaUsed.clone(),
                applied(),
                batch.examples(),
                seconds);
    }

    /** H̄ as the step sees it. */
    private double[][] model(double[][] hessian) {
        double[][] model = new double[hessian.length][];
        for (int i = 0; i < model.length; i++) {
            model[i] = options.diagonalOnly() ? new double[model.length] : hessian[i].clone();
            model[i][i] = hessian[i][i] + options.ridge() * Math.abs(hessian[i][i]);
        }
        return model;
    }

    private double[] raw(CubicStep.Outcome solution) {
        boolean keeps = !solution.found() && options.average() instanceof Average.Uniform;
        return keeps ? etaAveraged.clone() : solution.eta();
    }

    /** Averages the new rates into the old ones and takes the positive part, in the order chosen. */
    private void take(double[] raw) {
        LearningRateMomentum momentum = options.learningRateMomentum();
        double weight = solved ? momentum.weight() : 0;
        boolean clipsFirst = momentum.order() == LearningRateMomentum.Order.CLIP_THEN_AVERAGE;
        for (int s = 0; s < raw.length; s++) {
            double rate = clipsFirst ? clip(raw[s]) : raw[s];
            etaAveraged[s] = weight * etaAveraged[s] + (1 - weight) * rate;
            etaUsed[s] = clip(etaAveraged[s]);
        }
        solved = true;
    }

    private double clip(double rate) {
        return options.clipNegative() ? Math.max(rate, 0) : rate;
    }

    @Override
    public void save(State state) {
        super.save(state);
        state.putNumbers(COUNTERS, steps, solved ? 1 : 0);
        state.putNumbers(AVERAGED, etaAveraged);
        state.putNumbers(USED, etaUsed);
        average.save(state);
    }

    @Override
    public void restore(State state) {
        super.restore(state);
        double[] counters = state.getNumbers(COUNTERS);
        steps = (long) counters[0];
        solved = counters[1] != 0;
        etaAveraged = state.getNumbers(AVERAGED).clone();
        etaUsed = state.getNumbers(USED).clone();
        average.restore(state);
    }
}
