package soopt.optimizer;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.file.JsonObject;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.StepSize;
import soopt.optimizer.step.Trial;
import soopt.solver.Line;
import soopt.solver.LineSearch;
import soopt.solver.LossLine;
import soopt.solver.Solve;
import soopt.spec.Doc;

/** The running part of {@link LBfgs} and {@link Bfgs}. */
final class QuasiNewtonIteration implements Optimizer.Iteration {
    /** Where y = ∇L(θ′) − ∇L(θ) comes from. */
    enum Pairs {
        @Doc("the batch of the step at both ends; one gradient more a step, unless a line search knows it")
        SAME_BATCH,
        @Doc("the gradients of successive steps: for full batches, where that costs nothing")
        SUCCESSIVE
    }

    private static final String GRADIENT = "quasi-newton.gradient";
    private static final String STATE = "quasi-newton";

    private final InverseHessian inverse;
    private final LineSearch lineSearch;
    private final Pairs pairs;
    private final Backend backend;
    private final LossLine line;
    private final Tensor point;
    private final StepSize stepSize;
    private Tensor gradient;
    /** The gradient of the step before. */
    private Tensor before;

    private boolean hasMoved;

    QuasiNewtonIteration(InverseHessian inverse, LineSearch lineSearch, Pairs pairs, double stepSize, Problem problem) {
        int size = problem.layout().size();
        this.inverse = inverse;
        this.lineSearch = lineSearch;
        this.pairs = pairs;
        this.backend = problem.backend();
        this.line = new LossLine(backend, size);
        this.gradient = backend.allocate(size);
        this.before = backend.allocate(size);
        this.point = backend.allocate(size);
        backend.fill(gradient, 0);
        this.stepSize = new StepSize(stepSize);
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        Tensor other = before;
        before = gradient;
        gradient = other;
        Value value = batch.gradient(theta, gradient);
        double norm = Math.sqrt(backend.dot(gradient, gradient));
        if (!Double.isFinite(value.loss()) || !(norm > 0) || !Double.isFinite(norm)) {
            hasMoved = false;
            return Step.resting(value, norm)
                    .with(trial(norm == 0 ? Solve.Ending.ZERO : Solve.Ending.NOT_FINITE, 0, 0, Double.NaN, false));
        }
        JsonObject details = new JsonObject();
        if (pairs == Pairs.SUCCESSIVE && hasMoved) {
            backend.combine(1, gradient, -1, before, inverse.change());
            details.put("curvature", inverse.add());
        }
        Tensor update = inverse.step();
        inverse.multiply(-1, gradient, update);
        double slope = backend.dot(gradient, update);
        Solve.Ending ending = slope < 0 ? Solve.Ending.CONVERGED : Solve.Ending.BREAKDOWN;
        if (ending == Solve.Ending.BREAKDOWN) { // no descent: what was known is forgotten
            inverse.clear();
            backend.combine(-1, gradient, 0, gradient, update);
            slope = -norm * norm;
        }
        LossLine.Ray ray = line.along(batch, theta, update);
        LineSearch.Outcome found = lineSearch.search(ray, value.loss(), slope, first());
        double alpha = found.point().alpha();
        double actual = found.point().value() - value.loss();
        details.put("pairs", inverse.pairs())
                .put("line_search", found.ending().words())
                .put(
                        "line_search_steps",
                        found.tried().stream().mapToDouble(Line.Point::alpha).toArray());
        hasMoved = found.moves() && Double.isFinite(alpha);
        Trial trial = trial(ending, alpha, found.evaluations(), actual, hasMoved);
        if (!hasMoved) {
            inverse.clear();
            return Step.resting(value, norm).with(trial).with(details);
        }
        if (alpha != 1) {
            backend.scaleInPlace(alpha, update);
        }
        if (pairs == Pairs.SAME_BATCH) {
            details.put("curvature", takeIn(theta, batch, ray));
        }
        return Step.moving(value, norm, update).with(trial).with(details);
    }

    /** What is tried first: without pairs the length of a gradient says nothing. */
    private double first() {
        if (inverse.pairs() > 0) {
            return stepSize.value();
        }
        double[] values = new double[(int) gradient.size()];
        backend.toHost(gradient, values, 0);
        double sum = 0;
        for (double entry : values) {
            sum += Math.abs(entry);
        }
        return Math.min(1, 1 / sum) * stepSize.value();
    }

    /** The pair of this step from its own batch; the line search may know the gradient there. */
    private double takeIn(Tensor theta, Objective batch, LossLine.Ray ray) {
        Tensor change = inverse.change();
        if (lineSearch.evaluatesGradients() && ray.best().isPresent()) {
            backend.combine(1, line.gradient(), -1, gradient, change);
        } else {
            backend.combine(1, theta, 1, inverse.step(), point);
            batch.gradient(point, change);
            backend.axpyInPlace(-1, gradient, change);
        }
        return inverse.add();
    }

    private static Trial trial(Solve.Ending ending, double alpha, int tries, double actual, boolean moves) {
        Solve solve = new Solve(ending, 0, Double.NaN);
        return new Trial(Double.NaN, Double.NaN, actual, moves ? alpha : 0, tries, moves, Optional.of(solve));
    }

    @Override
    public StepSize stepSize() {
        return stepSize;
    }

    @Override
    public void save(State state) {
        stepSize.save(state);
        state.putNumbers(STATE, hasMoved ? 1 : 0);
        state.putTensor(GRADIENT, gradient);
        inverse.save(state);
    }

    @Override
    public void restore(State state) {
        stepSize.restore(state);
        hasMoved = state.getNumbers(STATE)[0] != 0;
        state.getTensor(GRADIENT, gradient);
        inverse.restore(state);
    }

    @Override
    public void close() {
        point.close();
        before.close();
        gradient.close();
        line.close();
        inverse.close();
    }
}
