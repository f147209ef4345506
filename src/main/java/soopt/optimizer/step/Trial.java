package soopt.optimizer.step;

import java.util.Optional;
import soopt.solver.Solve;

/**
 * What a method that looks before it leaps saw at one step; NaN where it means nothing for the method.
 *
 * @param damping λ that the step was solved with
 * @param predicted change of the loss by the method's model, negative for a decrease
 * @param actual change of the loss that was measured
 * @param stepLength α of a line search, 1 where there was none but a trial
 * @param tries points whose loss was evaluated
 * @param accepted whether θ moves
 * @param solve how the system for the direction was solved
 */
public record Trial(
        double damping,
        double predicted,
        double actual,
        double stepLength,
        int tries,
        boolean accepted,
        Optional<Solve> solve) {
    /** actual / predicted. */
    public double ratio() {
        return actual / predicted;
    }

    /** The same after more tries at one θ. */
    public Trial withTries(int all) {
        return new Trial(damping, predicted, actual, stepLength, all, accepted, solve);
    }
}
