package soopt.optimizer;

import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** η ← w η + (1 − w) η_new over successive solutions of the cubic step; the first is taken whole. */
@Doc("average of successive learning rates")
public record LearningRateMomentum(
        @Default("0.0") @Range(min = 0, below = 1) @Doc("w: rate ← w rate + (1 − w) new rate; 0 for none")
        double weight,

        @Default("clip-then-average") @Doc("whether negative rates become 0 before or after averaging")
        Order order) {
    /** When the positive part is taken. */
    public enum Order {
        @Doc("the average of positive parts")
        CLIP_THEN_AVERAGE,
        @Doc("the positive part of the average")
        AVERAGE_THEN_CLIP
    }

    public LearningRateMomentum {
        Constraints.check(LearningRateMomentum.class, weight, order);
    }
}
