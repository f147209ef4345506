package soopt.optimizer;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
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
import soopt.optimizer.system.CubicSolver;
import soopt.optimizer.system.Matrix;
import soopt.optimizer.system.Products;
import soopt.solver.Solve;

/** The running part of {@link CubicNewton}. */
final class CubicNewtonIteration implements Optimizer.Iteration {
    private static final String STATE = "cubic-newton";
    private static final double SUCCESS = 0.1;
    private static final double GREAT_SUCCESS = 0.9;
    private static final double FACTOR = 2;
    private static final double LARGEST = 1e20;

    private final CubicNewton options;
    private final Backend backend;
    private final CubicSolver.Running solver;
    private final Tensor gradient;
    private final Tensor step;
    private final Tensor point;
    private double rho;
    private final StepSize scale = new StepSize(1);

    CubicNewtonIteration(CubicNewton options, Problem problem) {
        int size = problem.layout().size();
        this.options = options;
        this.backend = problem.backend();
        this.solver = options.solver().start(problem);
        this.gradient = backend.allocate(size);
        this.step = backend.allocate(size);
        this.point = backend.allocate(size);
        this.rho = options.rho();
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        try (Opening opening = Opening.of(batch, theta, Linearization.Use.HESSIAN, gradient)) {
            Value value = opening.value();
            double norm = opening.gradientNorm();
            if (!Double.isFinite(value.loss()) || !Double.isFinite(norm)) {
                Solve failed = new Solve(Solve.Ending.NOT_FINITE, 0, Double.NaN);
                return Step.resting(value, norm).with(trial(failed, Double.NaN, Double.NaN, 0, false));
            }
            solver.look(Products.of(Matrix.HESSIAN, opening.here()), gradient);
            Step proposed = attempt(theta, batch, value, norm);
            int tries = options.adaptive() ? options.tries() : 1;
            int evaluations = proposed.trial().orElseThrow().tries();
            for (int i = 1; i < tries && proposed.update().isEmpty() && evaluations == i; i++) {
                proposed = attempt(theta, batch, value, norm);
                evaluations += proposed.trial().orElseThrow().tries();
            }
            return proposed.with(proposed.trial().orElseThrow().withTries(evaluations));
        }
    }

    private Trial trial(Solve solve, double predicted, double actual, int tries, boolean accepted) {
        return new Trial(rho, predicted, actual, accepted ? scale.value() : 0, tries, accepted, Optional.of(solve));
    }

    private Step attempt(Tensor theta, Objective batch, Value value, double norm) {
        CubicSolver.Minimum minimum = solver.minimum(rho, step);
        JsonObject details = new JsonObject()
                .put("rho", rho)
                .put("length", minimum.length())
                .put("multiplier", minimum.multiplier())
                .put("hard_case", minimum.hardCase())
                .put("residual", minimum.solve().residual());
        if (!minimum.solve().usable() || !(minimum.model() < 0)) {
            return Step.resting(value, norm)
                    .with(trial(minimum.solve(), minimum.model(), Double.NaN, 0, false))
                    .with(details);
        }
        double predicted = model(minimum);
        if (!options.adaptive()) {
            Trial taken = trial(minimum.solve(), predicted, Double.NaN, 0, true);
            backend.scaleInPlace(scale.value(), step);
            return Step.moving(value, norm, step).with(taken).with(details);
        }
        backend.combine(1, theta, scale.value(), step, point);
        double actual = batch.loss(point) - value.loss();
        double ratio = actual / predicted;
        boolean accepted = ratio >= SUCCESS;
        Trial tried = trial(minimum.solve(), predicted, actual, 1, accepted);
        if (!accepted) {
            rho = Math.min(LARGEST, FACTOR * rho);
            return Step.resting(value, norm).with(tried).with(details);
        }
        if (ratio > GREAT_SUCCESS) {
            rho = Math.max(options.least(), rho / FACTOR);
        }
        backend.scaleInPlace(scale.value(), step);
        return Step.moving(value, norm, step).with(tried).with(details);
    }

    /**
     * m(α s) = α gᵀs + ½ α² sᵀHs + α³ (ρ/6) ‖s‖³ for the part α of the step that is taken, from m(s), to which it is
     * equal to the bit for α = 1.
     */
    private double model(CubicSolver.Minimum minimum) {
        double alpha = scale.value();
        double slope = backend.dot(gradient, step);
        double cube = rho / 6 * Math.pow(minimum.length(), 3);
        double curve = minimum.model() - slope - cube;
        return minimum.model() + (alpha - 1) * slope + (alpha * alpha - 1) * curve + (alpha * alpha * alpha - 1) * cube;
    }

    /** The part of each step that is taken: 1 but for a schedule. */
    @Override
    public StepSize stepSize() {
        return scale;
    }

    @Override
    public void save(State state) {
        state.putNumbers(STATE, rho);
        scale.save(state);
    }

    @Override
    public void restore(State state) {
        rho = state.getNumbers(STATE)[0];
        scale.restore(state);
    }

    @Override
    public void close() {
        point.close();
        step.close();
        gradient.close();
        solver.close();
    }
}
