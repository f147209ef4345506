package soopt.optimizer;

/** Placeholder. */
public record Sgd() implements Optimizer {
    @Override
    public Iteration start(Problem problem) {
        throw new UnsupportedOperationException();
    }
}
