package soopt.optimizer.direction;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.optimizer.step.State;

/** The running part of {@link Direction.Adam}. */
final class AdamMoments implements Direction.Running {
    private static final String FIRST = "direction.first-moment";
    private static final String SECOND = "direction.second-moment";
    private static final String STEPS = "direction.steps";

    private final Direction.Adam adam;
    private final Backend backend;
    private final Tensor gradient;
    private final Tensor first;
    private final Tensor second;
    private Optional<Tensor> direction = Optional.empty();
    private long steps;

    AdamMoments(Direction.Adam adam, Backend backend, Tensor gradient) {
        this.adam = adam;
        this.backend = backend;
        this.gradient = gradient;
        this.first = backend.allocate(gradient.shape());
        this.second = backend.allocate(gradient.shape());
        backend.fill(first, 0);
        backend.fill(second, 0);
    }

    @Override
    public Optional<Object> kind() {
        return Optional.of("same");
    }

    @Override
    public Tensor next(Tensor theta) {
        Tensor u = direction.orElseGet(() -> backend.allocate(gradient.shape()));
        direction = Optional.of(u);
        nextScaled(theta, 1, u);
        return u;
    }

    @Override
    public void nextScaled(Tensor theta, double scale, Tensor out) {
        if (adam.weightDecay() > 0) {
            backend.axpyInPlace(adam.weightDecay(), theta, gradient);
        }
        steps++;
        double correction1 = 1 - Math.pow(adam.beta1(), steps);
        double correction2 = 1 - Math.pow(adam.beta2(), steps);
        backend.adam(
                gradient,
                first,
                second,
                adam.beta1(),
                adam.beta2(),
                scale / correction1,
                correction2,
                adam.epsilon(),
                out);
    }

    @Override
    public void save(State state) {
        state.putNumbers(STEPS, steps);
        state.putTensor(FIRST, first);
        state.putTensor(SECOND, second);
    }

    @Override
    public void restore(State state) {
        steps = (long) state.getNumbers(STEPS)[0];
        state.getTensor(FIRST, first);
        state.getTensor(SECOND, second);
    }

    @Override
    public void close() {
        direction.ifPresent(Tensor::close);
        first.close();
        second.close();
    }
}
