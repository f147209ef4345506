package soopt.optimizer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Partition;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Intervention;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Readings;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Safeguard;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.StepSize;

/**
 * θ_s ← θ_s − η_s u_s with rates η that curvature along the direction u gives at some steps. A step that needs nothing
 * of it goes ahead of the host, which sees the loss when u is already taken, and takes it back if the safeguard says
 * so.
 */
abstract class GroupIteration implements Optimizer.Iteration {
    private final Problem problem;
    private final Backend backend;
    private final Partition partition;
    private final GroupUpdate groupUpdate;
    private final Tensor gradient;
    private final Tensor update;
    private final Direction.Running direction;
    private final Safeguard safeguard;
    private final boolean canTakeBack;
    private final StepSize stepSize;

    GroupIteration(Direction direction, Partition partition, double stepSize, Safeguard safeguard, Problem problem) {
        this.problem = problem;
        this.backend = problem.backend();
        this.partition = partition;
        this.groupUpdate = new GroupUpdate(backend, partition);
        this.gradient = backend.allocate(problem.layout().size());
        this.update = backend.allocate(problem.layout().size());
        this.direction = direction.start(problem, gradient);
        this.safeguard = safeguard;
        this.canTakeBack = safeguard.lets(backend, this.direction::keepsLast);
        this.stepSize = new StepSize(stepSize);
    }

    /** Whether the step that begins has a refresh. */
    abstract boolean refreshes();

    /** Whether the step that begins does not move, whatever its batch says. */
    abstract boolean rests();

    /** Takes in the loss of the step's batch: the step has begun. */
    abstract void begin(double loss);

    /** New rates of the curvature along u. */
    abstract Refresh refresh(Tensor theta, Tensor u);

    /** η [S] in force, before schedules. */
    abstract double[] rates();

    /** Halves what is applied. */
    abstract void halve();

    @Override
    public final Step step(Tensor theta, Objective batch) {
        boolean refreshes = refreshes();
        boolean rests = rests();
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
        begin(readings.value().loss());
        Optional<Intervention> intervention = safeguard.observe(readings.value().loss(), readings.gradientNorm());
        boolean drops = intervention
                .filter(it -> it.kind() == Intervention.Kind.DROPPED)
                .isPresent();
        if (drops && ahead) {
            direction.takeBack();
        }
        if (rests || drops) {
            return Step.resting(readings.value(), readings.gradientNorm()).with(intervention);
        }
        intervention.ifPresent(halves -> halve());
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
        Step step = moves() ? Step.moving(readings, update) : Step.resting(readings.value(), readings.gradientNorm());
        step = direction.recorded(step).with(intervention);
        return refresh.map(step::with).orElse(step);
    }

    private boolean moves() {
        return Arrays.stream(rates()).anyMatch(rate -> rate != 0);
    }

    private void move(Tensor u, Readings readings) {
        if (moves()) {
            groupUpdate.apply(applied(), u, update);
            readings.readUpdate(backend, update);
        }
    }

    /** η [S] as schedules make it. */
    final double[] applied() {
        return stepSize.times(rates());
    }

    /** ‖u_s‖ [S]. */
    final double[] lengths(Tensor u) {
        return groupUpdate.lengths(u);
    }

    final Partition partition() {
        return partition;
    }

    /** The examples that curvature is computed of. */
    final Objective curvatureBatch() {
        return problem.batches().curvature();
    }

    @Override
    public final StepSize stepSize() {
        return stepSize;
    }

    @Override
    public final boolean drops() {
        return safeguard.drops();
    }

    @Override
    public void save(State state) {
        safeguard.save(state);
        stepSize.save(state);
        direction.save(state);
    }

    @Override
    public void restore(State state) {
        safeguard.restore(state);
        stepSize.restore(state);
        direction.restore(state);
    }

    @Override
    public final void close() {
        direction.close();
        update.close();
        gradient.close();
    }
}
