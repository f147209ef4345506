package soopt.optimizer;

import com.fasterxml.jackson.databind.JsonNode;
import soopt.curvature.Partitioning;
import soopt.optimizer.direction.Direction;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

/** NewtonSummary with the options that the golden files name. */
final class NewtonSummaries {
    static final Direction GRADIENT = new Direction.Sgd(0, 0, false, 0);

    private NewtonSummaries() {}

    /** Method 1 of the paper: u = gradient, curvature at each step. */
    static NewtonSummary fullBatch(Partitioning partition, double stepSize, double damping, boolean clipNegative) {
        return everyStep(GRADIENT, partition, stepSize, damping, clipNegative);
    }

    /** Curvature at each step, no averages. */
    static NewtonSummary everyStep(
            Direction direction, Partitioning partition, double stepSize, double damping, boolean clipNegative) {
        return new NewtonSummary(
                direction,
                partition,
                stepSize,
                new NewtonSummary.Cubic(damping),
                1,
                new Average.None(),
                new LearningRateMomentum(0, LearningRateMomentum.Order.CLIP_THEN_AVERAGE),
                clipNegative,
                0,
                false);
    }

    /** The options of a file ns_*.json. */
    static NewtonSummary golden(JsonNode json) {
        JsonNode h = json.get("hyperparameters");
        boolean averagesFirst = h.get("maintain_true_lrs").booleanValue()
                || !h.get("uniform_avg").isNull();
        return new NewtonSummary(
                new Direction.Sgd(
                        h.get("momentum").doubleValue(), h.get("dampening").doubleValue(), false, 0),
                partition(
                        json.get("partition").isTextual()
                                ? json.get("partition").asText()
                                : json.get("partition").toString()),
                h.get("lambda_1").doubleValue(),
                new NewtonSummary.Cubic(h.get("lambda_int").doubleValue()),
                h.get("period").intValue(),
                average(h),
                new LearningRateMomentum(
                        h.get("mom_lrs").doubleValue(),
                        averagesFirst
                                ? LearningRateMomentum.Order.AVERAGE_THEN_CLIP
                                : LearningRateMomentum.Order.CLIP_THEN_AVERAGE),
                h.get("remove_negative").booleanValue(),
                0,
                false);
    }

    private static Average average(JsonNode h) {
        JsonNode uniform = h.get("uniform_avg");
        if (!uniform.isNull()) {
            return new Average.Uniform(
                    uniform.get("period").intValue(), uniform.get("warmup").intValue());
        }
        double factor = h.get("movavg").doubleValue();
        return factor == 0 ? new Average.None() : new Average.Moving(factor);
    }

    private static Partitioning partition(String name) {
        return Binder.bind(SpecSource.parse("golden", "partition: " + name), Named.class)
                .partition();
    }

    /** A partition as an experiment names it. */
    record Named(Partitioning partition) {}
}
