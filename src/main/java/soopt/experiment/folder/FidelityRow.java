package soopt.experiment.folder;

import java.util.List;
import soopt.file.Column;

/**
 * A row of fidelity.csv: an update δ, or the part δ_s of it that moves group s alone, against models of what it does to
 * the loss. With L of the batch that the model was made on, and L′ of another batch:
 *
 * <pre>
 * predicted_change_2 = DL[δ] + D²L[δ,δ]/2           predicted_change_3 = predicted_change_2 + D³L[δ,δ,δ]/6
 * actual_change = L(θ + δ) − L(θ)                    held_out_change = L′(θ + δ) − L′(θ)
 * </pre>
 *
 * @param group its name; {@value #ALL} of the whole update
 * @param groupIndex its place in H̄, from 0; −1 of the whole update
 * @param eta what the direction was multiplied with, negated; NaN of the whole update, and where no refresh tells it
 * @param modelChange2 as predictedChange2, by the averages that η was solved with; NaN without a refresh
 * @param modelChange3 the same; of the whole update with the diagonal of D̄³ alone
 */
public record FidelityRow(
        long step,
        int epoch,
        int groupIndex,
        String group,
        double eta,
        double predictedChange2,
        double predictedChange3,
        double modelChange2,
        double modelChange3,
        Measured measured) {
    /** The group of the whole update. */
    public static final String ALL = "all";

    /**
     * What came.
     *
     * @param loss L(θ)
     * @param change L(θ + δ) − L(θ)
     * @param heldOutLoss L′(θ)
     * @param heldOutChange L′(θ + δ) − L′(θ)
     */
    public record Measured(double loss, double change, double heldOutLoss, double heldOutChange) {}

    /** The columns of fidelity.csv. */
    public static final List<Column<FidelityRow>> COLUMNS = List.of(
            new Column<>("step", FidelityRow::step, "number of the step that the update is of, from 1"),
            new Column<>("epoch", FidelityRow::epoch, "the epoch it belongs to, from 1"),
            new Column<>(
                    "group_index", FidelityRow::groupIndex, "place of the group in H̄, from 0; -1 of the whole update"),
            new Column<>("group", FidelityRow::group, "name of the group that moves alone; all of the whole update"),
            new Column<>("eta_applied", FidelityRow::eta, "as in learning_rates.csv; NaN where that does not tell it"),
            new Column<>(
                    "predicted_change_2",
                    FidelityRow::predictedChange2,
                    "DL[δ] + D²L[δ,δ]/2 of the batch whose curvature the step computed, else of its training batch"),
            new Column<>("predicted_change_3", FidelityRow::predictedChange3, "predicted_change_2 + D³L[δ,δ,δ]/6"),
            new Column<>(
                    "model_change_2",
                    FidelityRow::modelChange2,
                    "the same by the averages that η was solved with; NaN without them"),
            new Column<>(
                    "model_change_3",
                    FidelityRow::modelChange3,
                    "the same with D̄³; of the whole update with its diagonal alone"),
            new Column<>("actual_change", row -> row.measured.change(), "L(θ + δ) − L(θ) of the same batch"),
            new Column<>(
                    "held_out_change",
                    row -> row.measured.heldOutChange(),
                    "the same of another batch of training examples, of curvature-batch-size, drawn for this"),
            new Column<>("batch_loss", row -> row.measured.loss(), "L(θ) of the same batch"),
            new Column<>("held_out_loss", row -> row.measured.heldOutLoss(), "L(θ) of the other batch"));
}
