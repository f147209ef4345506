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
    private final Optional<Path> path;
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
        this.path = options.along() == Rates.Budget.Along.PATH
                ? Optional.of(new Path(backend, problem.layout().size()))
                : Optional.empty();
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
        boolean moves = moves();
        if (moves && !rates.isFrozen()) {
            path.ifPresent(way -> way.add(update, stepSize.value()));
        }
        Step step = recorded(readings, moves, intervention);
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
        double[] now = rates.rates();
        boolean goes =
                path.map(Path::isBegun).orElse(false) && Arrays.stream(now).allMatch(rate -> rate > 0);
        Tensor along = goes ? path.get().vector() : u;
        long start = System.nanoTime();
        CurvatureSummary sample = batch.summary(theta, along, partition, Order.SECOND);
        double seconds = (System.nanoTime() - start) * 1e-9;
        double[] lengths = groupUpdate.lengths(along);
        if (goes) {
            double[] scale = path.get().scale(now);
            sample = scaled(sample, scale);
            Arrays.setAll(lengths, s -> lengths[s] * Math.abs(scale[s]));
        }
        path.ifPresent(Path::begin);
        BudgetRates.Found found = rates.refresh(sample, lengths);
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

    /** Along s_i times the parts of the direction. */
    private static CurvatureSummary scaled(CurvatureSummary summary, double[] scale) {
        double[] gradient = new double[scale.length];
        double[][] hessian = new double[scale.length][scale.length];
        for (int s = 0; s < scale.length; s++) {
            gradient[s] = summary.gradient()[s] * scale[s];
            for (int t = 0; t < scale.length; t++) {
                hessian[s][t] = summary.hessian()[s][t] * scale[s] * scale[t];
            }
        }
        return new CurvatureSummary(summary.loss(), gradient, hessian, new double[0], new double[0][][]);
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
        path.ifPresent(way -> way.save(state));
        safeguard.save(state);
        rates.save(state);
        stepSize.save(state);
        direction.save(state);
    }

    @Override
    public void restore(State state) {
        path.ifPresent(way -> way.restore(state));
        safeguard.restore(state);
        rates.restore(state);
        stepSize.restore(state);
        direction.restore(state);
    }

    @Override
    public void close() {
        path.ifPresent(Path::close);
        direction.close();
        update.close();
        gradient.close();
    }

    /**
     * d [P], the sum of the updates since the last summary, and W, the sum of the squares of the factors f that a
     * schedule had for them. d_s = −α_s Σ f u_s: along d_s/(α_s √W) steps that do not hang together have the curvature
     * of u_s, and those that go on in one way have more.
     */
    private static final class Path implements AutoCloseable {
        private static final String VECTOR = "budget.path";
        private static final String WEIGHT = "budget.path-weight";

        private final Backend backend;
        private final Tensor vector;
        private double weight;

        Path(Backend backend, int size) {
            this.backend = backend;
            this.vector = backend.allocate(size);
            backend.fill(vector, 0);
        }

        Tensor vector() {
            return vector;
        }

        boolean isBegun() {
            return weight > 0;
        }

        /** Begins anew. */
        void begin() {
            backend.fill(vector, 0);
            weight = 0;
        }

        void add(Tensor update, double factor) {
            backend.axpyInPlace(1, update, vector);
            weight += factor * factor;
        }

        /** −1/(α_s √W) [S]. */
        double[] scale(double[] rates) {
            return Arrays.stream(rates)
                    .map(rate -> -1 / (rate * Math.sqrt(weight)))
                    .toArray();
        }

        void save(State state) {
            state.putTensor(VECTOR, vector);
            state.putNumbers(WEIGHT, weight);
        }

        void restore(State state) {
            state.getTensor(VECTOR, vector);
            weight = state.getNumbers(WEIGHT)[0];
        }

        @Override
        public void close() {
            vector.close();
        }
    }
}
