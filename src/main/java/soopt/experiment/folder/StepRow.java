package soopt.experiment.folder;

import java.util.List;

/**
 * A row of steps.csv: one step against its Taylor model. With δ the update and L the loss of the step's batch:
 *
 * <pre>
 * predicted_change_2 = DL[δ] + D²L[δ,δ]/2          predicted_change_3 = predicted_change_2 + D³L[δ,δ,δ]/6
 * actual_change = L(θ + δ) − L(θ)                   rho_k = actual_change / predicted_change_k
 * </pre>
 *
 * @param step number of the step, from 1: from the parameters after step − 1 steps to those after step
 * @param epoch the epoch it belongs to, from 1
 * @param parameterNorm ‖θ‖₂ before the update
 */
public record StepRow(
        long step,
        int epoch,
        double batchLoss,
        double gradientNorm,
        double updateNorm,
        double parameterNorm,
        double predictedChange2,
        double predictedChange3,
        double actualChange,
        double stepSize) {
    /** The columns of steps.csv. */
    public static final List<String> COLUMNS = List.of(
            "step",
            "epoch",
            "batch_loss",
            "grad_norm",
            "update_norm",
            "param_norm",
            "predicted_change_2",
            "predicted_change_3",
            "actual_change",
            "rho_2",
            "rho_3",
            "step_size");

    Object[] values() {
        return new Object[] {
            step,
            epoch,
            batchLoss,
            gradientNorm,
            updateNorm,
            parameterNorm,
            predictedChange2,
            predictedChange3,
            actualChange,
            actualChange / predictedChange2,
            actualChange / predictedChange3,
            stepSize
        };
    }
}
