package soopt.optimizer;

import soopt.backend.Tensor;
import soopt.curvature.Objective;

/** A training method: its hyper-parameters only. The state lives in the {@link Iteration} it starts. */
public sealed interface Optimizer permits Sgd, Adam, NewtonSummary {
    Iteration start(Problem problem);

    /** One run of the method. It proposes updates; the trainer applies them. */
    interface Iteration extends AutoCloseable {
        /**
         * Looks at one training batch and proposes θ ← θ + update. Does not modify θ.
         *
         * @param theta [P] the parameters now
         * @param batch the training batch of this step
         */
        Step step(Tensor theta, Objective batch);

        /** The multiplier of the update (learning rate, λ₁) now. */
        double stepSize();

        /** Multiplies the step size from the next step on: what a plateau schedule does. */
        void scaleStepSize(double factor);

        /** Writes everything that {@link #restore} needs to go on to the same numbers. */
        void save(State state);

        void restore(State state);

        @Override
        void close();
    }
}
