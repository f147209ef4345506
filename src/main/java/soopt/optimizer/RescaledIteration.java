package soopt.optimizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Readings;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.StepSize;
import soopt.optimizer.step.Trial;
import soopt.solver.Solve;

/**
 * θ ← θ + η δ, δ = α Δ + μ δ₀ with Δ = −u, the last δ₀ and the (α, μ) that minimize the quadratic model
 *
 * <pre>
 * M(δ) = ⟨∇h, δ⟩ + ½ ⟨δ, G δ⟩ + ½ (λ + λ_w) ‖δ‖²,    h(θ) = L(θ) + ½ λ_w ‖θ‖²
 * </pre>
 *
 * of the batch with its exact Gauss–Newton matrix G (Martens and Grosse 2015, §6.4 and §7; λ there is λ + η). Where the
 * model has no single minimum δ₀ takes no part.
 */
final class RescaledIteration implements Optimizer.Iteration {
    private static final String PREVIOUS = "rescaled.previous";
    private static final String STARTED = "rescaled.started";
    /** Of the product of the diagonal: below, two directions count as one. */
    private static final double SINGULAR = 1e-10;

    private final Backend backend;
    private final Tensor gradient;
    private final Tensor update;
    /** Δ and δ₀ [2, P], and G times each. */
    private final Tensor directions;

    private final Tensor products;
    private final Direction.Running direction;
    private final StepSize stepSize;
    private final double damping;
    private final double weightDecay;
    private boolean started;

    RescaledIteration(
            Problem problem,
            Function<Tensor, Direction.Running> direction,
            double stepSize,
            double damping,
            double weightDecay) {
        this.backend = problem.backend();
        int size = problem.layout().size();
        this.gradient = backend.allocate(size);
        this.update = backend.allocate(size);
        this.directions = backend.allocate(2, size);
        this.products = backend.allocate(2, size);
        this.direction = direction.apply(gradient);
        this.stepSize = new StepSize(stepSize);
        this.damping = damping;
        this.weightDecay = weightDecay;
        backend.fill(directions, 0);
    }

    private Tensor row(Tensor rows, int index) {
        return rows.rows(index, index + 1).reshape(rows.length(1));
    }

    @Override
    public Step step(Tensor theta, Objective batch) {
        Tensor newest = row(directions, 0);
        Tensor previous = row(directions, 1);
        Readings readings = new Readings();
        direction.observe(theta, batch, gradient, readings, "rescaled", () -> {
            Tensor u = direction.next(theta);
            backend.combine(-1, u, 0, u, newest);
        });
        Value value = readings.value();
        double gradientNorm = readings.gradientNorm();
        int count = started ? 2 : 1;
        try (Linearization pass = batch.at(theta, Linearization.Use.GAUSS_NEWTON)) {
            pass.gaussNewtonVectors(directions.rows(0, count), products.rows(0, count));
        }
        Model model = model(theta, count);
        double[] best = model.minimum();
        double eta = stepSize.value();
        Solve.Ending ending = model.ending(best);
        Trial trial = new Trial(
                damping,
                model.change(eta * best[0], eta * best[1]),
                Double.NaN,
                best[0],
                0,
                ending == Solve.Ending.CONVERGED,
                Optional.of(new Solve(ending, 1, Double.NaN)));
        if (ending != Solve.Ending.CONVERGED) {
            return direction.recorded(Step.resting(value, gradientNorm)).with(trial);
        }
        backend.combine(best[0], newest, best[1], previous, previous);
        backend.combine(eta, previous, 0, previous, update);
        started = true;
        return direction.recorded(Step.moving(value, gradientNorm, update)).with(trial);
    }

    /** b = (⟨∇h, Δ⟩, ⟨∇h, δ₀⟩) and Q, so that M = b·x + ½ xᵀQx. */
    private record Model(double b0, double b1, double q00, double q01, double q11) {
        double[] minimum() {
            double determinant = q00 * q11 - q01 * q01;
            if (determinant > SINGULAR * q00 * q11) {
                return new double[] {(q01 * b1 - q11 * b0) / determinant, (q01 * b0 - q00 * b1) / determinant};
            }
            return new double[] {b0 == 0 ? 0 : -b0 / q00, 0};
        }

        double change(double alpha, double mu) {
            return b0 * alpha + b1 * mu + 0.5 * (q00 * alpha * alpha + 2 * q01 * alpha * mu + q11 * mu * mu);
        }

        Solve.Ending ending(double[] best) {
            if (b0 == 0 && best[1] == 0) {
                return Solve.Ending.ZERO;
            }
            return Double.isFinite(best[0]) && Double.isFinite(best[1])
                    ? Solve.Ending.CONVERGED
                    : Solve.Ending.NOT_FINITE;
        }
    }

    private Model model(Tensor theta, int count) {
        List<Tensor> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Tensor x = row(directions, i);
            pairs.addAll(weightDecay > 0 ? List.of(gradient, x, theta, x) : List.of(gradient, x));
            for (int j = 0; j < count; j++) {
                pairs.addAll(List.of(x, row(products, j), x, row(directions, j)));
            }
        }
        double[] found = backend.dots(pairs.toArray(Tensor[]::new));
        double[] q = new double[4];
        double[] b = new double[2];
        int ofGradient = weightDecay > 0 ? 2 : 1;
        int each = ofGradient + 2 * count;
        for (int i = 0; i < count; i++) {
            int at = i * each;
            b[i] = found[at] + (weightDecay > 0 ? weightDecay * found[at + 1] : 0);
            for (int j = 0; j < count; j++) {
                int product = at + ofGradient + 2 * j;
                q[2 * i + j] = found[product] + (damping + weightDecay) * found[product + 1];
            }
        }
        return new Model(b[0], b[1], q[0], (q[1] + q[2]) / 2, q[3]);
    }

    @Override
    public StepSize stepSize() {
        return stepSize;
    }

    @Override
    public void save(State state) {
        stepSize.save(state);
        direction.save(state);
        state.putNumbers(STARTED, started ? 1 : 0);
        state.putTensor(PREVIOUS, row(directions, 1));
    }

    @Override
    public void restore(State state) {
        stepSize.restore(state);
        direction.restore(state);
        started = state.getNumbers(STARTED)[0] != 0;
        state.getTensor(PREVIOUS, row(directions, 1));
    }

    @Override
    public void close() {
        direction.close();
        products.close();
        directions.close();
        update.close();
        gradient.close();
    }
}
