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
    private final List<Span> spans;
    private Tensor first;
    private Tensor second;
    /** What both were before the last step, once that is kept. */
    private List<Tensor> before = List.of();

    private Optional<Tensor> direction = Optional.empty();
    private long steps;

    /** Numbers from … of a vector [P], so many. */
    record Span(long from, int length) {
        Tensor of(Tensor vector) {
            return vector.slice(from, length);
        }
    }

    AdamMoments(Direction.Adam adam, Backend backend, Tensor gradient) {
        this(adam, backend, gradient, List.of(new Span(0, (int) gradient.size())));
    }

    /** @param spans where u is made: what lies between them stays as it is */
    AdamMoments(Direction.Adam adam, Backend backend, Tensor gradient, List<Span> spans) {
        this.adam = adam;
        this.backend = backend;
        this.gradient = gradient;
        this.spans = spans;
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
        Backend.AdamStep step =
                Backend.AdamStep.unbiased(steps, adam.beta1(), adam.beta2(), scale, adam.epsilon(), adam.cautious());
        for (Span span : spans) {
            Tensor m = span.of(first);
            Tensor v = span.of(second);
            Tensor nextM = before.isEmpty() ? m : span.of(before.get(0));
            Tensor nextV = before.isEmpty() ? v : span.of(before.get(1));
            backend.adam(step, span.of(gradient), m, v, nextM, nextV, span.of(out));
        }
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
