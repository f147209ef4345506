package soopt.experiment;

import soopt.curvature.Objective;
import soopt.data.examples.BatchSampler;
import soopt.optimizer.step.State;

/**
 * Batches drawn one after the other for one purpose, from a random stream of its own.
 *
 * @param name of its position in a checkpoint
 */
record Stream(String name, BatchSource source, BatchSampler sampler) implements AutoCloseable {
    /** The next batch, as the sampler's epoch sees its examples. */
    Objective next() {
        int[] indices = sampler.next();
        return source.batch(sampler.augmented(source.examples()), indices, 0, indices.length);
    }

    void save(State state) {
        state.putNumbers(name, sampler.position());
    }

    void restore(State state) {
        sampler.seek((long) state.getNumbers(name)[0]);
    }

    @Override
    public void close() {
        source.close();
    }
}
