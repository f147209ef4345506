package soopt.report.read;

import java.util.Arrays;
import java.util.List;
import soopt.file.CsvTable;

/** What the course of a run is drawn against. */
public enum Axis {
    /** Epochs done; of rows within an epoch with its fraction. */
    EPOCH("epoch", "epoch"),
    /** Steps done. */
    STEP("step", "step"),
    /** Training examples that the steps looked at. */
    SAMPLES("samples", "training examples"),
    /** All derivatives of the steps, in gradients of a training batch. */
    COST("cost", "gradient equivalents"),
    /** Seconds in steps and in derivatives of curvature; without evaluations and recording. */
    TIME("time", "training time (s)");

    private final String word;
    private final String label;

    Axis(String word, String label) {
        this.word = word;
        this.label = label;
    }

    /** As the command line names it. */
    public String word() {
        return word;
    }

    /** As an axis is named, with the unit. */
    public String label() {
        return label;
    }

    /** The columns of metrics.csv that it is computed from. */
    public List<String> columns() {
        return switch (this) {
            case EPOCH -> List.of("epoch", "step");
            case STEP -> List.of("step");
            case SAMPLES -> List.of("samples_seen");
            case COST -> List.of("gradient_equivalents");
            case TIME -> List.of("train_time_s", "curvature_time_s");
        };
    }

    /** Its value in each row of metrics.csv; NaN where a column is missing. */
    public double[] of(CsvTable metrics) {
        double[] first = metrics.numbers(columns().get(0));
        switch (this) {
            case EPOCH -> refine(first, metrics.numbers("step"));
            case TIME -> {
                double[] curvature = metrics.numbers("curvature_time_s");
                Arrays.setAll(first, row -> first[row] + curvature[row]);
            }
            case STEP, SAMPLES, COST -> {}
        }
        return first;
    }

    /**
     * Rows within an epoch say how many are done: their fraction is by steps. An epoch has as many as the first whole
     * one had.
     */
    private static void refine(double[] epochs, double[] steps) {
        double perEpoch = Double.NaN;
        boolean within = false;
        for (int row = 1; row < epochs.length; row++) {
            boolean same = epochs[row] == epochs[row - 1];
            within |= same;
            if (!same && Double.isNaN(perEpoch)) {
                perEpoch = (steps[row] - steps[0]) / (epochs[row] - epochs[0]);
            }
        }
        if (within && perEpoch > 0) {
            for (int row = 1; row < epochs.length; row++) {
                epochs[row] = epochs[0] + (steps[row] - steps[0]) / perEpoch;
            }
        }
    }

    @Override
    public String toString() {
        return word;
    }
}
