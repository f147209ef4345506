package soopt.report.table;

import java.util.Arrays;

/**
 * Some numbers in few.
 *
 * @param n how many
 * @param mean NaN of none
 * @param deviation √(Σ (x − mean)² / (n − 1)); NaN of fewer than two
 * @param median of an even number the mean of the middle two; NaN of none
 */
public record Spread(int n, double mean, double deviation, double median, double least, double most) {
    public static Spread of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        if (n == 0) {
            return new Spread(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        }
        double mean = Arrays.stream(sorted).sum() / n;
        double squares = Arrays.stream(sorted).map(x -> (x - mean) * (x - mean)).sum();
        double deviation = n > 1 ? Math.sqrt(squares / (n - 1)) : Double.NaN;
        return new Spread(n, mean, deviation, median(sorted), sorted[0], sorted[n - 1]);
    }

    private static double median(double[] sorted) {
        double below = sorted[(sorted.length - 1) / 2];
        double above = sorted[sorted.length / 2];
        return below == above ? below : (below + above) / 2;
    }
}
