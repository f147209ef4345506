package soopt.optimizer;

import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** Which average of successive ḡ, H̄ and (signed) D̄³ the cubic step is solved with. */
public sealed interface Average permits Average.None, Average.Moving, Average.Uniform {
    /** Number of the first computations during which θ does not move. */
    default int warmUp() {
        return 0;
    }

    /** The newest. */
    @Doc("the newest sample alone")
    record None() implements Average {}

    /** average ← a average + (1 − a) sample; first average = first sample. */
    @Doc("exponential moving average")
    record Moving(
            @Range(min = 0, below = 1) @Doc("a: average ← a average + (1 − a) sample")
            double factor) implements Average {
        public Moving {
            Constraints.check(Moving.class, factor);
        }
    }

    /** At the k-th computation, from 0, the mean of samples max(0, (⌊k/τ⌋ − 1) τ) … k (Wolinski 2025, algorithm 2). */
    @Doc("mean of the last window and of the samples since")
    record Uniform(
            @Default("3") @Range(min = 1) @Doc("τ: the mean is over τ to 2τ samples")
            int window,

            @Default("3") @Range(min = 0) @Doc("number of first computations during which the parameters do not move")
            int warmUp)
            implements Average {
        public Uniform {
            Constraints.check(Uniform.class, window, warmUp);
        }
    }
}
