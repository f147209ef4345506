package soopt.optimizer;

import java.util.Arrays;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.curvature.Value;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.rates.BudgetRates;
import soopt.optimizer.rates.Rates;
import soopt.optimizer.step.Intervention;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Safeguard;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.StepSize;

/** The running part of {@link NewtonSummary} with {@link Rates.Budget}: θ_s ← θ_s − schedule(t) α_s u_s. */
final class BudgetIteration implements Optimizer.Iteration {
    private final Problem problem;
    private final Backend backend;
    private final Partition partition;
    private final GroupUpdate groupUpdate;
    private final Tensor gradient;
    private final Tensor update;
    private final Direction.Running direction;
    private final BudgetRates rates;
    private final Safeguard safeguard;
    private final StepSize stepSize = new StepSize(1);

    BudgetIteration(Direction direction, Rates.Budget options, Safeguard safeguard, Problem problem) {
        this.safeguard = safeguard;
        this.problem = problem;
        this.backend = problem.backend();
        this.partition = options.partition().of(problem.layout());
        this.groupUpdate = new GroupUpdate(backend, partition);
        this.gradient = backend.allocate(problem.layout().size());
        this.update = backend.allocate(problem.layout().size());
        this.direction = direction.start(problem, gradient);
        this.rates = new BudgetRates(options, options.kappa(direction), partition, problem.steps());
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        Value value = direction.observe(theta, batch, gradient);
        double gradientNorm = Math.sqrt(backend.dot(gradient, gradient));
        boolean refreshes = rates.observe(value.loss());
        Optional<Intervention> intervention = safeguard.observe(value.loss(), gradientNorm);
        if (intervention.isPresent()) {
            if (intervention.get().kind() == Intervention.Kind.DROPPED) {
                return direction.recorded(Step.resting(value, gradientNorm)).with(intervention);
            }
            rates.halve();
        }
        Tensor u = direction.next(theta);
        Optional<Refresh> refresh = refreshes ? Optional.of(refresh(theta, u)) : Optional.empty();
        double[] applied = applied();
        boolean moves = Arrays.stream(applied).anyMatch(rate -> rate != 0);
        if (moves) {
            groupUpdate.apply(applied, u, update);
        }
        Step step = direction
                .recorded(moves ? Step.moving(value, gradientNorm, update) : Step.resting(value, gradientNorm))
                .with(intervention);
        return refresh.map(step::with).orElse(step);
    }

    private Refresh refresh(Tensor theta, Tensor u) {
        Objective batch = problem.batches().curvature();
        long start = System.nanoTime();
        CurvatureSummary sample = batch.summary(theta, u, partition, Order.SECOND);
        double seconds = (System.nanoTime() - start) * 1e-9;
        BudgetRates.Found found = rates.refresh(sample, groupUpdate.lengths(u));
        return new Refresh(
                partition,
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

    private double[] applied() {
        return Arrays.stream(rates.rates()).map(rate -> stepSize.value() * rate).toArray();
    }

    @Override
    public StepSize stepSize() {
        return stepSize;
    }

    @Override
    public boolean drops() {
        return safeguard.drops();
    }

    @Override
    public void save(State state) {
        safeguard.save(state);
        rates.save(state);
        stepSize.save(state);
        direction.save(state);
    }

    @Override
    public void restore(State state) {
        safeguard.restore(state);
        rates.restore(state);
        stepSize.restore(state);
        direction.restore(state);
    }

    @Override
    public void close() {
        direction.close();
        update.close();
        gradient.close();
    }
}
