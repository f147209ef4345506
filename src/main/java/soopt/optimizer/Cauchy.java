package soopt.optimizer;

import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.curvature.Value;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.StepSize;
import soopt.optimizer.step.Trial;
import soopt.solver.Solve;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * θ ← θ − λ₁ (gᵀg / |gᵀHg|) g with g = ∇L and H = ∇²L: steepest descent with the exact minimum of the quadratic model
 * along g (Cauchy 1847). It is the summary of one group along the gradient. Where gᵀHg &lt; 0 the model has no minimum;
 * the step has the length that it would have with the opposite curvature, and says so.
 */
@Doc("steepest descent with exact steps (Cauchy 1847); 2.5 gradients a step, memory 2 P, any model; full batch")
public record Cauchy(
        @Default("1.0") @Range(above = 0) @Doc("λ₁: part of the step to the minimum of the model that is taken")
        double stepSize)
        implements Optimizer {
    public Cauchy {
        Constraints.check(Cauchy.class, stepSize);
    }

    @Override
    public List<String> remedies() {
        return List.of("a smaller optimizer.step-size", "training.full-batch: true");
    }

    @Override
    public Iteration start(Problem problem) {
        return new Running(problem, stepSize);
    }

    private static final class Running implements Iteration {
        private final Backend backend;
        private final Partition whole;
        private final Tensor gradient;
        private final Tensor update;
        private final StepSize stepSize;

        Running(Problem problem, double stepSize) {
            this.backend = problem.backend();
            this.whole = Partition.whole(problem.layout());
            this.gradient = backend.allocate(problem.layout().size());
            this.update = backend.allocate(problem.layout().size());
            this.stepSize = new StepSize(stepSize);
        }

        @Override
        public Step step(Tensor theta, Objective batch) {
            Value value = batch.gradient(theta, gradient);
            double square = backend.dot(gradient, gradient);
            double norm = Math.sqrt(square);
            CurvatureSummary along = batch.summary(theta, gradient, whole, Order.SECOND);
            double curvature = along.hessian()[0][0];
            Solve.Ending ending = ending(square, curvature);
            double length = square / Math.abs(curvature);
            boolean moves = ending == Solve.Ending.CONVERGED || ending == Solve.Ending.NEGATIVE_CURVATURE;
            double eta = stepSize.value() * length;
            double predicted = moves ? -eta * square + eta * eta * curvature / 2 : 0;
            Trial trial = new Trial(
                    Double.NaN,
                    predicted,
                    Double.NaN,
                    moves ? length : 0,
                    0,
                    moves,
                    Optional.of(new Solve(ending, 1, Double.NaN)));
            if (!moves) {
                return Step.resting(value, norm).with(trial);
            }
            backend.combine(-eta, gradient, 0, gradient, update);
            return Step.moving(value, norm, update).with(trial);
        }

        private static Solve.Ending ending(double square, double curvature) {
            if (square == 0) {
                return Solve.Ending.ZERO;
            }
            if (!Double.isFinite(square / curvature)) {
                return curvature == 0 ? Solve.Ending.BREAKDOWN : Solve.Ending.NOT_FINITE;
            }
            return curvature > 0 ? Solve.Ending.CONVERGED : Solve.Ending.NEGATIVE_CURVATURE;
        }

        @Override
        public StepSize stepSize() {
            return stepSize;
        }

        @Override
        public void save(State state) {
            stepSize.save(state);
        }

        @Override
        public void restore(State state) {
            stepSize.restore(state);
        }

        @Override
        public void close() {
            update.close();
            gradient.close();
        }
    }
}
