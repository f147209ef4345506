package soopt.optimizer.direction;

import java.util.List;
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
    private Tensor first;
    private Tensor second;
    /** What both were before the last step, once that is kept. */
    private List<Tensor> before = List.of();

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
        return Optional.of(first.place());
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
        backend.adam(
                Backend.AdamStep.unbiased(steps, adam.beta1(), adam.beta2(), scale, adam.epsilon(), adam.cautious()),
                gradient,
                first,
                second,
                before.isEmpty() ? first : before.get(0),
                before.isEmpty() ? second : before.get(1),
                out);
        swap();
    }

    private void swap() {
        if (!before.isEmpty()) {
            List<Tensor> now = before;
            before = List.of(first, second);
            first = now.get(0);
            second = now.get(1);
        }
    }

    @Override
    public boolean keepsLast() {
        if (before.isEmpty()) {
            before = List.of(backend.allocate(gradient.shape()), backend.allocate(gradient.shape()));
        }
        return true;
    }

    @Override
    public void takeBack() {
        swap();
        steps--;
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
        before.forEach(Tensor::close);
        first.close();
        second.close();
    }
}
