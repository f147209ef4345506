package soopt.optimizer;

import java.util.List;
import java.util.Optional;
import soopt.backend.Tensor;
import soopt.curvature.CubicStep;
import soopt.curvature.Grouping;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.StepSize;
import soopt.spec.yaml.SpecException;

/** A training method: its hyper-parameters only. The state lives in the {@link Iteration} it starts. */
public sealed interface Optimizer
        permits Sgd,
                Adam,
                Adamw,
                NewtonSummary,
                Cauchy,
                Newton,
                DampedNewton,
                GaussNewton,
                LevenbergMarquardt,
                HessianFree,
                NaturalGradient,
                CubicNewton,
                Bfgs,
                LBfgs,
                KFac,
                Ekfac,
                Adahessian,
                Shampoo,
                Soap,
                Muon {
    Iteration start(Problem problem);

    /** The groups along which it computes curvature at its first step and again from time to time; empty for most. */
    default Optional<Grouping> grouping() {
        return Optional.empty();
    }

    /**
     * Whether it can train so many parameters.
     *
     * @throws SpecException at the key that does not fit, with what it would take and what to use instead
     */
    default void requireFit(ParameterLayout layout) {}

    /** What it chose for the network of a run where the file leaves that to it. */
    default Optional<String> choice(Problem problem) {
        return Optional.empty();
    }

    /** What to try when a run of it diverges: keys of the file that do not say so already; at least one. */
    default List<String> remedies() {
        return List.of("a smaller optimizer.step-size");
    }

    /** The key with a value that makes its steps longer. */
    default String toStepFurther() {
        return "a larger optimizer.step-size";
    }

    /** What to try when its cubic step ends so: keys of the file that do not say so already. */
    default List<String> remedies(CubicStep.Status status) {
        return List.of();
    }

    /** Number of the first steps of a run that move nothing. */
    default long warmUpSteps() {
        return 0;
    }

    /**
     * Number of the first steps of a run in which it finds what it keeps afterwards; 0 for methods that do not ask how
     * long a run is.
     *
     * @param steps T of the run
     */
    default long calibrationSteps(long steps) {
        return 0;
    }

    /** One run of the method. It proposes updates; the trainer applies them. */
    interface Iteration extends AutoCloseable {
        /**
         * Looks at one training batch and proposes θ ← θ + update. Does not modify θ: a method that tries points does
         * so on a copy of its own, and rejects by an empty update.
         *
         * @param theta [P] the parameters now
         * @param batch the training batch of this step
         */
        Step step(Tensor theta, Objective batch);

        /** The multiplier of the updates (learning rate, λ₁): the trainer scales it, the iteration saves it. */
        StepSize stepSize();

        /** Whether the last step's update, which is not finite, is to be dropped and the run goes on. */
        default boolean drops() {
            return false;
        }

        /** Writes everything that {@link #restore} needs to go on to the same numbers. */
        void save(State state);

        void restore(State state);

        @Override
        void close();
    }
}
