package soopt.optimizer;

/** Placeholder. */
public record NewtonSummary() implements Optimizer {
    @Override
    public Iteration start(Problem problem) {
        throw new UnsupportedOperationException();
    }
}
