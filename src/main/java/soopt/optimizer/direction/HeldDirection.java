package soopt.optimizer.direction;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;

/**
 * A direction that {@code hold} steps h go along: at step t, from 0, with t mod h = 0 it is made of the mean of the
 * gradients since it was made last; between, it stays and gradients are added up. What a direction costs beside its
 * gradient is paid once for h steps, which all move, unlike those of a batch h times as large.
 */
final class HeldDirection implements Direction.Running {
    private static final String STEPS = "direction.held-steps";
    private static final String SUM = "direction.held-sum";
    private static final String HELD = "direction.held";

    private final Backend backend;
    private final Direction.Running direction;
    private final Tensor gradient;
    private final int hold;
    /** Of the gradients since the direction was made. */
    private final Tensor sum;

    private final Tensor held;
    private long steps;

    HeldDirection(Backend backend, Direction.Running direction, Tensor gradient, int hold) {
        this.backend = backend;
        this.direction = direction;
        this.gradient = gradient;
        this.hold = hold;
        this.sum = backend.allocate(gradient.shape());
        this.held = backend.allocate(gradient.shape());
        backend.fill(sum, 0);
    }

    /** Whether the step after so many makes the direction anew. */
    private boolean makes(long after) {
        return after % hold == 0;
    }

    @Override
    public Value observe(Tensor theta, Objective batch, Tensor gradient) {
        return direction.observe(theta, batch, gradient);
    }

    @Override
    public void observe(Tensor theta, Objective batch, Tensor gradient, Consumer<Value> use) {
        direction.observe(theta, batch, gradient, use);
    }

    @Override
    public Optional<Object> kind() {
        return makes(steps) ? direction.kind().map(kind -> List.of("made", kind)) : Optional.of("held");
    }

    @Override
    public Tensor next(Tensor theta) {
        if (makes(steps)) {
            double count = steps == 0 ? 1 : hold;
            backend.combine(1 / count, sum, 1 / count, gradient, gradient);
            backend.fill(sum, 0);
            direction.nextScaled(theta, 1, held);
        } else {
            backend.axpyInPlace(1, gradient, sum);
        }
        steps++;
        return held;
    }

    @Override
    public void nextScaled(Tensor theta, double scale, Tensor out) {
        Tensor u = next(theta);
        backend.combine(scale, u, 0, u, out);
    }

    @Override
    public Step recorded(Step step) {
        return makes(steps - 1) ? direction.recorded(step) : step;
    }

    @Override
    public void save(State state) {
        state.putNumbers(STEPS, steps);
        state.putTensor(SUM, sum);
        state.putTensor(HELD, held);
        direction.save(state);
    }

    @Override
    public void restore(State state) {
        steps = (long) state.getNumbers(STEPS)[0];
        state.getTensor(SUM, sum);
        state.getTensor(HELD, held);
        direction.restore(state);
    }

    @Override
    public void close() {
        held.close();
        sum.close();
        direction.close();
    }
}
