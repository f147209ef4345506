package soopt.optimizer.direction;

import java.util.Optional;
import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;

/** u + w θ for a direction u that does not see the decay (Loshchilov and Hutter 2019). */
record DecoupledDecay(Backend backend, Direction.Running direction, double weight) implements Direction.Running {
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
        return direction.kind();
    }

    @Override
    public boolean keepsLast() {
        return direction.keepsLast();
    }

    @Override
    public void takeBack() {
        direction.takeBack();
    }

    @Override
    public Tensor next(Tensor theta) {
        Tensor u = direction.next(theta);
        backend.axpyInPlace(weight, theta, u);
        return u;
    }

    @Override
    public void nextScaled(Tensor theta, double scale, Tensor out) {
        direction.nextScaled(theta, scale, out);
        backend.axpyInPlace(scale * weight, theta, out);
    }

    @Override
    public Step recorded(Step step) {
        return direction.recorded(step);
    }

    @Override
    public void save(State state) {
        direction.save(state);
    }

    @Override
    public void restore(State state) {
        direction.restore(state);
    }

    @Override
    public void close() {
        direction.close();
    }
}
