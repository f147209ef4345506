package soopt.cli;

import java.util.List;
import soopt.experiment.folder.JsonObject;

/**
 * Times of one piece of work.
 *
 * @param lower first quartile in seconds
 * @param upper third quartile in seconds
 * @param extraBytes tensors beyond those that were there before
 */
record Measurement(String name, double median, double lower, double upper, int rounds, long extraBytes) {
    static Measurement of(String name, List<Double> seconds, long extraBytes) {
        double[] sorted =
                seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Measurement(
                name, quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), sorted.length, extraBytes);
    }

    /** Linear between the two nearest of the sorted values. */
    private static double quantile(double[] sorted, double fraction) {
        double position = fraction * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    JsonObject json() {
        return new JsonObject()
                .put("name", name)
                .put("median_s", median)
                .put("q25_s", lower)
                .put("q75_s", upper)
                .put("rounds", rounds)
                .put("extra_bytes", extraBytes);
    }
}
