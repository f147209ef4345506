package soopt.optimizer.direction;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.file.JsonObject;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.spec.Binder;

/** The running part of {@link Direction.Shampoo}. */
final class ShampooDirection implements Direction.Running {
    private static final String STEPS = "direction.steps";
    private static final String BUFFER = "direction.buffer";

    private final Direction.Shampoo options;
    private final Backend backend;
    private final ParameterLayout layout;
    private final Tensor gradient;
    private final Tensor buffer;
    /** b + λ θ; b itself without decay. */
    private final Tensor decayed;

    private final Block.Room room;
    private final List<TensorRoots> tensors = new ArrayList<>();
    private final Optional<Direction.Running> graft;
    /** [P] the gradient times its roots, where other lengths are grafted to it. */
    private final Optional<Tensor> grafted;

    private Optional<Set<String>> kept = Optional.empty();
    private long steps;

    ShampooDirection(Direction.Shampoo options, Problem problem, Tensor gradient) {
        this.options = options;
        this.backend = problem.backend();
        this.layout = problem.layout();
        this.gradient = gradient;
        this.buffer = backend.allocate(gradient.shape());
        this.decayed = options.weightDecay() > 0 ? backend.allocate(gradient.shape()) : buffer;
        backend.fill(buffer, 0);
        for (ParameterLayout.Parameter parameter : layout.parameters()) {
            tensors.add(new TensorRoots(backend, parameter, options.epsilon(), options.blockSize()));
        }
        this.room = Block.Room.of(backend, layout, tensors.stream().anyMatch(TensorRoots::isCut));
        this.graft = options.grafting() == Direction.Shampoo.Grafting.ADAM
                ? Optional.of(Binder.standard(Direction.Adam.class, Map.of()).start(problem, gradient))
                : Optional.empty();
        this.grafted = options.grafting() == Direction.Shampoo.Grafting.NONE
                ? Optional.empty()
                : Optional.of(backend.allocate(gradient.shape()));
    }

    @Override
    public Optional<Object> kind() {
        return refreshes() ? Optional.empty() : Optional.of("same");
    }

    private boolean refreshes() {
        return steps % options.period() == 0;
    }

    @Override
    public Tensor next(Tensor theta) {
        if (options.weightDecay() == 0) {
            return accumulate(theta);
        }
        nextScaled(theta, 1, decayed);
        return decayed;
    }

    private Tensor accumulate(Tensor theta) {
        Optional<Tensor> adam = graft.map(direction -> direction.next(theta));
        boolean refreshes = refreshes();
        steps++;
        double weight = options.decay() == 1 ? 1 : 1 - options.decay();
        if (refreshes) {
            kept = Optional.of(refresh(weight));
        } else {
            kept = Optional.empty();
            for (int i = 0; i < tensors.size(); i++) {
                tensors.get(i).observe(flat(gradient, i), options.decay(), weight, room);
                apply(i);
            }
        }
        grafted.ifPresent(made -> graft(made, adam.orElse(gradient)));
        return buffer;
    }

    /** The same with new roots; the names of the tensors with some that could not be computed. */
    private Set<String> refresh(double weight) {
        Set<String> failed = new LinkedHashSet<>();
        backend.together(() -> {
            for (int i = 0; i < tensors.size(); i++) {
                int index = i;
                String name = layout.get(i).name();
                tensors.get(i).observe(flat(gradient, i), options.decay(), weight, room);
                tensors.get(i).refresh(options.exponent(), options.epsilon(), () -> failed.add(name));
                backend.then(() -> apply(index));
            }
        });
        backend.await();
        return failed;
    }

    /** The gradient of a tensor times its roots: to the buffer, or where its length is to be another. */
    private void apply(int index) {
        Tensor slope = flat(gradient, index);
        if (grafted.isPresent()) {
            tensors.get(index).apply(slope, room, flat(grafted.get(), index));
        } else {
            add(tensors.get(index).apply(slope, room), 1, index);
        }
    }

    /** b ← μ b + scale · made. */
    private void add(Tensor made, double scale, int index) {
        Tensor part = flat(buffer, index);
        backend.combine(options.momentum(), part, scale, made, part);
    }

    /** The same for all tensors, each with the length that it has in another vector. */
    private void graft(Tensor made, Tensor other) {
        double[] squares = backend.dots(IntStream.range(0, tensors.size())
                .boxed()
                .flatMap(i -> Stream.of(flat(made, i), flat(made, i), flat(other, i), flat(other, i)))
                .toArray(Tensor[]::new));
        for (int i = 0; i < tensors.size(); i++) {
            double length = Math.sqrt(squares[2 * i]);
            add(flat(made, i), length == 0 ? 0 : Math.sqrt(squares[2 * i + 1]) / length, i);
        }
    }

    private Tensor flat(Tensor vector, int index) {
        ParameterLayout.Parameter parameter = layout.get(index);
        return vector.slice(parameter.offset(), parameter.size());
    }

    @Override
    public void nextScaled(Tensor theta, double scale, Tensor out) {
        backend.combine(scale, accumulate(theta), scale * options.weightDecay(), theta, out);
    }

    @Override
    public Step recorded(Step step) {
        return kept.map(names -> step.with(new JsonObject().put("roots_kept", String.join(", ", names))))
                .orElse(step);
    }

    @Override
    public void save(State state) {
        state.putNumbers(STEPS, steps);
        state.putTensor(BUFFER, buffer);
        tensors.forEach(roots -> roots.save(state));
        graft.ifPresent(direction -> direction.save(new Within(state)));
    }

    @Override
    public void restore(State state) {
        steps = (long) state.getNumbers(STEPS)[0];
        state.getTensor(BUFFER, buffer);
        tensors.forEach(roots -> roots.restore(state));
        graft.ifPresent(direction -> direction.restore(new Within(state)));
    }

    @Override
    public void close() {
        grafted.ifPresent(Tensor::close);
        graft.ifPresent(Direction.Running::close);
        tensors.forEach(TensorRoots::close);
        room.close();
        if (options.weightDecay() > 0) {
            decayed.close();
        }
        buffer.close();
    }
}
