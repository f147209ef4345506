package soopt.optimizer.step;

import soopt.curvature.Objective;

/** For what may not ask for a batch. */
public record NoBatches() implements Batches {
    @Override
    public Objective curvature() {
        throw new AssertionError();
    }

    @Override
    public Objective trial() {
        throw new AssertionError();
    }
}
