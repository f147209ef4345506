package soopt.model;

/** Placeholder. */
public record Mlp(Initialization init) implements Model {
    @Override
    public Network network(int[] inputShape, int outputs) {
        throw new UnsupportedOperationException();
    }
}
