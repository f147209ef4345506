package soopt.optimizer.direction;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.curvature.Value;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;

/** The running part of {@link Direction.Adahessian}. */
final class HessianMoments implements Direction.Running {
    private static final String STEPS = "direction.steps";
    private static final String FIRST = "direction.first-moment";
    private static final String SECOND = "direction.second-moment";
    private static final String DIAGONAL = "direction.diagonal";

    private final Direction.Adahessian options;
    private final Problem problem;
    private final Backend backend;
    private final Tensor gradient;
    private final Tensor first;
    private final Tensor second;
    /** D, whose signs mean nothing: its squares alone are used. */
    private final Tensor diagonal;

    private final double[] host;
    private Optional<Tensor> direction = Optional.empty();
    private long steps;

    HessianMoments(Direction.Adahessian options, Problem problem, Tensor gradient) {
        this.options = options;
        this.problem = problem;
        this.backend = problem.backend();
        this.gradient = gradient;
        this.first = backend.allocate(gradient.shape());
        this.second = backend.allocate(gradient.shape());
        this.diagonal = backend.allocate(gradient.shape());
        this.host = new double[(int) gradient.size()];
        backend.fill(first, 0);
        backend.fill(second, 0);
        backend.fill(diagonal, 0);
    }

    @Override
    public Optional<Object> kind() {
        return Optional.of(isDue(steps) ? "diagonal" : "same");
    }

    private boolean isDue(long step) {
        return step % options.period() == 0;
    }

    @Override
    public Value observe(Tensor theta, Objective batch, Tensor gradient) {
        AtomicReference<Value> value = new AtomicReference<>();
        observe(theta, batch, gradient, value::set);
        backend.await();
        return value.get();
    }

    @Override
    public void observe(Tensor theta, Objective batch, Tensor gradient, Consumer<Value> use) {
        if (!isDue(steps)) {
            batch.gradient(theta, gradient, use);
            return;
        }
        try (Linearization here = batch.at(theta, Linearization.Use.HESSIAN);
                Tensor probe = backend.allocate(gradient.shape())) {
            backend.signs(problem.stream("probes", steps), probe);
            here.gradient(gradient);
            here.hessianVector(probe, diagonal);
            average();
            here.value(use);
        }
    }

    /** |z ⊙ Hz| = |Hz|, since z is ±1; its means over kernels and blocks, which lie between two places. */
    private void average() {
        List<Parameter> averaged = problem.layout().parameters().stream()
                .filter(parameter -> block(parameter) > 1)
                .toList();
        if (averaged.isEmpty()) {
            return;
        }
        Parameter last = averaged.get(averaged.size() - 1);
        int from = (int) averaged.get(0).offset();
        Tensor part = diagonal.slice(from, (int) last.offset() + last.size() - from);
        backend.toHost(part, host, from);
        average(averaged);
        backend.fromHost(host, from, part);
    }

    private void average(List<Parameter> parameters) {
        for (Parameter parameter : parameters) {
            int block = block(parameter);
            int row = parameter.size() / parameter.shape().get(0);
            int length = parameter.shape().size() == 2 ? row : block;
            for (int from = 0; from < parameter.size(); ) {
                int to = Math.min(from + block, from - from % length + length);
                average(parameter, from, to);
                from = to;
            }
        }
    }

    private void average(Parameter parameter, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += Math.abs(host[(int) parameter.offset() + parameter.position(i)]);
        }
        for (int i = from; i < to; i++) {
            host[(int) parameter.offset() + parameter.position(i)] = sum / (to - from);
        }
    }

    /** How many neighbours in PyTorch's order share a mean. */
    private int block(Parameter parameter) {
        if (parameter.shape().size() == 4) {
            return options.spatialAveraging()
                    ? parameter.shape().get(2) * parameter.shape().get(3)
                    : 1;
        }
        return parameter.shape().size() == 2 ? options.denseBlock() : 1;
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
        steps++;
        double correction1 = 1 - Math.pow(options.beta1(), steps);
        double correction2 = 1 - Math.pow(options.beta2(), steps);
        backend.combine(options.beta1(), first, 1 - options.beta1(), gradient, first);
        // Adam's operation with D for the gradient and a first moment that keeps what it is
        Backend.AdamStep step =
                new Backend.AdamStep(1, options.beta2(), scale / correction1, correction2, options.epsilon(), false);
        backend.adam(step, diagonal, first, second, out);
        if (options.hessianPower() != 1) {
            raise(scale / correction1, correction2, out);
        }
    }

    /** out ← scale m / ((v/correction)^(k/2) + ε) for k ≠ 1. */
    private void raise(double scale, double correction, Tensor out) {
        double[] moments = new double[host.length];
        backend.toHost(second, host, 0);
        backend.toHost(first, moments, 0);
        for (int i = 0; i < host.length; i++) {
            host[i] = scale
                    * moments[i]
                    / (Math.pow(host[i] / correction, options.hessianPower() / 2) + options.epsilon());
        }
        backend.fromHost(host, 0, out);
    }

    @Override
    public void save(State state) {
        state.putNumbers(STEPS, steps);
        state.putTensor(FIRST, first);
        state.putTensor(SECOND, second);
        state.putTensor(DIAGONAL, diagonal);
    }

    @Override
    public void restore(State state) {
        steps = (long) state.getNumbers(STEPS)[0];
        state.getTensor(FIRST, first);
        state.getTensor(SECOND, second);
        state.getTensor(DIAGONAL, diagonal);
    }

    @Override
    public void close() {
        direction.ifPresent(Tensor::close);
        diagonal.close();
        second.close();
        first.close();
    }
}
