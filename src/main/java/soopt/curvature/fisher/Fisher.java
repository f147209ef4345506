package soopt.curvature.fisher;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * Over which targets the Fisher matrix F = E[∇log p(t|x, θ) ∇log p(t|x, θ)ᵀ] takes its mean; the inputs x are those of
 * the batch. The model is softmax's for cross-entropy, and a normal distribution of variance C/2 around each of C
 * outputs for mean squared error, so that −log p is the loss of one example up to a constant.
 */
public sealed interface Fisher permits Fisher.Exact, Fisher.Mc, Fisher.Empirical {
    /**
     * What to carry down from the outputs for it.
     *
     * @param random a generator for each draw
     */
    OutputAdjoints adjoints(IntFunction<RandomGenerator> random);

    /** All targets with their probabilities: F is the Gauss–Newton matrix. C backward passes. */
    @Doc("mean over all targets, weighted by the model's probabilities: a backward pass per output")
    record Exact() implements Fisher {
        @Override
        public OutputAdjoints adjoints(IntFunction<RandomGenerator> random) {
            return new OutputAdjoints.Root();
        }
    }

    /** Targets drawn from the model: F on average. A backward pass per draw. */
    @Doc("mean over targets drawn from the model: a backward pass per draw")
    record Mc(
            @Default("1") @Range(min = 1) @Doc("targets drawn for each example")
            int draws) implements Fisher {
        public Mc {
            Constraints.check(Mc.class, draws);
        }

        @Override
        public OutputAdjoints adjoints(IntFunction<RandomGenerator> random) {
            List<Sampler> samplers = new ArrayList<>();
            for (int draw = 0; draw < draws; draw++) {
                samplers.add(new Sampler.Random(random.apply(draw)));
            }
            return new OutputAdjoints.Drawn(samplers);
        }
    }

    /** The targets of the data: not the Fisher matrix (Kunstner et al. 2019), and 0 where all is learnt. */
    @Doc("the targets of the data: no backward pass of its own, but not the Fisher matrix (Kunstner et al. 2019)")
    record Empirical() implements Fisher {
        @Override
        public OutputAdjoints adjoints(IntFunction<RandomGenerator> random) {
            return new OutputAdjoints.OfTargets();
        }
    }
}
