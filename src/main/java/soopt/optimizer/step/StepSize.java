package soopt.optimizer.step;

import java.util.Arrays;

/**
 * The multiplier of a method's updates (learning rate, λ₁): what the method began with, lowered by a plateau and times
 * the factor that a schedule has for the step. The factor is set anew for each step and not saved, so that no rounding
 * gathers and a restored run has the same bits.
 */
public final class StepSize {
    private static final String NAME = "step-size";

    private double base;
    private double factor = 1;

    public StepSize(double value) {
        this.base = value;
    }

    /** η of the step that is taken now. */
    public double value() {
        return base * factor;
    }

    /** Rates [S] times it. */
    public double[] times(double[] rates) {
        return Arrays.stream(rates).map(rate -> value() * rate).toArray();
    }

    /** Multiplies it from the next step on, for good: what a plateau does. */
    public void scale(double by) {
        base *= by;
    }

    /** Sets what it is multiplied with until this is called again; 1 at the start. */
    public void schedule(double scheduled) {
        factor = scheduled;
    }

    public void save(State state) {
        state.putNumbers(NAME, base);
    }

    public void restore(State state) {
        base = state.getNumbers(NAME)[0];
    }
}
