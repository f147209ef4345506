package soopt.optimizer.schedule;

import soopt.optimizer.step.State;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * Multiplies the step size by a factor when the loss of an epoch has not improved for more than {@code patience} epochs
 * (torch.optim.lr_scheduler.ReduceLROnPlateau 1.13, mode min, relative threshold, without its smallest change of 1e-8).
 */
@Doc("reduces the step size when the training loss stops improving")
public record Plateau(
        @Default("2") @Range(min = 0) @Doc("epochs without improvement that are let pass")
        int patience,

        @Default("0.5") @Range(above = 0, below = 1) @Doc("multiplies the step size")
        double factor,

        @Default("1.0e-4") @Range(min = 0, below = 1) @Doc("an improvement is a loss < best·(1 − threshold)")
        double threshold,

        @Default("0") @Range(min = 0) @Doc("epochs after a reduction that are not counted")
        int cooldown,

        @Default("keep") @Doc("the best loss after a reduction")
        Best best) {
    /** What becomes of the loss to improve on when the step size is reduced. */
    public enum Best {
        @Doc("stays, as in PyTorch")
        KEEP,
        @Doc("becomes the present loss, as in the public code of Wolinski 2025")
        RESET
    }

    public Plateau {
        Constraints.check(Plateau.class, patience, factor, threshold, cooldown, best);
    }

    /** Before the first epoch. */
    public Watch start() {
        return new Watch(this);
    }

    /** The losses seen so far. */
    public static final class Watch {
        private static final String NUMBERS = "plateau";

        private final Plateau plateau;
        private double bestLoss = Double.POSITIVE_INFINITY;
        private int badEpochs;
        private int cooldownLeft;

        private Watch(Plateau plateau) {
            this.plateau = plateau;
        }

        /** Takes in the loss of an epoch; gives what to multiply the step size with: 1 or the factor. */
        public double observe(double loss) {
            if (loss < bestLoss * (1 - plateau.threshold)) {
                bestLoss = loss;
                badEpochs = 0;
            } else {
                badEpochs++;
            }
            if (cooldownLeft > 0) {
                cooldownLeft--;
                badEpochs = 0;
            }
            if (badEpochs <= plateau.patience) {
                return 1;
            }
            cooldownLeft = plateau.cooldown;
            badEpochs = 0;
            if (plateau.best == Best.RESET) {
                bestLoss = loss;
            }
            return plateau.factor;
        }

        public void save(State state) {
            state.putNumbers(NUMBERS, bestLoss, badEpochs, cooldownLeft);
        }

        public void restore(State state) {
            double[] numbers = state.getNumbers(NUMBERS);
            bestLoss = numbers[0];
            badEpochs = (int) numbers[1];
            cooldownLeft = (int) numbers[2];
        }
    }
}
