package soopt.optimizer;

import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.rates.BudgetRates;
import soopt.optimizer.rates.Rates;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Safeguard;
import soopt.optimizer.step.State;

/** The running part of {@link NewtonSummary} with {@link Rates.Budget}: θ_s ← θ_s − schedule(t) α_s u_s. */
final class BudgetIteration extends GroupIteration {
    private final BudgetRates rates;

    BudgetIteration(Direction direction, Rates.Budget options, Safeguard safeguard, Problem problem) {
        super(direction, options.shares().of(problem.layout()), 1, safeguard, problem);
        this.rates = new BudgetRates(options, options.kappa(direction, problem), partition(), problem.steps());
    }

    @Override
    boolean refreshes() {
        return rates.isDue();
    }

    @Override
    boolean rests() {
        return false;
    }

    @Override
    void begin(double loss) {
        rates.observe(loss);
    }

    @Override
    double[] rates() {
        return rates.rates();
    }

    @Override
    void halve() {
        rates.halve();
    }

    @Override
    Refresh refresh(Tensor theta, Tensor u) {
        Objective batch = curvatureBatch();
        long start = System.nanoTime();
        CurvatureSummary sample = batch.summary(theta, u, partition(), Order.SECOND);
        double seconds = (System.nanoTime() - start) * 1e-9;
        BudgetRates.Found found = rates.refresh(sample, lengths(u));
        return new Refresh(
                partition(),
                sample,
                found.averaged(),
                found.solution(),
                found.raw(),
                found.within(),
                found.used(),
                applied(),
                batch.examples(),
                seconds);
    }

    @Override
    public void save(State state) {
        super.save(state);
        rates.save(state);
    }

    @Override
    public void restore(State state) {
        super.restore(state);
        rates.restore(state);
    }
}
