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
    private static final double LENGTH = 0.2;

    private final Direction.Muon options;
    private final Backend backend;
    private final Tensor gradient;
    private final Tensor buffer;
    private final Tensor ahead;
    private final Direction.Running adam;
    private final List<Parameter> matrices;
    private final Orthogonalization orthogonalization;

    MuonDirection(Direction.Muon options, Problem problem, Tensor gradient) {
        this.options = options;
        this.backend = problem.backend();
        this.gradient = gradient;
        this.buffer = backend.allocate(gradient.shape());
        this.ahead = backend.allocate(gradient.shape());
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
        double[] left = {options.mostWork().orElse(Double.POSITIVE_INFINITY) * problem.gradientWork()};
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
        return adam.kind();
    }

    @Override
    public Tensor next(Tensor theta) {
        for (Parameter parameter : matrices) {
            Tensor own = buffer.slice(parameter.offset(), parameter.size());
            Tensor slope = gradient.slice(parameter.offset(), parameter.size());
            backend.combine(options.momentum(), own, 1, slope, own);
            backend.combine(1, slope, options.momentum(), own, ahead.slice(parameter.offset(), parameter.size()));
        }
        Tensor u = adam.next(theta);
        double[] squares = squares();
        for (int i = 0; i < matrices.size(); i++) {
            Parameter parameter = matrices.get(i);
            int m = rows(parameter);
            int n = columns(parameter);
            Tensor out = u.slice(parameter.offset(), m, n);
            Tensor one = ahead.slice(parameter.offset(), m, n);
            double length = LENGTH * Math.sqrt(Math.max(m, n));
            boolean byGram = Orthogonalization.prefersGram(options.polynomials(), m, n);
            orthogonalization.apply(one, Math.sqrt(squares[i]), length, byGram, out);
        }
        if (options.weightDecay() > 0) {
            backend.axpyInPlace(options.weightDecay(), theta, u);
        }
        return u;
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
        adam.save(state);
    }

    @Override
    public void restore(State state) {
        state.getTensor(BUFFER, buffer);
        adam.restore(state);
    }

    @Override
    public void close() {
        orthogonalization.close();
        adam.close();
        ahead.close();
        buffer.close();
    }
}
