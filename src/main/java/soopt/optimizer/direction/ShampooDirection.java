package soopt.optimizer.direction;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.file.JsonObject;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;

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
                ? Optional.of(new Direction.Adam(0.9, 0.999, 1e-8, 0).start(problem, gradient))
                : Optional.empty();
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
        boolean refreshes = steps % options.period() == 0;
        steps++;
        double weight = options.decay() == 1 ? 1 : 1 - options.decay();
        if (refreshes) {
            kept = Optional.of(refresh(weight, adam));
        } else {
            kept = Optional.empty();
            for (int i = 0; i < tensors.size(); i++) {
                tensors.get(i).observe(flat(gradient, i), options.decay(), weight, room);
                add(adam, i);
            }
        }
        return buffer;
    }

    /** The same with new roots; the names of the tensors with some that could not be computed. */
    private Set<String> refresh(double weight, Optional<Tensor> adam) {
        Set<String> failed = new LinkedHashSet<>();
        backend.together(() -> {
            for (int i = 0; i < tensors.size(); i++) {
                int index = i;
                String name = layout.get(i).name();
                tensors.get(i).observe(flat(gradient, i), options.decay(), weight, room);
                tensors.get(i).refresh(options.exponent(), options.epsilon(), () -> failed.add(name));
                backend.then(() -> add(adam, index));
            }
        });
        backend.await();
        return failed;
    }

    /** b ← μ b + the gradient times its roots, with the length of another direction if there is one. */
    private void add(Optional<Tensor> adam, int index) {
        Tensor slope = flat(gradient, index);
        Optional<Double> other = adam.map(direction -> norm(flat(direction, index)));
        Tensor made = tensors.get(index).apply(slope, room);
        double scale = 1;
        if (options.grafting() != Direction.Shampoo.Grafting.NONE) {
            double length = norm(made);
            double wanted = other.isPresent() ? other.get() : norm(slope);
            scale = length == 0 ? 0 : wanted / length;
        }
        Tensor part = flat(buffer, index);
        backend.combine(options.momentum(), part, scale, made, part);
    }

    private double norm(Tensor x) {
        return Math.sqrt(backend.dot(x, x));
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
        graft.ifPresent(Direction.Running::close);
        tensors.forEach(TensorRoots::close);
        room.close();
        if (options.weightDecay() > 0) {
            decayed.close();
        }
        buffer.close();
    }
}
