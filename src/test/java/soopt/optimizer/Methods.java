package soopt.optimizer;

import soopt.optimizer.direction.Direction;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

/** Methods as an experiment file has them: what a test does not say has its default. */
public final class Methods {
    private record OfOptimizer(Optimizer optimizer) {}

    private record OfDirection(Direction direction) {}

    private Methods() {}

    /** @param yaml e.g. {@code {type: sgd, step-size: 0.1}} */
    public static Optimizer optimizer(String yaml) {
        return Binder.bind(SpecSource.parse("test", "optimizer: " + yaml), OfOptimizer.class)
                .optimizer();
    }

    /** @param yaml e.g. {@code {type: sgd, momentum: 0.9}} */
    public static Direction direction(String yaml) {
        return Binder.bind(SpecSource.parse("test", "direction: " + yaml), OfDirection.class)
                .direction();
    }
}
