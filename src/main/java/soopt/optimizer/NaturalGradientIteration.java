package soopt.optimizer;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Fisher;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.file.JsonObject;
import soopt.optimizer.step.Opening;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.StepSize;
import soopt.optimizer.step.Trial;
import soopt.optimizer.system.LinearSolver;
import soopt.optimizer.system.LinearSolver.Solution;
import soopt.optimizer.system.Products;
import soopt.solver.Damping;
import soopt.solver.Solve;

/** The running part of {@link NaturalGradient}. */
final class NaturalGradientIteration implements Optimizer.Iteration {
    private static final String DAMPING = "damping";
    private static final String STEPS = "steps";

    private final NaturalGradient options;
    private final Problem problem;
    private final Backend backend;
    private final LinearSolver.Running solver;
    private final Damping.Running damping;
    private final Tensor gradient;
    private final Tensor delta;
    private final StepSize stepSize;
    private long steps;

    NaturalGradientIteration(NaturalGradient options, Problem problem) {
        this.options = options;
        this.problem = problem;
        this.backend = problem.backend();
        this.solver = options.solver().start(problem);
        this.damping = options.damping().start();
        this.gradient = backend.allocate(problem.layout().size());
        this.delta = backend.allocate(problem.layout().size());
        this.stepSize = new StepSize(options.length().stepSize());
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        long seed =
                options.fisher() == Fisher.MC ? problem.random("labels", steps).nextLong() : 0;
        steps++;
        try (Opening opening = Opening.of(batch, theta, Linearization.Use.GAUSS_NEWTON, gradient)) {
            Value value = opening.value();
            double norm = opening.gradientNorm();
            double lambda = damping.lambda();
            if (!Double.isFinite(value.loss()) || !(norm > 0) || !Double.isFinite(norm)) {
                Solve.Ending why = norm == 0 ? Solve.Ending.ZERO : Solve.Ending.NOT_FINITE;
                return Step.resting(value, norm).with(trial(lambda, 0, false, new Solve(why, 0, Double.NaN)));
            }
            solver.look(Products.of(opening.here().fisher(options.fisher(), options.draws(), seed)));
            Solution solution = solver.solve(lambda, gradient, delta);
            damping.judge(Double.NaN, value.loss());
            // gᵀ(F + λI)⁻¹g
            double square = -backend.dot(gradient, delta);
            double alpha = options.length().alpha(stepSize.value(), square);
            JsonObject details = solution.details().put("damping", lambda).put("natural_norm", Math.sqrt(square));
            boolean moves = solution.solve().usable() && square > 0 && Double.isFinite(alpha);
            Trial trial = trial(lambda, alpha, moves, solution.solve());
            if (!moves) {
                return Step.resting(value, norm).with(trial).with(details);
            }
            backend.scaleInPlace(alpha, delta);
            return Step.moving(value, norm, delta).with(trial).with(details);
        }
    }

    private static Trial trial(double lambda, double alpha, boolean moves, Solve solve) {
        return new Trial(lambda, Double.NaN, Double.NaN, moves ? alpha : 0, 0, moves, Optional.of(solve));
    }

    @Override
    public StepSize stepSize() {
        return stepSize;
    }

    @Override
    public void save(State state) {
        stepSize.save(state);
        state.putNumbers(STEPS, steps);
        state.putNumbers(DAMPING, damping.save());
        solver.save(state);
    }

    @Override
    public void restore(State state) {
        stepSize.restore(state);
        steps = (long) state.getNumbers(STEPS)[0];
        damping.restore(state.getNumbers(DAMPING));
        solver.restore(state);
    }

    @Override
    public void close() {
        delta.close();
        gradient.close();
        solver.close();
    }
}
