package soopt.data.examples;

import java.util.List;
import soopt.backend.Precision;
import soopt.data.fetch.DatasetException;

/**
 * Examples kept one by one, inputs in float32 or float64 as they came. Input j is (x_j − mean_j) / deviation_j,
 * computed in float64.
 */
public final class RowExamples implements Examples {
    private final List<float[]> narrow;
    private final List<double[]> wide;
    private final double[][] targets;
    private final boolean classes;
    private final int features;
    private final double[] mean;
    private final double[] deviation;

    /**
     * @param narrow [N] of [features] inputs in float32, or none if they are in {@code wide}
     * @param wide [N] of [features] inputs in float64, or none if they are in {@code narrow}
     * @param targets [N, targets]
     * @param classes whether they are indices of classes
     * @param mean [features]
     * @param deviation [features] > 0
     */
    public RowExamples(
            List<float[]> narrow,
            List<double[]> wide,
            double[][] targets,
            boolean classes,
            double[] mean,
            double[] deviation) {
        if (narrow.size() + wide.size() != targets.length || !narrow.isEmpty() && !wide.isEmpty()) {
            throw new IllegalArgumentException(
                    narrow.size() + " + " + wide.size() + " inputs for " + targets.length + " targets");
        }
        this.narrow = narrow;
        this.wide = wide;
        this.targets = targets;
        this.classes = classes;
        this.features = mean.length;
        this.mean = mean;
        this.deviation = deviation;
    }

    @Override
    public int size() {
        return targets.length;
    }

    @Override
    public int features() {
        return features;
    }

    @Override
    public int targets() {
        return targets.length == 0 ? 1 : targets[0].length;
    }

    @Override
    public String targetWords() {
        return "the targets are " + (classes ? "class labels" : targets() + " numbers each");
    }

    @Override
    public void inputs(int[] indices, int from, int count, float[] out) {
        for (int k = 0; k < count; k++) {
            int example = indices[from + k];
            for (int j = 0; j < features; j++) {
                out[k * features + j] = (float) ((value(example, j) - mean[j]) / deviation[j]);
            }
        }
    }

    @Override
    public void inputs(int[] indices, int from, int count, double[] out) {
        for (int k = 0; k < count; k++) {
            int example = indices[from + k];
            for (int j = 0; j < features; j++) {
                out[k * features + j] = (value(example, j) - mean[j]) / deviation[j];
            }
        }
    }

    @Override
    public void targets(int[] indices, int from, int count, double[] out) {
        int width = targets();
        for (int k = 0; k < count; k++) {
            System.arraycopy(targets[indices[from + k]], 0, out, k * width, width);
        }
    }

    /**
     * Normalized inputs and targets: what is finite as it came may not be, in float32 or divided by a small deviation.
     */
    @Override
    public void requireFinite(Precision precision) {
        for (int i = 0; i < targets.length; i++) {
            for (int j = 0; j < features; j++) {
                requireFinite("input", (value(i, j) - mean[j]) / deviation[j], i, j, precision);
            }
            for (int j = 0; j < targets[i].length; j++) {
                requireFinite("target", targets[i][j], i, j, precision);
            }
        }
    }

    private static void requireFinite(String what, double value, int example, int j, Precision precision) {
        if (!Double.isFinite(precision.isSingle() ? (float) value : value)) {
            String remedy = Double.isFinite(value)
                    ? ", beyond float32, whose largest is " + Float.MAX_VALUE + ": set precision to float64, or scale"
                            + " the data"
                    : "; scale the data";
            throw new DatasetException(what + " " + j + " of example " + example + " is " + value + remedy);
        }
    }

    private double value(int example, int j) {
        return narrow.isEmpty() ? wide.get(example)[j] : narrow.get(example)[j];
    }
}
