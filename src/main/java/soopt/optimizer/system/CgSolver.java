package soopt.optimizer.system;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.file.JsonObject;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.solver.ConjugateGradient;
import soopt.solver.ConjugateGradientIteration;
import soopt.solver.Operator;

/** The running part of {@link LinearSolver.Cg}. */
final class CgSolver implements LinearSolver.Running {
    private static final String START = "cg.start";

    private final LinearSolver.Cg options;
    private final Backend backend;
    private final ConjugateGradientIteration iteration;
    private final Tensor right;
    private final Tensor start;
    private final Optional<DiagonalPreconditioner> preconditioner;
    private Optional<Products> matrix = Optional.empty();
    private boolean isNew;

    CgSolver(LinearSolver.Cg options, Problem problem) {
        int size = problem.layout().size();
        this.options = options;
        this.backend = problem.backend();
        this.iteration =
                new ConjugateGradient(options.stop(), options.iterations()).start(backend, size, options.kept());
        this.right = backend.allocate(size);
        this.start = backend.allocate(size);
        backend.fill(start, 0);
        this.preconditioner = options.preconditioner() == LinearSolver.Preconditioner.NONE
                ? Optional.empty()
                : Optional.of(new DiagonalPreconditioner(backend, size));
    }

    @Override
    public void look(Products products) {
        matrix = Optional.of(products);
        isNew = true;
    }

    @Override
    public LinearSolver.Solution solve(double lambda, Tensor gradient, Tensor delta) {
        Operator damped = ((Operator) matrix.orElseThrow()::times).shifted(backend, lambda);
        backend.combine(-1, gradient, 0, gradient, right);
        backend.combine(options.warmStart(), start, 0, start, delta);
        ConjugateGradient.Equation equation = ConjugateGradient.Equation.of(damped, right);
        if (preconditioner.isPresent()) {
            if (isNew) {
                preconditioner.get().take(gradient);
            }
            preconditioner.get().damp(lambda);
            equation = equation.preconditioned(preconditioner.get());
        }
        isNew = false;
        ConjugateGradient.Outcome outcome = iteration.solve(equation, delta);
        double model = outcome.model();
        if (model == 0 && outcome.direction().isPresent()) {
            // nothing came before the negative curvature: its direction, downhill (Nocedal and Wright 2006, alg. 7.1)
            model = along(outcome.direction().get(), damped, gradient, delta);
        }
        if (outcome.usable()) {
            backend.copy(delta, start);
        }
        JsonObject details = new JsonObject()
                .put("cg_iterations", outcome.solve().iterations())
                .put("cg_ending", outcome.solve().ending().words())
                .put("cg_residuals", shortened(outcome.residuals()))
                .put("cg_models", shortened(outcome.models()));
        List<ConjugateGradient.Iterate> before =
                outcome.iterates().subList(0, Math.max(0, outcome.iterates().size() - 1));
        return new LinearSolver.Solution(outcome.solve(), model, before, details);
    }

    /** δ ← d; gives gᵀδ + ½ δᵀ(B + λI)δ. */
    private double along(Tensor direction, Operator damped, Tensor gradient, Tensor delta) {
        backend.copy(direction, delta);
        damped.apply(delta, right);
        double[] products = backend.dots(gradient, delta, delta, right);
        return products[0] + products[1] / 2;
    }

    /** A line of a file is read by people too: every n-th number of a long list, and the last. */
    private static double[] shortened(double[] numbers) {
        int most = 100;
        int stride = (numbers.length + most - 1) / most;
        int count = (numbers.length + stride - 1) / stride;
        double[] kept = new double[count];
        Arrays.setAll(kept, i -> numbers[i * stride]);
        kept[count - 1] = numbers[numbers.length - 1];
        return kept;
    }

    @Override
    public void save(State state) {
        state.putTensor(START, start);
        preconditioner.ifPresent(own -> own.save(state));
    }

    @Override
    public void restore(State state) {
        state.getTensor(START, start);
        preconditioner.ifPresent(own -> own.restore(state));
    }

    @Override
    public void close() {
        preconditioner.ifPresent(DiagonalPreconditioner::close);
        start.close();
        right.close();
        iteration.close();
    }
}
