package soopt.experiment.folder;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import soopt.file.Column;
import soopt.optimizer.step.Trial;
import soopt.solver.Solve;

/**
 * A row of steps.csv: one step against its Taylor model. With δ the update and L the loss of the step's batch:
 *
 * <pre>
 * predicted_change_2 = DL[δ] + D²L[δ,δ]/2          predicted_change_3 = predicted_change_2 + D³L[δ,δ,δ]/6
 * actual_change = L(θ + δ) − L(θ)                   rho_k = actual_change / predicted_change_k
 * </pre>
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
        double stepSize,
        Optional<Trial> trial) {
    /** The columns of steps.csv. */
    public static final List<Column<StepRow>> COLUMNS = List.of(
            new Column<>(
                    "step",
                    StepRow::step,
                    "number of the step, from 1: from the parameters after step − 1 steps to those after step"),
            new Column<>("epoch", StepRow::epoch, "the epoch it belongs to, from 1"),
            new Column<>("batch_loss", StepRow::batchLoss, "L(θ) of its batch before the update"),
            new Column<>("grad_norm", StepRow::gradientNorm, "‖∇L‖₂ there"),
            new Column<>("update_norm", StepRow::updateNorm, "‖δ‖₂"),
            new Column<>("param_norm", StepRow::parameterNorm, "‖θ‖₂ before the update"),
            new Column<>("predicted_change_2", StepRow::predictedChange2, "DL[δ] + D²L[δ,δ]/2"),
            new Column<>("predicted_change_3", StepRow::predictedChange3, "predicted_change_2 + D³L[δ,δ,δ]/6"),
            new Column<>("actual_change", StepRow::actualChange, "L(θ + δ) − L(θ) of the same batch"),
            new Column<>("rho_2", row -> row.actualChange / row.predictedChange2, "actual_change / predicted_change_2"),
            new Column<>("rho_3", row -> row.actualChange / row.predictedChange3, "actual_change / predicted_change_3"),
            new Column<>("step_size", StepRow::stepSize, "multiplier of the update (learning rate, λ₁)"),
            new Column<>("damping", row -> row.known(Trial::damping), "λ that the step was solved with"),
            new Column<>(
                    "ratio", row -> row.known(Trial::ratio), "change measured by the method / change by its model"),
            new Column<>(
                    "accepted", row -> row.known(trial -> trial.accepted() ? 1 : 0), "1 if the step was taken, else 0"),
            new Column<>(
                    "inner_iterations",
                    row -> row.known(trial ->
                            trial.solve().<Number>map(Solve::iterations).orElse(Double.NaN)),
                    "iterations of the solver of its system"),
            new Column<>("tries", row -> row.known(Trial::tries), "points whose loss the method evaluated"),
            new Column<>("step_length", row -> row.known(Trial::stepLength), "α of its line search"));

    /** Empty where it means nothing. */
    private Object known(Function<Trial, Number> value) {
        return trial.map(value)
                .filter(number -> !Double.isNaN(number.doubleValue()))
                .<Object>map(number -> number)
                .orElse("");
    }
}
