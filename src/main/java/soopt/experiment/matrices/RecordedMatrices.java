package soopt.experiment.matrices;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The matrices of one computation of the curvature.
 *
 * @param epoch epochs done
 * @param step steps done when it is written down
 * @param refreshStep the step of learning_rates.csv and curvature.jsonl whose curvature it is, from 1; empty if it was
 *     computed for the record, at the parameters after {@code step} steps
 * @param names of rows and columns: the groups
 * @param source what H̄ is of: the optimizer's refresh (averaged if it averages), one batch, or the training set
 * @param hessian H̄ [S][S]
 * @param regularized H̄ + (λ_int/2) ‖Dη‖ D² [S][S]; all NaN if the cubic step had no solution
 * @param rates what they come from and lead to, where curvature.jsonl does not tell it
 * @param byStep whether the file is named by the step instead of the epoch
 */
public record RecordedMatrices(
        int epoch,
        long step,
        OptionalLong refreshStep,
        List<String> names,
        Source source,
        double[][] hessian,
        double[][] regularized,
        Optional<GroupRates> rates,
        boolean byStep) {
    /** Whose curvature it is. */
    public enum Source {
        /** What the step was solved with. */
        REFRESH,
        /** One batch of curvature-batch-size examples along its own gradient. */
        BATCH,
        /** All training examples along their gradient. */
        TRAINING_SET;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The name of H̄: that of curvature.jsonl, for the matrix that the step was solved with is the averaged one. */
    String hessianName() {
        return source == Source.REFRESH ? "hbar_averaged" : "hbar";
    }

    /** Beginning of the file names: e0003 after epoch 3, s000200 after step 200. */
    String prefix() {
        return byStep ? String.format(Locale.ROOT, "s%06d", step) : String.format(Locale.ROOT, "e%04d", epoch);
    }
}
