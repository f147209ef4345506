package soopt.optimizer.direction;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.file.JsonObject;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;

/**
 * The running part of {@link Direction.Soap}. Both moments are kept in the eigenbases: what the first one is in the
 * original space changes nothing of it but the memory that a step reads.
 */
final class SoapDirection implements Direction.Running {
    private static final String STEPS = "direction.steps";
    private static final String FIRST = "direction.first-moment";
    private static final String SECOND = "direction.second-moment";

    private final Direction.Soap options;
    private final Backend backend;
    private final Tensor gradient;
    /** [P] the gradient, its moments and Adam's direction in the eigenbases: blocks one after another. */
    private final Tensor turned;

    private final Tensor first;
    private final Tensor second;
    private final Tensor direction;
    private final Block.Room room;
    private final List<Part> parts = new ArrayList<>();
    private Optional<Tensor> next = Optional.empty();
    private Optional<Set<String>> kept = Optional.empty();
    private long steps;

    /** A block, and where its numbers begin in the eigenbases. */
    private record Part(Parameter parameter, Block block, BlockBasis basis, long at) {
        /** The part of a vector [P] that belongs to its tensor. */
        Tensor tensor(Tensor vector) {
            return vector.slice(parameter.offset(), parameter.size());
        }

        /** Its part of a vector [P] in the eigenbases. */
        Tensor own(Tensor vector) {
            return vector.slice(at, block.size());
        }
    }

    SoapDirection(Direction.Soap options, Problem problem, Tensor gradient) {
        this.options = options;
        this.backend = problem.backend();
        this.gradient = gradient;
        this.turned = backend.allocate(gradient.shape());
        this.first = backend.allocate(gradient.shape());
        this.second = backend.allocate(gradient.shape());
        this.direction = backend.allocate(gradient.shape());
        backend.fill(first, 0);
        backend.fill(second, 0);
        TurnedAxes axes = new TurnedAxes(options);
        boolean cuts = false;
        for (Parameter parameter : problem.layout().parameters()) {
            cuts |= add(parameter, axes);
        }
        this.room = Block.Room.of(backend, problem.layout(), cuts);
    }

    /** The blocks of a tensor; whether there are several. */
    private boolean add(Parameter parameter, TurnedAxes axes) {
        List<Block> blocks = axes.blocks(parameter);
        long at = parameter.offset();
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            String name = TensorRoots.name(parameter, i, blocks.size());
            parts.add(new Part(
                    parameter, block, new BlockBasis(backend, name, block.shape(), axes.of(parameter, block)), at));
            at += block.size();
        }
        return blocks.size() > 1;
    }

    @Override
    public Optional<Object> kind() {
        return refreshes() ? Optional.empty() : Optional.of(takesIn() ? "factors" : "same");
    }

    /** Whether the gradient of the next step counts for the factors. */
    private boolean takesIn() {
        return steps % options.statisticsPeriod() == 0;
    }

    private boolean refreshes() {
        return steps % options.period() == 0;
    }

    @Override
    public Tensor next(Tensor theta) {
        Tensor u = next.orElseGet(() -> backend.allocate(gradient.shape()));
        next = Optional.of(u);
        nextScaled(theta, 1, u);
        return u;
    }

    @Override
    public void nextScaled(Tensor theta, double scale, Tensor out) {
        double decay = takesIn() ? Math.pow(options.decay(), options.statisticsPeriod()) : 1;
        for (Part part : parts) {
            part.basis().turn(slope(part), decay, room, part.own(turned));
        }
        boolean refreshes = refreshes();
        steps++;
        backend.adam(
                Backend.AdamStep.unbiased(steps, options.beta1(), options.beta2(), scale, options.epsilon(), false),
                turned,
                first,
                second,
                direction);
        for (Part part : parts) {
            turnBack(part, part.tensor(out));
        }
        kept = refreshes ? Optional.of(refresh()) : Optional.empty();
    }

    private Tensor slope(Part part) {
        return part.block().in(backend, part.tensor(gradient), room.other());
    }

    private void turnBack(Part part, Tensor tensor) {
        Block block = part.block();
        if (block.isOneRun()) {
            part.basis().turnBack(part.own(direction), room, block.view(tensor));
        } else {
            Tensor whole = room.whole().slice(0, block.size());
            part.basis().turnBack(part.own(direction), room, whole);
            block.put(backend, whole, tensor);
        }
    }

    /** New eigenvectors; the names of the tensors with some that could not be computed. */
    private Set<String> refresh() {
        Set<String> failed = new LinkedHashSet<>();
        backend.together(() -> {
            for (Part part : parts) {
                Tensor mean = part.own(first);
                Tensor square = part.own(second);
                Runnable fails = () -> failed.add(part.parameter().name());
                part.basis().refresh(options.basis(), mean, square, room, fails);
                if (steps == 1 && part.basis().turns()) {
                    backend.then(() -> squareOfTheFirst(mean, square));
                }
            }
        });
        backend.await();
        return failed;
    }

    /** The square of the one gradient that was seen, which the mean is a multiple of. */
    private void squareOfTheFirst(Tensor mean, Tensor square) {
        double weight = 1 - options.beta1();
        backend.multiply(mean, mean, square);
        backend.scaleInPlace((1 - options.beta2()) / (weight * weight), square);
    }

    @Override
    public Step recorded(Step step) {
        return kept.map(names -> step.with(new JsonObject().put("bases_kept", String.join(", ", names))))
                .orElse(step);
    }

    @Override
    public void save(State state) {
        state.putNumbers(STEPS, steps);
        state.putTensor(FIRST, first);
        state.putTensor(SECOND, second);
        parts.forEach(part -> part.basis().save(state));
    }

    @Override
    public void restore(State state) {
        steps = (long) state.getNumbers(STEPS)[0];
        state.getTensor(FIRST, first);
        state.getTensor(SECOND, second);
        parts.forEach(part -> part.basis().restore(state));
    }

    @Override
    public void close() {
        next.ifPresent(Tensor::close);
        parts.forEach(part -> part.basis().close());
        room.close();
        direction.close();
        second.close();
        first.close();
        turned.close();
    }
}
