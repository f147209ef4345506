package soopt.optimizer;

import java.util.function.Supplier;
import soopt.curvature.Objective;
import soopt.optimizer.step.Batches;

/** Batches from one list, whatever they are for. */
record InTurn(Supplier<Objective> next) implements Batches {
    static Batches of(Supplier<Objective> next) {
        return new InTurn(next);
    }

    @Override
    public Objective curvature() {
        return next.get();
    }

    @Override
    public Objective trial() {
        return next.get();
    }
}
