package soopt.optimizer.direction;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.optimizer.step.State;

/** The running part of {@link Direction.Sgd}. Without momentum it has no memory, and u is the gradient. */
final class MomentumBuffer implements Direction.Running {
    private static final String BUFFER = "direction.buffer";
    private static final String STARTED = "direction.started";

    private final Direction.Sgd sgd;
    private final Backend backend;
    private final Tensor gradient;
    private final Tensor buffer;
    private final Tensor lookAhead;
    private boolean started;

    MomentumBuffer(Direction.Sgd sgd, Backend backend, Tensor gradient) {
        this.sgd = sgd;
        this.backend = backend;
        this.gradient = gradient;
        this.buffer = sgd.momentum() > 0 ? backend.allocate(gradient.shape()) : gradient;
        this.lookAhead = sgd.nesterov() ? backend.allocate(gradient.shape()) : buffer;
        if (sgd.momentum() > 0) {
            backend.fill(buffer, 0);
        }
    }

    @Override
    public Optional<Object> kind() {
        return Optional.of("same");
    }

    @Override
    public Tensor next(Tensor theta) {
        accumulate(theta);
        if (sgd.nesterov()) {
            backend.combine(1, gradient, sgd.momentum(), buffer, lookAhead);
        }
        return lookAhead;
    }

    @Override
    public void nextScaled(Tensor theta, double scale, Tensor out) {
        accumulate(theta);
        if (sgd.nesterov()) {
            backend.combine(scale, gradient, scale * sgd.momentum(), buffer, out);
        } else {
            backend.combine(scale, buffer, 0, buffer, out);
        }
    }

    private void accumulate(Tensor theta) {
        if (sgd.weightDecay() > 0) {
            backend.axpyInPlace(sgd.weightDecay(), theta, gradient);
        }
        if (sgd.momentum() > 0) {
            double weight = started ? 1 - sgd.dampening() : 1;
            backend.combine(sgd.momentum(), buffer, weight, gradient, buffer);
        }
        started = true;
    }

    @Override
    public void save(State state) {
        state.putNumbers(STARTED, started ? 1 : 0);
        if (sgd.momentum() > 0) {
            state.putTensor(BUFFER, buffer);
        }
    }

    @Override
    public void restore(State state) {
        started = state.getNumbers(STARTED)[0] != 0;
        if (sgd.momentum() > 0) {
            state.getTensor(BUFFER, buffer);
        }
    }

    @Override
    public void close() {
        if (sgd.nesterov()) {
            lookAhead.close();
        }
        if (sgd.momentum() > 0) {
            buffer.close();
        }
    }
}
