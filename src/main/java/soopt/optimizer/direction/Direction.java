package soopt.optimizer.direction;

import soopt.backend.Tensor;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** A rule that makes of the gradients of successive batches a direction u [P], to go against: θ ← θ − η u. */
public sealed interface Direction permits Direction.Sgd, Direction.Adam {
    /**
     * Starts without memory of earlier gradients.
     *
     * @param gradient [P] where each step's gradient will lie
     */
    Running start(Problem problem, Tensor gradient);

    /** A direction that remembers. Each step calls one of the two {@code next}; both may modify the gradient. */
    interface Running extends AutoCloseable {
        /**
         * Looks at the batch of a step before {@code next}: gradient [P] ← ∇L(θ), and what else the method learns of a
         * batch.
         */
        default Value observe(Tensor theta, Objective batch, Tensor gradient) {
            return batch.gradient(theta, gradient);
        }

        /** Takes in the gradient at θ [P]; gives u [P], always the same tensor, perhaps the gradient itself. */
        Tensor next(Tensor theta);

        /** Takes in the gradient at θ [P]; out [P] ← scale · u, in one pass less than u would take. */
        void nextScaled(Tensor theta, double scale, Tensor out);

        void save(State state);

        void restore(State state);

        @Override
        void close();
    }

    /** u = b ← μ b + (1 − dampening) G, first b = G; with Nesterov's momentum u = G + μ b (torch.optim.SGD 1.13). */
    @Doc("gradient with momentum")
    record Sgd(
            @Default("0.0")
            @Range(min = 0, below = 1)
            @Doc("μ: buffer ← μ buffer + (1 − dampening) gradient; 0 for none")
            double momentum,

            @Default("0.0")
            @Range(min = 0, below = 1)
            @Doc("1 − the weight of each gradient but the first in the buffer")
            double dampening,

            @Default("false") @Doc("direction = gradient + μ buffer; without dampening only")
            boolean nesterov,

            @Default("0.0") @Range(min = 0) @Doc("adds this times the parameters to the gradient")
            double weightDecay)
            implements Direction {
        public Sgd {
            Constraints.check(Sgd.class, momentum, dampening, nesterov, weightDecay);
            if (nesterov && (momentum == 0 || dampening != 0)) {
                throw new IllegalArgumentException(
                        "nesterov needs momentum > 0 and dampening 0, but they are " + momentum + " and " + dampening);
            }
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            return new MomentumBuffer(this, problem.backend(), gradient);
        }
    }

    /**
     * u = m̂ / (√v̂ + ε) with the bias-corrected moments of the gradient (Kingma and Ba 2015, algorithm 1;
     * torch.optim.Adam 1.13).
     */
    @Doc("Adam's direction")
    record Adam(
            @Default("0.9") @Range(min = 0, below = 1) @Doc("β₁: memory of the mean of the gradient")
            double beta1,

            @Default("0.999") @Range(min = 0, below = 1) @Doc("β₂: memory of the mean of its square")
            double beta2,

            @Default("1.0e-8") @Range(min = 0) @Doc("ε, added to the root of the mean square")
            double epsilon,

            @Default("0.0") @Range(min = 0) @Doc("adds this times the parameters to the gradient")
            double weightDecay)
            implements Direction {
        public Adam {
            Constraints.check(Adam.class, beta1, beta2, epsilon, weightDecay);
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            return new AdamMoments(this, problem.backend(), gradient);
        }
    }
}
