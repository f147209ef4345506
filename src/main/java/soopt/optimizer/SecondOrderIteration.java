package soopt.optimizer;

import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
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
import soopt.optimizer.system.Matrix;
import soopt.optimizer.system.Products;
import soopt.solver.ConjugateGradient;
import soopt.solver.Damping;
import soopt.solver.Line;
import soopt.solver.LineSearch;
import soopt.solver.LossLine;
import soopt.solver.Solve;

/**
 * θ ← θ + α δ with (B + λI) δ = −g for a matrix B of the curvature: what Newton's method, Gauss and Newton's, Levenberg
 * and Marquardt's and the Hessian-free one have in common. They choose the matrix, how the system is solved, how λ
 * follows the run and how far they go along δ.
 *
 * <p>Where a step is judged, by its damping or because it may be tried again, it is taken only if the loss of the batch
 * falls. The ratio ρ is that of the measured change to the one by the model without λ (Madsen, Nielsen and Tingleff
 * 2004, eq. 2.18).
 */
final class SecondOrderIteration implements Optimizer.Iteration {
    private static final String DAMPING = "damping";

    /**
     * What a method chooses.
     *
     * @param tries most solutions at one θ, with λ changed after each that does not lower the loss; with one and a
     *     damping that asks for no ratio nothing is judged
     */
    record Choice(
            Matrix matrix, LinearSolver solver, Damping damping, LineSearch lineSearch, double stepSize, int tries) {}

    private final Choice choice;
    private final Backend backend;
    private final LinearSolver.Running solver;
    private final Damping.Running damping;
    private final LossLine line;
    private final Tensor gradient;
    private final Tensor delta;
    private final StepSize stepSize;

    SecondOrderIteration(Choice choice, Problem problem) {
        int size = problem.layout().size();
        this.choice = choice;
        this.backend = problem.backend();
        this.solver = choice.solver().start(problem);
        this.damping = choice.damping().start();
        this.line = new LossLine(backend, size);
        this.gradient = backend.allocate(size);
        this.delta = backend.allocate(size);
        this.stepSize = new StepSize(choice.stepSize());
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        try (Opening opening = Opening.of(batch, theta, choice.matrix().use(), gradient)) {
            Value value = opening.value();
            double norm = opening.gradientNorm();
            if (!Double.isFinite(value.loss()) || !(norm > 0) || !Double.isFinite(norm)) {
                Solve.Ending why = norm == 0 ? Solve.Ending.ZERO : Solve.Ending.NOT_FINITE;
                return Step.resting(value, norm).with(rejected(new Solve(why, 0, Double.NaN), 0));
            }
            solver.look(Products.of(choice.matrix(), opening.here()));
            return tries(theta, batch, value, norm);
        }
    }

    private Step tries(Tensor theta, Objective batch, Value value, double norm) {
        Step step = attempt(theta, batch, value, norm);
        int evaluations = step.trial().orElseThrow().tries();
        for (int i = 1; i < choice.tries() && step.update().isEmpty(); i++) {
            step = attempt(theta, batch, value, norm);
            evaluations += step.trial().orElseThrow().tries();
        }
        return step.with(step.trial().orElseThrow().withTries(evaluations));
    }

    /** A δ, gᵀδ + ½ δᵀ(B + λI)δ of it, and the losses that were evaluated to find it. */
    private record Chosen(double damped, int evaluations) {}

    /** One solution with λ as it is, and a look at where it leads. */
    private Step attempt(Tensor theta, Objective batch, Value value, double norm) {
        double lambda = damping.lambda();
        boolean judges = damping.needsRatio() || choice.tries() > 1;
        Solution solution = solver.solve(lambda, gradient, delta);
        JsonObject details = solution.details().put("damping", lambda);
        if (!solution.solve().usable() || !(solution.damped() < 0)) {
            damping.judge(Double.NaN, value.loss());
            return Step.resting(value, norm)
                    .with(rejected(solution.solve(), lambda))
                    .with(details);
        }
        Chosen chosen = choose(theta, batch, solution, details);
        double[] products = backend.dots(gradient, delta, delta, delta);
        double slope = products[0];
        // δᵀBδ from gᵀδ + ½ δᵀ(B + λI)δ, which the solution knows
        double curvature = 2 * (chosen.damped() - slope) - lambda * products[1];
        LossLine.Ray ray = line.along(batch, theta, delta);
        LineSearch.Outcome found = choice.lineSearch().search(ray, value.loss(), slope, stepSize.value());
        double alpha = found.point().alpha();
        double reached = found.point().value();
        int evaluations = chosen.evaluations() + found.evaluations();
        if (Double.isNaN(reached) && judges) {
            reached = ray.value(alpha);
            evaluations++;
        }
        double actual = reached - value.loss();
        double predicted = alpha * slope + alpha * alpha * curvature / 2;
        damping.judge(actual / predicted, value.loss());
        boolean accepted = alpha > 0 && (!judges || actual < 0);
        Trial trial = new Trial(lambda, predicted, actual, alpha, evaluations, accepted, Optional.of(solution.solve()));
        if (!(choice.lineSearch() instanceof LineSearch.None)) {
            details.put("line_search", found.ending().words())
                    .put(
                            "line_search_steps",
                            found.tried().stream()
                                    .mapToDouble(Line.Point::alpha)
                                    .toArray());
        }
        if (!accepted) {
            return Step.resting(value, norm).with(trial).with(details);
        }
        backend.scaleInPlace(alpha, delta);
        return Step.moving(value, norm, delta).with(trial).with(details);
    }

    /** Goes back over the iterates of the solver for as long as the loss falls (Martens 2010, §4.6). */
    private Chosen choose(Tensor theta, Objective batch, Solution solution, JsonObject details) {
        List<ConjugateGradient.Iterate> before = solution.candidates();
        if (before.isEmpty()) {
            return new Chosen(solution.damped(), 0);
        }
        double best = line.along(batch, theta, delta).value(1);
        int evaluations = 1;
        int taken = before.size();
        for (int i = before.size() - 1; i >= 0; i--) {
            double loss = line.along(batch, theta, before.get(i).x()).value(1);
            evaluations++;
            if (!(loss < best) && Double.isFinite(best)) {
                break;
            }
            best = loss;
            taken = i;
        }
        if (taken == before.size()) {
            return new Chosen(solution.damped(), evaluations);
        }
        ConjugateGradient.Iterate iterate = before.get(taken);
        backend.copy(iterate.x(), delta);
        details.put("cg_iterate", iterate.iteration());
        return new Chosen(iterate.model(), evaluations);
    }

    private static Trial rejected(Solve solve, double lambda) {
        return new Trial(lambda, Double.NaN, Double.NaN, 0, 0, false, Optional.of(solve));
    }

    @Override
    public StepSize stepSize() {
        return stepSize;
    }

    @Override
    public void save(State state) {
        stepSize.save(state);
        state.putNumbers(DAMPING, damping.save());
        solver.save(state);
    }

    @Override
    public void restore(State state) {
        stepSize.restore(state);
        damping.restore(state.getNumbers(DAMPING));
        solver.restore(state);
    }

    @Override
    public void close() {
        delta.close();
        gradient.close();
        line.close();
        solver.close();
    }
}
