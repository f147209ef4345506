package soopt.optimizer;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Readings;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.StepSize;

/** θ ← θ − η u with one step size η for all parameters: what {@link Sgd} and {@link Adam} do with their directions. */
final class FirstOrder implements Optimizer.Iteration {
    private final Backend backend;
    private final Tensor gradient;
    private final Tensor update;
    private final Direction.Running direction;
    private final StepSize stepSize;
    private final Optional<double[]> rates;
    private final Optional<GroupUpdate> groups;

    FirstOrder(Problem problem, Direction direction, double stepSize) {
        this(problem, direction, stepSize, Optional.empty());
    }

    FirstOrder(Problem problem, Direction direction, double stepSize, Optional<GroupStepSizes> rates) {
        this(problem, gradient -> direction.start(problem, gradient), stepSize, rates);
    }

    /** @param direction from the gradient [P] */
    FirstOrder(Problem problem, Function<Tensor, Direction.Running> direction, double stepSize) {
        this(problem, direction, stepSize, Optional.empty());
    }

    private FirstOrder(
            Problem problem,
            Function<Tensor, Direction.Running> direction,
            double stepSize,
            Optional<GroupStepSizes> rates) {
        this.backend = problem.backend();
        this.gradient = backend.allocate(problem.layout().size());
        this.update = backend.allocate(problem.layout().size());
        this.direction = direction.apply(gradient);
        this.stepSize = new StepSize(stepSize);
        this.rates = rates.map(own -> own.rates(problem.layout()));
        this.groups = rates.map(own -> new GroupUpdate(backend, own.partition().of(problem.layout())));
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        Readings readings = new Readings();
        direction.observe(theta, batch, gradient, readings, "step", () -> propose(theta, readings));
        return direction.recorded(Step.moving(readings, update));
    }

    private void propose(Tensor theta, Readings readings) {
        if (groups.isPresent()) {
            double[] applied = Arrays.stream(rates.orElseThrow())
                    .map(rate -> stepSize.value() * rate)
                    .toArray();
            groups.get().apply(applied, direction.next(theta), update);
        } else {
            direction.nextScaled(theta, -stepSize.value(), update);
        }
        readings.readUpdate(backend, update);
    }

    @Override
    public StepSize stepSize() {
        return stepSize;
    }

    @Override
    public void save(State state) {
        stepSize.save(state);
        direction.save(state);
    }

    @Override
    public void restore(State state) {
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
