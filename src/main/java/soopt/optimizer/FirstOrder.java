package soopt.optimizer;

import java.util.function.Function;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
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

    FirstOrder(Problem problem, Direction direction, double stepSize) {
        this(problem, gradient -> direction.start(problem, gradient), stepSize);
    }

    /** @param direction from the gradient [P] */
    FirstOrder(Problem problem, Function<Tensor, Direction.Running> direction, double stepSize) {
        this.backend = problem.backend();
        this.gradient = backend.allocate(problem.layout().size());
        this.update = backend.allocate(problem.layout().size());
        this.direction = direction.apply(gradient);
        this.stepSize = new StepSize(stepSize);
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        Value value = direction.observe(theta, batch, gradient);
        double gradientNorm = Math.sqrt(backend.dot(gradient, gradient));
        direction.nextScaled(theta, -stepSize.value(), update);
        return direction.recorded(Step.moving(value, gradientNorm, update));
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
