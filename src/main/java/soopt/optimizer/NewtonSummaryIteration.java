package soopt.optimizer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Intervention;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.RateSolution;
import soopt.optimizer.step.Readings;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Safeguard;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.StepSize;

/** The running part of {@link NewtonSummary} with rates of the cubic step. */
final class NewtonSummaryIteration implements Optimizer.Iteration {
    private static final String COUNTERS = "newton-summary";
    private static final String AVERAGED = "newton-summary.averaged-rates";
    private static final String USED = "newton-summary.used-rates";

    private final NewtonSummary options;
    private final Problem problem;
    private final Backend backend;
    private final Partition partition;
    private final GroupUpdate groupUpdate;
    private final SummaryAverage average;
    private final Tensor gradient;
    private final Tensor update;
    private final Direction.Running direction;
    private long steps;
    private final StepSize stepSize;
    private final Safeguard safeguard;
    private final boolean canTakeBack;
    private boolean solved;
    // η after the momentum of the learning rates, and after the positive part; in use until the next computation
    private double[] etaAveraged;
    private double[] etaUsed;

    NewtonSummaryIteration(NewtonSummary options, Safeguard safeguard, Problem problem) {
        this.options = options;
        this.safeguard = safeguard;
        this.problem = problem;
        this.backend = problem.backend();
        this.partition = options.partition().of(problem.layout());
        this.groupUpdate = new GroupUpdate(backend, partition);
        this.average = new SummaryAverage(options.average());
        this.gradient = backend.allocate(problem.layout().size());
        this.update = backend.allocate(problem.layout().size());
        this.direction = options.direction().start(problem, gradient);
        this.canTakeBack = safeguard.lets(backend, direction::keepsLast);
        this.stepSize = new StepSize(options.stepSize());
        this.etaAveraged = new double[partition.size()];
        this.etaUsed = new double[partition.size()];
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        boolean refreshes = steps % options.period() == 0;
        boolean warmsUp = steps / options.period() < options.average().warmUp();
        boolean rests = warmsUp && !refreshes;
        steps++;
        // what the curvature decides, and a safeguard where it cannot be taken back, the host must know before
        boolean ahead = !rests && !refreshes && canTakeBack;
        Optional<Object> kind = direction.kind();
        Readings readings = new Readings();
        AtomicReference<Tensor> u = new AtomicReference<>();
        direction.observe(theta, batch, gradient, readings, List.of("step", ahead, moves()), () -> {
            if (ahead) {
                u.set(direction.next(theta));
                move(u.get(), readings);
            }
        });
        Optional<Intervention> intervention = safeguard.observe(readings.value().loss(), readings.gradientNorm());
        boolean drops = intervention.isPresent() && intervention.get().kind() == Intervention.Kind.DROPPED;
        if (drops && ahead) {
            direction.takeBack();
        }
        if (rests || drops) {
            return Step.resting(readings.value(), readings.gradientNorm()).with(intervention);
        }
        intervention.ifPresent(halves -> stepSize.scale(0.5));
        Optional<Refresh> refresh = Optional.empty();
        if (refreshes) {
            u.set(direction.next(theta));
            refresh = Optional.of(refresh(theta, u.get(), warmsUp));
            move(u.get(), readings);
        } else if (!ahead) {
            Runnable rest = () -> move(direction.next(theta), readings);
            kind.ifPresentOrElse(same -> batch.asOne(List.of("rest", same, moves(), theta.place()), rest), rest);
        } else if (intervention.isPresent()) {
            move(u.get(), readings);
        }
        Step step = direction
                .recorded(
                        moves()
                                ? Step.moving(readings, update)
                                : Step.resting(readings.value(), readings.gradientNorm()))
                .with(intervention);
        return refresh.map(step::with).orElse(step);
    }

    private boolean moves() {
        return Arrays.stream(etaUsed).anyMatch(rate -> rate != 0);
    }

    private void move(Tensor u, Readings readings) {
        if (moves()) {
            groupUpdate.apply(applied(), u, update);
            readings.readUpdate(backend, update);
        }
    }

    private Refresh refresh(Tensor theta, Tensor u, boolean warmsUp) {
        Objective batch = problem.batches().curvature();
        Order order = options.cubic().damping() > 0 ? Order.THIRD : Order.SECOND;
        long start = System.nanoTime();
        CurvatureSummary sample = batch.summary(theta, u, partition, order);
        double seconds = (System.nanoTime() - start) * 1e-9;
        CurvatureSummary averaged = average.add(sample);
        double[] third = order == Order.THIRD ? averaged.third() : new double[partition.size()];
        CubicStep.Outcome solution = CubicStep.solve(
                model(averaged.hessian()),
                averaged.gradient(),
                third,
                options.cubic().damping());
        double[] raw = warmsUp ? new double[partition.size()] : raw(solution);
        if (!warmsUp) {
            take(raw);
        }
        return new Refresh(
                partition,
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

    private double[] applied() {
        return stepSize.times(etaUsed);
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
        state.putNumbers(COUNTERS, steps, solved ? 1 : 0);
        stepSize.save(state);
        state.putNumbers(AVERAGED, etaAveraged);
        state.putNumbers(USED, etaUsed);
        direction.save(state);
        average.save(state);
    }

    @Override
    public void restore(State state) {
        safeguard.restore(state);
        double[] counters = state.getNumbers(COUNTERS);
        steps = (long) counters[0];
        solved = counters[1] != 0;
        stepSize.restore(state);
        etaAveraged = state.getNumbers(AVERAGED).clone();
        etaUsed = state.getNumbers(USED).clone();
        direction.restore(state);
        average.restore(state);
    }

    @Override
    public void close() {
        direction.close();
        update.close();
        gradient.close();
    }
}
