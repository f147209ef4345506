package soopt.optimizer.direction;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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
    private final List<Submatrix> blocks;
    private final Orthogonalization orthogonalization;
    private long steps;

    /** Rows that are made orthogonal together: a matrix, or a part of one. */
    private record Submatrix(long offset, int rows, int columns) {
        Tensor of(Tensor x) {
            return x.slice(offset, rows, columns);
        }
    }

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
        this.blocks = matrices.stream().flatMap(p -> blocks(options, p)).toList();
        this.orthogonalization = new Orthogonalization(
                backend,
                options.polynomials(),
                blocks.stream()
                        .mapToInt(block -> Math.min(block.rows(), block.columns()))
                        .max()
                        .orElse(0),
                blocks.stream()
                        .mapToInt(block -> block.rows() * block.columns())
                        .max()
                        .orElse(0));
    }

    /**
     * Rows of a weight, all together if these or the columns are few enough. A kernel [out, in, k, k] is a matrix [out,
     * in·k·k]; the order of its columns does not matter.
     */
    private static Stream<Submatrix> blocks(Direction.Muon options, Parameter parameter) {
        int rows = parameter.shape().get(0);
        int columns = parameter.size() / rows;
        int most = options.blockSize().filter(size -> size < columns).orElse(rows);
        return Block.of(new int[] {rows, columns}, most, 0).stream()
                .map(block -> new Submatrix(
                        parameter.offset() + (long) block.from()[0] * columns, block.shape()[0], columns));
    }

    /**
     * Weights but those of the last layer, in their order; those with least work for a number come first while all of
     * it is within the bound.
     */
    static List<Parameter> affordable(Direction.Muon options, Problem problem) {
        List<Parameter> weights = hidden(problem.layout());
        double[] left = {options.mostWork().orElse(Double.POSITIVE_INFINITY) * options.hold() * problem.gradientWork()};
        Set<Parameter> within = weights.stream()
                .sorted(Comparator.comparingDouble(parameter -> work(options, parameter) / parameter.size()))
                .takeWhile(parameter -> (left[0] -= work(options, parameter)) >= 0)
                .collect(Collectors.toSet());
        return weights.stream().filter(within::contains).toList();
    }

    /** Whether there are such weights and all are within the bound. */
    static boolean affordsAll(Direction.Muon options, Problem problem) {
        List<Parameter> weights = hidden(problem.layout());
        return !weights.isEmpty() && affordable(options, problem).size() == weights.size();
    }

    private static List<Parameter> hidden(ParameterLayout layout) {
        return layout.parameters().stream()
                .filter(parameter -> parameter.role() == Role.WEIGHT
                        && parameter.shape().size() > 1
                        && parameter.layer() < layout.layers() - 1)
                .toList();
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
        return blocks(options, parameter)
                .mapToDouble(block -> Orthogonalization.work(options.polynomials(), block.rows(), block.columns()))
                .sum();
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
        for (int i = 0; i < squares.length; i++) {
            Submatrix block = blocks.get(i);
            int m = block.rows();
            int n = block.columns();
            double length = LENGTH * Math.sqrt(Math.max(m, n));
            boolean byGram = Orthogonalization.prefersGram(options.polynomials(), m, n);
            orthogonalization.apply(block.of(ahead), Math.sqrt(squares[i]), length, byGram, block.of(direction));
        }
    }

    /** Of the lengths of all blocks. */
    private double[] squares() {
        return backend.dots(blocks.stream()
                .map(block -> block.of(ahead))
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
