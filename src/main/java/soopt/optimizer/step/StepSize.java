package soopt.optimizer.step;

/** The multiplier of a method's updates (learning rate, λ₁), which a schedule may scale. */
public final class StepSize {
    private static final String NAME = "step-size";

    private double value;

    public StepSize(double value) {
        this.value = value;
    }

    public double value() {
        return value;
    }

    public void scale(double factor) {
        value *= factor;
    }

    public void save(State state) {
        state.putNumbers(NAME, value);
    }

    public void restore(State state) {
        value = state.getNumbers(NAME)[0];
    }
}
