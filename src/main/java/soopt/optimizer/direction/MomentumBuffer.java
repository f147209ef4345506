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
    private Tensor buffer;
    private final Tensor lookAhead;
    private boolean started;
    /** What the buffer was before the last step, once that is kept. */
    private Optional<Tensor> before = Optional.empty();

    private boolean startedBefore;

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
        return Optional.of(buffer.place());
    }

    @Override
    public Tensor next(Tensor theta) {
        accumulate(theta);
        if (sgd.nesterov()) {
            backend.combine(1, gradient, sgd.momentum(), buffer, lookAhead);
        }
        return sgd.nesterov() ? lookAhead : buffer;
    }

    @Override
    public boolean keepsLast() {
        if (sgd.momentum() > 0 && before.isEmpty()) {
            before = Optional.of(backend.allocate(gradient.shape()));
        }
        return true;
    }

    @Override
    public void takeBack() {
        swap();
        started = startedBefore;
    }

    private void swap() {
        Tensor last = buffer;
        buffer = before.orElse(last);
        before = before.map(unused -> last);
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
            backend.combine(sgd.momentum(), buffer, weight, gradient, before.orElse(buffer));
            swap();
        }
        startedBefore = started;
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
        before.ifPresent(Tensor::close);
        if (sgd.momentum() > 0) {
            buffer.close();
        }
    }
}
