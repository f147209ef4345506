package soopt.optimizer;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;

/** θ ← θ − η u with one step size η for all parameters: what {@link Sgd} and {@link Adam} do with their directions. */
final class FirstOrder implements Optimizer.Iteration {
    private static final String STEP_SIZE = "step-size";

    private final Backend backend;
    private final Tensor gradient;
    private final Tensor update;
    private final Direction.Running direction;
    private double stepSize;

    FirstOrder(Problem problem, Direction direction, double stepSize) {
        this.backend = problem.backend();
        this.gradient = backend.allocate(problem.layout().size());
        this.update = backend.allocate(problem.layout().size());
        this.direction = direction.start(backend, gradient);
        this.stepSize = stepSize;
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        double loss = batch.gradient(theta, gradient);
        double gradientNorm = Math.sqrt(backend.dot(gradient, gradient));
        direction.nextScaled(theta, -stepSize, update);
        return new Step(loss, gradientNorm, Optional.of(update), Optional.empty());
    }

    @Override
    public double stepSize() {
        return stepSize;
    }

    @Override
    public void scaleStepSize(double factor) {
        stepSize *= factor;
    }

    @Override
    public void save(State state) {
        state.putNumbers(STEP_SIZE, stepSize);
        direction.save(state);
    }

    @Override
    public void restore(State state) {
        stepSize = state.getNumbers(STEP_SIZE)[0];
        direction.restore(state);
    }

    @Override
    public void close() {
        direction.close();
        update.close();
        gradient.close();
    }
}
