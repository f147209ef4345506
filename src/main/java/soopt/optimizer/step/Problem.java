package soopt.optimizer.step;

import java.util.random.RandomGenerator;
import soopt.backend.Backend;
import soopt.curvature.ParameterLayout;
import soopt.random.RandomStreams;

/**
 * What a run offers to an optimizer at its start.
 *
 * @param batches beside the one that each step is given
 * @param seed of the run
 * @param steps T, how many the run has as its file says; what ends it before does not count
 * @param gradientWork multiplications of the gradient of a step's batch; infinite where nobody counted them
 */
public record Problem(
        Backend backend, ParameterLayout layout, Batches batches, long seed, long steps, double gradientWork) {
    /** A gradient of unknown cost. */
    public Problem(Backend backend, ParameterLayout layout, Batches batches, long seed, long steps) {
        this(backend, layout, batches, seed, steps, Double.POSITIVE_INFINITY);
    }

    /** A run whose end is not known. */
    public Problem(Backend backend, ParameterLayout layout, Batches batches, long seed) {
        this(backend, layout, batches, seed, Long.MAX_VALUE);
    }

    /**
     * Random numbers that depend on nothing but the run's seed, their purpose and the step: a run that goes on from a
     * checkpoint draws the same.
     *
     * @param purpose e.g. "probes"
     */
    public RandomGenerator random(String purpose, long step) {
        return RandomStreams.from(stream(purpose, step));
    }

    /** Where the stream of those numbers starts. */
    public long stream(String purpose, long step) {
        return RandomStreams.start(seed, "optimizer." + purpose, step);
    }
}
