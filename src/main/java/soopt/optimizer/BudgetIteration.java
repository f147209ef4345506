package soopt.optimizer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.rates.BudgetRates;
import soopt.optimizer.rates.Rates;
import soopt.optimizer.step.Intervention;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Readings;
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
    private final boolean canTakeBack;
    private final StepSize stepSize = new StepSize(1);

    BudgetIteration(Direction direction, Rates.Budget options, Safeguard safeguard, Problem problem) {
        this.safeguard = safeguard;
        this.problem = problem;
        this.backend = problem.backend();
        this.partition = options.shares().of(problem.layout());
        this.groupUpdate = new GroupUpdate(backend, partition);
        this.gradient = backend.allocate(problem.layout().size());
        this.update = backend.allocate(problem.layout().size());
        this.direction = direction.start(problem, gradient);
        this.canTakeBack = safeguard.lets(backend, this.direction::keepsLast);
        this.rates = new BudgetRates(options, options.kappa(direction, problem), partition, problem.steps());
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        // what is taken back may be done before the host has seen the numbers of the step
        boolean ahead = !rates.isDue() && canTakeBack;
        boolean moved = ahead && moves();
        Optional<Object> kind = direction.kind();
        Readings readings = new Readings();
        AtomicReference<Tensor> u = new AtomicReference<>();
        direction.observe(theta, batch, gradient, readings, List.of("budget", ahead, moved), () -> {
            if (ahead) {
                u.set(direction.next(theta));
                move(u.get(), readings);
            }
        });
        boolean refreshes = rates.observe(readings.value().loss());
        Optional<Intervention> intervention = safeguard.observe(readings.value().loss(), readings.gradientNorm());
        if (intervention.filter(it -> it.kind() == Intervention.Kind.DROPPED).isPresent()) {
            if (ahead) {
                direction.takeBack();
            }
            return recorded(readings, false, intervention);
        }
        intervention.ifPresent(halved -> rates.halve());
        Optional<Refresh> refresh = Optional.empty();
        if (refreshes) {
            u.set(direction.next(theta));
            refresh = Optional.of(refresh(theta, u.get()));
            move(u.get(), readings);
        } else if (!ahead) {
            Runnable rest = () -> move(direction.next(theta), readings);
            kind.ifPresentOrElse(same -> batch.asOne(List.of("rest", same, moves(), theta.place()), rest), rest);
        } else if (intervention.isPresent()) {
            move(u.get(), readings);
        }
        Step step = recorded(readings, moves(), intervention);
        return refresh.map(step::with).orElse(step);
    }

    private Step recorded(Readings readings, boolean moves, Optional<Intervention> intervention) {
        Step step = moves ? Step.moving(readings, update) : Step.resting(readings.value(), readings.gradientNorm());
        return direction.recorded(step).with(intervention);
    }

    private boolean moves() {
        return Arrays.stream(applied()).anyMatch(rate -> rate != 0);
    }

    private void move(Tensor u, Readings readings) {
        if (moves()) {
            groupUpdate.apply(applied(), u, update);
            readings.readUpdate(backend, update);
        }
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
        return stepSize.times(rates.rates());
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
