package soopt.optimizer.direction;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.curvature.ParameterLayout.Role;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;

/** The running part of {@link Direction.Muon}. */
final class MuonDirection implements Direction.Running {
    private static final String BUFFER = "direction.buffer";
    private static final String HELD = "direction.held";
    private static final String STEPS = "direction.held-steps";
    private static final double LENGTH = 0.2;

    private final Direction.Muon options;
    private final Backend backend;
    private final Tensor gradient;
    private final Tensor buffer;
    private final Tensor ahead;
    /** [P] u but for the decay. */
    private final Tensor direction;
    /** [P] u with the decay: what is held must not gather it. */
    private final Optional<Tensor> decayed;

    private final Direction.Running adam;
    private final List<Parameter> matrices;
    private final Orthogonalization orthogonalization;
    private long steps;

    MuonDirection(Direction.Muon options, Problem problem, Tensor gradient) {
        this.options = options;
        this.backend = problem.backend();
        this.gradient = gradient;
        this.buffer = backend.allocate(gradient.shape());
        this.ahead = backend.allocate(gradient.shape());
        this.direction = backend.allocate(gradient.shape());
        // the momentum is looked ahead of before the decay is added, and not after
        this.decayed = options.weightDecay() > 0 ? Optional.of(ahead) : Optional.empty();
        backend.fill(buffer, 0);
        this.matrices = affordable(options, problem);
        this.adam = new AdamMoments(
                new Direction.Adam(options.beta1(), options.beta2(), options.epsilon(), 0, options.cautious()),
                backend,
                gradient,
                between(matrices, gradient.size()));
        this.orthogonalization = new Orthogonalization(
                backend,
                options.polynomials(),
                matrices.stream()
                        .mapToInt(p -> Math.min(rows(p), columns(p)))
                        .max()
                        .orElse(0),
                matrices.stream().mapToInt(Parameter::size).max().orElse(0));
    }

    /**
     * Weights but those of the last layer, in their order; those with least work for a number come first while all of
     * it is within the bound.
     */
    static List<Parameter> affordable(Direction.Muon options, Problem problem) {
        ParameterLayout layout = problem.layout();
        List<Parameter> weights = IntStream.range(0, layout.count())
                .mapToObj(layout::get)
                .filter(parameter -> parameter.role() == Role.WEIGHT
                        && parameter.shape().size() > 1
                        && parameter.layer() < layout.layers() - 1)
                .toList();
        double[] left = {options.mostWork().orElse(Double.POSITIVE_INFINITY) * options.hold() * problem.gradientWork()};
        Set<Parameter> within = weights.stream()
                .sorted(Comparator.comparingDouble(parameter -> work(options, parameter) / parameter.size()))
                .takeWhile(parameter -> (left[0] -= work(options, parameter)) >= 0)
                .collect(Collectors.toSet());
        return weights.stream().filter(within::contains).toList();
    }

    /** What lies between the matrices in a vector [P]. */
    private static List<AdamMoments.Span> between(List<Parameter> matrices, long size) {
        List<AdamMoments.Span> spans = new ArrayList<>();
        long from = 0;
        for (Parameter matrix : matrices) {
            addSpan(from, matrix.offset(), spans);
            from = matrix.offset() + matrix.size();
        }
        addSpan(from, size, spans);
        return spans;
    }

    private static void addSpan(long from, long to, List<AdamMoments.Span> spans) {
        if (to > from) {
            spans.add(new AdamMoments.Span(from, (int) (to - from)));
        }
    }

    private static double work(Direction.Muon options, Parameter parameter) {
        return Orthogonalization.work(options.polynomials(), rows(parameter), columns(parameter));
    }

    private static int rows(Parameter parameter) {
        return parameter.shape().get(0);
    }

    /** A kernel [out, in, k, k] is a matrix [out, in·k·k]; the order of its columns does not matter. */
    private static int columns(Parameter parameter) {
        return parameter.size() / rows(parameter);
    }

    @Override
    public Optional<Object> kind() {
        return adam.kind().map(kind -> List.of(makes(), kind));
    }

    /** Whether the next step makes matrices orthogonal. */
    private boolean makes() {
        return steps % options.hold() == 0;
    }

    @Override
    public Tensor next(Tensor theta) {
        for (Parameter parameter : matrices) {
            Tensor own = buffer.slice(parameter.offset(), parameter.size());
            Tensor slope = gradient.slice(parameter.offset(), parameter.size());
            backend.combine(options.momentum(), own, 1, slope, own);
        }
        adam.nextScaled(theta, 1, direction);
        if (makes()) {
            orthogonalize();
        }
        steps++;
        decayed.ifPresent(sum -> backend.combine(1, direction, options.weightDecay(), theta, sum));
        return decayed.orElse(direction);
    }

    private void orthogonalize() {
        for (Parameter parameter : matrices) {
            Tensor own = buffer.slice(parameter.offset(), parameter.size());
            Tensor slope = gradient.slice(parameter.offset(), parameter.size());
            backend.combine(1, slope, options.momentum(), own, ahead.slice(parameter.offset(), parameter.size()));
        }
        double[] squares = squares();
        for (int i = 0; i < matrices.size(); i++) {
            Parameter parameter = matrices.get(i);
            int m = rows(parameter);
            int n = columns(parameter);
            Tensor out = direction.slice(parameter.offset(), m, n);
            Tensor one = ahead.slice(parameter.offset(), m, n);
            double length = LENGTH * Math.sqrt(Math.max(m, n));
            boolean byGram = Orthogonalization.prefersGram(options.polynomials(), m, n);
            orthogonalization.apply(one, Math.sqrt(squares[i]), length, byGram, out);
        }
    }

    /** Of the lengths of all matrices. */
    private double[] squares() {
        return backend.dots(matrices.stream()
                .map(parameter -> ahead.slice(parameter.offset(), parameter.size()))
                .flatMap(matrix -> Stream.of(matrix, matrix))
                .toArray(Tensor[]::new));
    }

    @Override
    public void nextScaled(Tensor theta, double scale, Tensor out) {
        Tensor u = next(theta);
        backend.combine(scale, u, 0, u, out);
    }

    @Override
    public void save(State state) {
        state.putTensor(BUFFER, buffer);
        if (options.hold() > 1) {
            state.putNumbers(STEPS, steps);
            state.putTensor(HELD, direction);
        }
        adam.save(state);
    }

    @Override
    public void restore(State state) {
        state.getTensor(BUFFER, buffer);
        if (options.hold() > 1) {
            steps = (long) state.getNumbers(STEPS)[0];
            state.getTensor(HELD, direction);
        }
        adam.restore(state);
    }

    @Override
    public void close() {
        orthogonalization.close();
        adam.close();
        direction.close();
        ahead.close();
        buffer.close();
    }
}
