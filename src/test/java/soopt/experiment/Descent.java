package soopt.experiment;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.curvature.Value;
import soopt.optimizer.Optimizer;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.RateSolution;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Safeguard;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.StepSize;

/**
 * Gradient descent with momentum for tests of the loop; with a period it also computes curvature, which it reports and
 * ignores.
 */
final class Descent implements Optimizer.Iteration {
    private static final double MOMENTUM = 0.5;
    private static final double DAMPING = 1.0;

    private final Problem problem;
    private final Backend backend;
    private final int period;
    private final Tensor buffer;
    private final Tensor gradient;
    private final Tensor update;
    private final StepSize stepSize;
    private final Safeguard safeguard = new Safeguard(1000);
    private final Set<Long> spoiled;
    private long steps;

    /** @param spoiled steps, from 0, whose update is infinite; if there are any, a safeguard may drop it */
    Descent(Problem problem, double stepSize, int period, Set<Long> spoiled) {
        this.spoiled = spoiled;
        this.problem = problem;
        this.backend = problem.backend();
        this.stepSize = new StepSize(stepSize);
        this.period = period;
        this.buffer = backend.allocate(problem.layout().size());
        this.gradient = backend.allocate(problem.layout().size());
        this.update = backend.allocate(problem.layout().size());
        backend.fill(buffer, 0);
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        Value value = batch.gradient(theta, gradient);
        backend.combine(MOMENTUM, buffer, 1, gradient, buffer);
        backend.combine(-stepSize.value(), buffer, 0, buffer, update);
        if (spoiled.contains(steps)) {
            backend.fill(update, Double.POSITIVE_INFINITY);
        }
        safeguard.observe(value.loss(), 0);
        boolean due = period > 0 && steps % period == 0;
        steps++;
        Optional<Refresh> refresh = due ? Optional.of(refresh(theta)) : Optional.empty();
        Step step = Step.moving(value, Math.sqrt(backend.dot(gradient, gradient)), update);
        return refresh.map(step::with).orElse(step);
    }

    private Refresh refresh(Tensor theta) {
        Partition partition = new Partitioning.Canonical().of(problem.layout());
        Objective batch = problem.batches().curvature();
        CurvatureSummary summary = batch.summary(theta, buffer, partition, Order.THIRD);
        CubicStep.Outcome solution = CubicStep.solve(summary.hessian(), summary.gradient(), summary.third(), DAMPING);
        RateSolution found = new RateSolution.Cubic(solution);
        double[] eta = solution.eta();
        double[] clipped = Arrays.stream(eta).map(x -> Math.max(x, 0)).toArray();
        double[] applied = Arrays.stream(clipped).map(x -> stepSize.value() * x).toArray();
        return new Refresh(partition, summary, summary, found, eta, eta, clipped, applied, batch.examples(), 0.0);
    }

    @Override
    public boolean drops() {
        return !spoiled.isEmpty() && safeguard.drops();
    }

    @Override
    public StepSize stepSize() {
        return stepSize;
    }

    @Override
    public void save(State state) {
        state.putTensor("buffer", buffer);
        stepSize.save(state);
        state.putNumbers("steps", steps);
    }

    @Override
    public void restore(State state) {
        state.getTensor("buffer", buffer);
        stepSize.restore(state);
        steps = (long) state.getNumbers("steps")[0];
    }

    @Override
    public void close() {
        buffer.close();
        gradient.close();
        update.close();
    }
}
