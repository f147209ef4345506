package soopt.optimizer.step;

import soopt.curvature.Objective;

/** Batches beside those of the steps. What is taken from one sampler changes nothing of another. */
public interface Batches {
    /** The next batch for curvature; the batch of the step where a step takes the whole training set. */
    Objective curvature();

    /** The next batch to judge a step by; the batch of the step where a step takes the whole training set. */
    Objective trial();

    /** Whether all steps are given the same examples as they are: a gradient at the end of one is that of the next. */
    default boolean areTheSame() {
        return false;
    }

    /** The same objective for everything, steps too. */
    static Batches always(Objective objective) {
        return new Batches() {
            @Override
            public Objective curvature() {
                return objective;
            }

            @Override
            public Objective trial() {
                return objective;
            }

            @Override
            public boolean areTheSame() {
                return true;
            }
        };
    }
}
