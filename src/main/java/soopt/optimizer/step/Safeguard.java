package soopt.optimizer.step;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import soopt.backend.Backend;

/**
 * Watches the losses and updates of a run at no cost. Two losses in a row above {@code multiple} times the running mean
 * of those before them, and above it by more than {@link #DEVIATIONS} running root mean squares of the differences,
 * halve the rates: at most once in {@link #QUIET} steps, which it may take until the loss has come down. One alone may
 * be an odd batch: at a small loss one wrong example of a hundred is many times the mean. An update that is not finite
 * is dropped, but not in two steps one after the other. Means have weights min(1, 3/(t + 3)).
 */
public final class Safeguard {
    private static final double DEVIATIONS = 6;
    private static final long QUIET = 20;
    private static final double MEMORY = 3;
    private static final String NAME = "safeguard";

    private final double multiple;
    private long steps;
    private double mean = Double.NaN;
    private double square;
    /** What a loss was too high for, if the last was; infinite if it was not. */
    private double limit = Double.POSITIVE_INFINITY;

    private double meanBefore = Double.NaN;
    private long halved = -QUIET;
    private long dropped = -2;

    /** @param multiple at least 1; 0 for a guard that does nothing */
    public Safeguard(double multiple) {
        this.multiple = multiple;
    }

    /** Whether it does anything. */
    public boolean isOn() {
        return multiple > 0;
    }

    /**
     * Whether work may be asked for before {@link #observe} says what is to be done: on an engine that works beside the
     * host, if the method can take it back.
     *
     * @param keeps makes the method keep what it takes to do so
     */
    public boolean lets(Backend backend, BooleanSupplier keeps) {
        return !isOn() || backend.replay().isPresent() && keeps.getAsBoolean();
    }

    /**
     * Takes in a step.
     *
     * @param loss of its batch
     * @param gradientNorm of its gradient
     * @return what the method is to do: halve its rates before it steps, or leave the gradient out and rest
     */
    public Optional<Intervention> observe(double loss, double gradientNorm) {
        long step = steps++;
        boolean again = loss > limit;
        if (!again) {
            double high = Math.max(multiple * mean, mean + DEVIATIONS * Math.sqrt(square));
            limit = loss > high ? high : Double.POSITIVE_INFINITY;
            meanBefore = mean;
        }
        if (Double.isFinite(loss)) {
            double weight = Math.min(1, MEMORY / (step + MEMORY));
            double difference = Double.isNaN(mean) ? 0 : loss - mean;
            mean = Double.isNaN(mean) ? loss : mean + weight * difference;
            square += weight * (difference * difference - square);
        }
        if (multiple == 0 || !Double.isFinite(loss)) {
            return Optional.empty();
        }
        if (!Double.isFinite(gradientNorm)) {
            return drops()
                    ? Optional.of(new Intervention(Intervention.Kind.DROPPED, loss, meanBefore))
                    : Optional.empty();
        }
        if (again && step - halved >= QUIET) {
            halved = step;
            limit = Double.POSITIVE_INFINITY;
            return Optional.of(new Intervention(Intervention.Kind.HALVED, loss, meanBefore));
        }
        return Optional.empty();
    }

    /** Whether the update of the step that was taken in last may be dropped, which then counts as done. */
    public boolean drops() {
        long step = steps - 1;
        if (multiple == 0 || dropped == step - 1) {
            return false;
        }
        dropped = step;
        return true;
    }

    public void save(State state) {
        state.putNumbers(NAME, steps, mean, square, limit, meanBefore, halved, dropped);
    }

    public void restore(State state) {
        double[] saved = state.getNumbers(NAME);
        steps = (long) saved[0];
        mean = saved[1];
        square = saved[2];
        limit = saved[3];
        meanBefore = saved[4];
        halved = (long) saved[5];
        dropped = (long) saved[6];
    }
}
