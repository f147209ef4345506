package soopt.cli.bench;

import java.util.Arrays;
import soopt.file.JsonObject;

/**
 * Times of one piece of work.
 *
 * @param seconds one per round, in order
 * @param extraBytes tensors at the peak of the work beyond its inputs: parameters, batch, direction
 */
record Measurement(String name, double[] seconds, long extraBytes) {
    double median() {
        return quantile(0.5);
    }

    /** First quartile in seconds. */
    double lower() {
        return quantile(0.25);
    }

    /** Third quartile in seconds. */
    double upper() {
        return quantile(0.75);
    }

    double mebibytes() {
        return extraBytes / (double) (1 << 20);
    }

    /** Linear between the two nearest of the sorted values. */
    private double quantile(double fraction) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        double position = fraction * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    JsonObject json() {
        return new JsonObject()
                .put("name", name)
                .put("median_s", median())
                .put("q25_s", lower())
                .put("q75_s", upper())
                .put("rounds", seconds.length)
                .put("extra_bytes", extraBytes)
                .put("times_s", seconds);
    }
}
