package soopt.optimizer;

import java.util.ArrayList;
import java.util.List;
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
    /** What becomes of a pair with too little yᵀs. */
    enum LowCurvature {
        @Doc("it is left out")
        SKIP,
        @Doc("y is mixed with the y that H expects, until yᵀs is a fifth of that one's (Powell 1978)")
        DAMP
    }

    /** @param leastCurvature yᵀs above which a pair is kept */
    record Rules(
            double stepSize, LineSearch lineSearch, Pairs pairs, LowCurvature lowCurvature, double leastCurvature) {
        Rules {
            if (pairs instanceof Pairs.Overlap && !(lineSearch instanceof LineSearch.None)) {
                throw new IllegalArgumentException(
                        "pairs overlap needs line-search none: the loss along a line would be that of a batch without"
                                + " the examples it shares with the last");
            }
        }

        /** Keys that do not say so already. */
        List<String> remedies() {
            List<String> remedies = new ArrayList<>(List.of("a smaller optimizer.step-size"));
            if (lineSearch instanceof LineSearch.None && !(pairs instanceof Pairs.Overlap)) {
                remedies.add("optimizer.line-search: strong-wolfe");
            }
            remedies.add("training.full-batch: true");
            return remedies;
        }
    }

    private static final String GRADIENT = "quasi-newton.gradient";
    private static final String NEXT = "quasi-newton.next-gradient";
    private static final String POINT = "quasi-newton.next-point";
    private static final String STATE = "quasi-newton";
    /** Of sᵀBs: Powell 1978; Nocedal and Wright 2006, procedure 18.2. */
    private static final double LEAST_PART = 0.2;

    private final Rules rules;
    private final InverseHessian inverse;
    private final Backend backend;
    private final boolean sameExamples;
    private final LossLine line;
    private final Tensor point;
    private final Optional<SharedExamples> shared;
    private final StepSize stepSize;
    private Tensor gradient;
    /** The gradient of the step before. */
    private Tensor before;

    private boolean hasMoved;
    /** α of the last step. */
    private double length;
    /** What the line search found at {@link #point}, where the last step was to end; its gradient is the line's. */
    private Optional<Value> next = Optional.empty();

    QuasiNewtonIteration(Rules rules, InverseHessian inverse, Problem problem) {
        int size = problem.layout().size();
        this.rules = rules;
        this.inverse = inverse;
        this.backend = problem.backend();
        this.sameExamples = problem.batches().areTheSame();
        this.line = new LossLine(backend, size);
        this.gradient = backend.allocate(size);
        this.before = backend.allocate(size);
        this.point = backend.allocate(size);
        this.shared = rules.pairs() instanceof Pairs.Overlap overlap
                ? Optional.of(new SharedExamples(overlap, backend, size))
                : Optional.empty();
        backend.fill(gradient, 0);
        this.stepSize = new StepSize(rules.stepSize());
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        Tensor other = before;
        before = gradient;
        gradient = other;
        Value value = look(theta, batch);
        double norm = Math.sqrt(backend.dot(gradient, gradient));
        if (!Double.isFinite(value.loss()) || !(norm > 0) || !Double.isFinite(norm)) {
            hasMoved = false;
            return Step.resting(value, norm)
                    .with(trial(norm == 0 ? Solve.Ending.ZERO : Solve.Ending.NOT_FINITE, 0, 0, Double.NaN, false));
        }
        JsonObject details = new JsonObject();
        if (rules.pairs() instanceof Pairs.Successive && hasMoved) {
            backend.combine(1, gradient, -1, before, inverse.change());
            takeIn(before, details);
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
        LineSearch.Outcome found = rules.lineSearch().search(ray, value.loss(), slope, first());
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
        length = alpha;
        finish(theta, batch, ray, details);
        return Step.moving(value, norm, update).with(trial).with(details);
    }

    /** gradient ← that of the step: what the last search ended with, if θ is there to the bit. */
    private Value look(Tensor theta, Objective batch) {
        Optional<Value> known = next;
        next = Optional.empty();
        if (known.isPresent()) {
            backend.combine(1, theta, -1, point, gradient);
            if (backend.dot(gradient, gradient) == 0) {
                backend.copy(line.gradient(), gradient);
                return known.get();
            }
        }
        return shared.isPresent() ? shared.get().gradient(theta, batch, gradient) : batch.gradient(theta, gradient);
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

    /** What is known of the gradient where the step ends: the pair, and the start of the next step. */
    private void finish(Tensor theta, Objective batch, LossLine.Ray ray, JsonObject details) {
        Tensor update = inverse.step();
        boolean found = rules.lineSearch().evaluatesGradients() && ray.best().isPresent();
        if (found && sameExamples && length == 1) { // else θ + α d is rounded otherwise than here
            backend.combine(1, theta, 1, update, point);
            next = ray.best();
        }
        if (shared.isPresent()) {
            shared.get().change(theta, update, inverse.change());
        } else if (rules.pairs() instanceof Pairs.Successive) {
            return;
        } else if (found) {
            backend.combine(1, line.gradient(), -1, gradient, inverse.change());
        } else {
            backend.combine(1, theta, 1, update, point);
            batch.gradient(point, inverse.change());
            backend.axpyInPlace(-1, gradient, inverse.change());
        }
        takeIn(gradient, details);
    }

    /**
     * Takes in the pair of a step.
     *
     * @param start the gradient that its direction was made of
     */
    private void takeIn(Tensor start, JsonObject details) {
        double measured = Double.NaN;
        boolean damped = false;
        if (rules.lowCurvature() == LowCurvature.DAMP) {
            measured = backend.dot(inverse.step(), inverse.change());
            damped = damp(measured, start);
        }
        double curvature = inverse.add();
        boolean kept = InverseHessian.isEnough(curvature, rules.leastCurvature());
        details.put("curvature", damped ? measured : curvature)
                .put("pair", !kept ? "skipped" : damped ? "damped" : "kept");
    }

    /**
     * y ← φ y + (1 − φ) B s with the φ that makes yᵀs a fifth of sᵀBs, where it is less (Nocedal and Wright 2006,
     * procedure 18.2). B s = −α g, since s = −α H g. Without pairs B = I tells no scale: then only a y that would be
     * skipped is changed.
     */
    private boolean damp(double measured, Tensor start) {
        double model = -length * backend.dot(inverse.step(), start);
        boolean low = measured < LEAST_PART * model && measured > Double.NEGATIVE_INFINITY;
        if (!low || inverse.pairs() == 0 && measured > rules.leastCurvature()) {
            return false;
        }
        double part = (1 - LEAST_PART) * model / (model - measured);
        backend.combine(part, inverse.change(), -(1 - part) * length, start, inverse.change());
        return true;
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
        Value value = next.orElse(Value.of(Double.NaN));
        state.putNumbers(STATE, hasMoved ? 1 : 0, length, next.isPresent() ? 1 : 0, value.loss(), value.correct());
        state.putTensor(GRADIENT, gradient);
        if (next.isPresent()) {
            state.putTensor(NEXT, line.gradient());
            state.putTensor(POINT, point);
        }
        shared.ifPresent(examples -> examples.save(state));
        inverse.save(state);
    }

    @Override
    public void restore(State state) {
        stepSize.restore(state);
        double[] numbers = state.getNumbers(STATE);
        hasMoved = numbers[0] != 0;
        length = numbers[1];
        next = numbers[2] != 0 ? Optional.of(new Value(numbers[3], numbers[4])) : Optional.empty();
        state.getTensor(GRADIENT, gradient);
        if (next.isPresent()) {
            state.getTensor(NEXT, line.gradient());
            state.getTensor(POINT, point);
        }
        shared.ifPresent(examples -> examples.restore(state));
        inverse.restore(state);
    }

    @Override
    public void close() {
        shared.ifPresent(SharedExamples::close);
        point.close();
        before.close();
        gradient.close();
        line.close();
        inverse.close();
    }
}
