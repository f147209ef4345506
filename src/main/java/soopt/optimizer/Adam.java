package soopt.optimizer;

/** Placeholder. */
public record Adam() implements Optimizer {
    @Override
    public Iteration start(Problem problem) {
        throw new UnsupportedOperationException();
    }
}
