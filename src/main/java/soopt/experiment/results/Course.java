package soopt.experiment.results;

import java.util.Optional;
import soopt.file.CsvTable;

/**
 * How a metric went in a run.
 *
 * @param best its best finite value; NaN if it was never measured
 * @param bestRow the first row of metrics.csv that has it; −1 if there is none
 * @param last its last finite value
 */
public record Course(double best, int bestRow, double last) {
    /** From one row of metrics.csv to the next; runs whose loss rises so much are unstable even if they come back. */
    public static final double JUMP = 100;

    private static final String LOSS = "train_loss";

    /** @param maximize whether the largest value is the best */
    public static Course of(CsvTable metrics, String column, boolean maximize) {
        double best = Double.NaN;
        double last = Double.NaN;
        int bestRow = -1;
        double[] values = metrics.numbers(column);
        for (int row = 0; row < values.length; row++) {
            double value = values[row];
            if (Double.isFinite(value)) {
                last = value;
                if (bestRow < 0 || (maximize ? value > best : value < best)) {
                    best = value;
                    bestRow = row;
                }
            }
        }
        return new Course(best, bestRow, last);
    }

    /** Why a run is unstable by its training losses, as the end of a sentence; empty if it is not. */
    public static Optional<String> jump(CsvTable metrics) {
        double[] losses = metrics.numbers(LOSS);
        for (int row = 1; row < losses.length; row++) {
            if (!Double.isFinite(losses[row])) {
                return Optional.of("its train_loss is " + losses[row] + " after epoch " + epoch(metrics, row));
            }
            if (losses[row] >= JUMP * Math.abs(losses[row - 1])) {
                return Optional.of("its train_loss rose from " + losses[row - 1] + " to " + losses[row] + " by epoch "
                        + epoch(metrics, row));
            }
        }
        return Optional.empty();
    }

    private static int epoch(CsvTable metrics, int row) {
        return (int) metrics.number(row, "epoch");
    }
}
