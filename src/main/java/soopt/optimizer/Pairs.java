package soopt.optimizer;

import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** Where y = ∇L(θ′) − ∇L(θ) comes from: which examples are seen at both ends of a step. */
public sealed interface Pairs permits Pairs.SameBatch, Pairs.Successive, Pairs.Overlap {
    /** Those of the step (Schraudolph, Yu and Günter 2007). */
    @Doc("the batch of the step at both ends; one gradient more a step, unless a line search knows it")
    record SameBatch() implements Pairs {}

    /** Those of two steps, each its own. */
    @Doc("the gradients of successive steps: for full batches, where that costs nothing")
    record Successive() implements Pairs {}

    /**
     * The last part of each batch belongs to the step after it too: the gradient of a step is that of its batch and of
     * the part before, and y is measured on the part that it shares with the next (Berahas, Nocedal and Takáč 2016). A
     * batch that cannot be divided, as the whole training set, is shared as it is.
     */
    @Doc("a part of each batch, which the next step has too; that part of a gradient more a step")
    record Overlap(
            @Default("0.2") @Range(above = 0, max = 1) @Doc("o: the part of a batch; at least one example")
            double fraction)
            implements Pairs {
        public Overlap {
            Constraints.check(Overlap.class, fraction);
        }

        /** Of so many examples. */
        int of(int examples) {
            return Math.min(examples, Math.max(1, (int) Math.round(fraction * examples)));
        }
    }
}
