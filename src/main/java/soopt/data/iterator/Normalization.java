package soopt.data.iterator;

import java.util.Arrays;

/** How inputs x [N, F] are normalized by what they are on the training examples. */
public enum Normalization {
    /** As the iterator gives them. */
    NONE,
    /** Every input by its own mean and standard deviation; one that is constant by its mean alone. */
    EACH,
    /** All inputs by one mean and one standard deviation, as is usual for images. */
    ALL;

    /** @param mean [F] @param deviation [F] > 0 */
    public record Moments(double[] mean, double[] deviation) {}

    /** The moments over these rows, in two passes. */
    public Moments of(Rows rows) {
        int features = rows.features();
        double[] mean = new double[features];
        double[] deviation = new double[features];
        Arrays.fill(deviation, 1);
        if (this == NONE) {
            return new Moments(mean, deviation);
        }
        for (int i = 0; i < rows.size(); i++) {
            for (int j = 0; j < features; j++) {
                mean[j] += rows.input(i, j) / rows.size();
            }
        }
        if (this == ALL) {
            Arrays.fill(mean, Arrays.stream(mean).sum() / features);
        }
        double[] squares = new double[features];
        for (int i = 0; i < rows.size(); i++) {
            for (int j = 0; j < features; j++) {
                double difference = rows.input(i, j) - mean[j];
                squares[j] += difference * difference / rows.size();
            }
        }
        if (this == ALL) {
            Arrays.fill(squares, Arrays.stream(squares).sum() / features);
        }
        for (int j = 0; j < features; j++) {
            double root = Math.sqrt(squares[j]);
            // a constant is not told from its rounding
            deviation[j] = root > 1e-12 * Math.max(1e-300, Math.abs(mean[j])) ? root : 1;
        }
        return new Moments(mean, deviation);
    }
}
