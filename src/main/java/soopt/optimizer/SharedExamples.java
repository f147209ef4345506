package soopt.optimizer;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.optimizer.step.State;

/**
 * The running part of {@link Pairs.Overlap}: a step's batch N and the examples O that it shares with the next. Their
 * gradient where the step ends is known when the step is done, so that the next step need not load them.
 */
final class SharedExamples implements AutoCloseable {
    private static final String COUNT = "quasi-newton.shared";
    private static final String GRADIENT = "quasi-newton.shared-gradient";
    private static final String POINT = "quasi-newton.shared-point";

    private final Pairs.Overlap overlap;
    private final Backend backend;
    /** ∇L of O at the start of the step. */
    private final Tensor start;
    /** ∇L of the O of the last step, at {@link #point}. */
    private final Tensor end;

    private final Tensor point;
    private Optional<Objective> shared = Optional.empty();
    private int known;

    SharedExamples(Pairs.Overlap overlap, Backend backend, int size) {
        this.overlap = overlap;
        this.backend = backend;
        this.start = backend.allocate(size);
        this.end = backend.allocate(size);
        this.point = backend.allocate(size);
    }

    /**
     * gradient [P] ← that of the mean loss of the batch and of what the last step shared with this one.
     *
     * @return the value of the batch alone
     */
    Value gradient(Tensor theta, Objective batch, Tensor gradient) {
        int count = batch.examples();
        int common = overlap.of(count);
        Optional<Objective> last = common == count ? Optional.empty() : batch.part(count - common, count);
        Value value;
        if (last.isPresent()) {
            shared = last;
            Value rest = batch.part(0, count - common).orElseThrow().gradient(theta, gradient);
            Value own = last.get().gradient(theta, start);
            double part = (double) common / count;
            value = new Value(0, 0).plus(1 - part, rest).plus(part, own);
            backend.combine(1 - part, gradient, part, start, gradient);
        } else {
            shared = Optional.of(batch);
            value = batch.gradient(theta, gradient);
            backend.copy(gradient, start);
        }
        if (known > 0 && isAt(theta)) {
            double all = (double) count + known;
            backend.combine(count / all, gradient, known / all, end, gradient);
        }
        known = 0;
        return value;
    }

    /** Whether θ is where the last step was to end. */
    private boolean isAt(Tensor theta) {
        backend.axpyInPlace(-1, theta, point);
        return backend.dot(point, point) == 0;
    }

    /** y [P] ← the change of the gradient of O by the step from θ. */
    void change(Tensor theta, Tensor step, Tensor y) {
        backend.combine(1, theta, 1, step, point);
        Objective examples = shared.orElseThrow();
        examples.gradient(point, end);
        known = examples.examples();
        backend.combine(1, end, -1, start, y);
    }

    void save(State state) {
        state.putNumbers(COUNT, known);
        if (known > 0) {
            state.putTensor(GRADIENT, end);
            state.putTensor(POINT, point);
        }
    }

    void restore(State state) {
        known = (int) state.getNumbers(COUNT)[0];
        if (known > 0) {
            state.getTensor(GRADIENT, end);
            state.getTensor(POINT, point);
        }
    }

    @Override
    public void close() {
        point.close();
        end.close();
        start.close();
    }
}
