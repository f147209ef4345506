package soopt.report.compare;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;
import org.hipparchus.special.Beta;
import org.hipparchus.special.Erf;
import soopt.random.RandomStreams;

/**
 * An interval that holds a difference of means in about 95 of 100 such experiments: BCa (Efron 1987) over
 * {@value #RESAMPLES} resamples from a stream of its own, so that the same runs give the same interval, at levels that
 * are widened for few values (Hesterberg 2015): Φ⁻¹(α) becomes √(n/(n−1)) t_{n−1}(α). Without that it would hold
 * a mean of 5 normal numbers in 84 of 100, with it in 92.
 *
 * @param low its lower end
 * @param high its upper end
 */
public record Bootstrap(double low, double high) {
    /** Fewer values have too few different resamples to say anything of their ends. */
    public static final int LEAST_VALUES = 5;

    public static final int RESAMPLES = 10_000;

    private static final double OUTSIDE = 0.025;

    /** Of the mean of values that were drawn independently, as the differences of pairs are. */
    public static Bootstrap mean(double[] values) {
        return difference(values, new double[] {0});
    }

    /** Of mean(a) − mean(b) of two groups, each resampled by itself. */
    public static Bootstrap difference(double[] a, double[] b) {
        double center = average(a) - average(b);
        double[] means = new double[RESAMPLES];
        RandomGenerator random = RandomStreams.of(0, "compare.bootstrap", a.length);
        for (int k = 0; k < RESAMPLES; k++) {
            means[k] = resampled(a, random) - resampled(b, random);
        }
        Arrays.sort(means);
        double below = Arrays.stream(means)
                        .map(mean -> mean < center ? 1 : mean == center ? 0.5 : 0)
                        .sum()
                / RESAMPLES;
        if (means[0] == means[RESAMPLES - 1]) {
            return new Bootstrap(center, center);
        }
        double bias = normalQuantile(below);
        double acceleration = acceleration(a, b);
        int n = b.length < 2 ? a.length : Math.min(a.length, b.length);
        double wide = Math.sqrt(n / (n - 1.0)) * studentQuantile(1 - OUTSIDE, n - 1);
        IntToDoubleFunction end = sign -> {
            double z = bias + sign * wide;
            return quantile(means, normal(bias + z / (1 - acceleration * z)));
        };
        return new Bootstrap(end.applyAsDouble(-1), end.applyAsDouble(1));
    }

    private static double resampled(double[] values, RandomGenerator random) {
        if (values.length == 1) {
            return values[0];
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[(int) Math.multiplyHigh(random.nextLong() >>> 1, 2L * values.length)];
        }
        return sum / values.length;
    }

    /** Of the influence of each value: Σ l³ / (6 (Σ l²)^{3/2}), l its distance from the mean of its group over n. */
    private static double acceleration(double[] a, double[] b) {
        double squares = 0;
        double cubes = 0;
        for (double[] group : new double[][] {a, b}) {
            double mean = average(group);
            double sign = group == a ? 1 : -1;
            for (double value : group) {
                double l = sign * (value - mean) / group.length;
                squares += l * l;
                cubes += l * l * l;
            }
        }
        return cubes / (6 * Math.pow(squares, 1.5));
    }

    private static double average(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    /** Between sorted values, linearly. */
    private static double quantile(double[] sorted, double p) {
        double at = p * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(sorted.length - 1, below + 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    private static double normal(double x) {
        return Erf.erfc(-x / Math.sqrt(2)) / 2;
    }

    private static double normalQuantile(double p) {
        return Math.sqrt(2) * Erf.erfInv(2 * p - 1);
    }

    /** Of Student's distribution: the x whose probability below is p ≥ ½, by bisection. */
    private static double studentQuantile(double p, int freedom) {
        double low = 0;
        double high = 1e3;
        for (int i = 0; i < 100; i++) {
            double x = (low + high) / 2;
            double above = Beta.regularizedBeta(freedom / (freedom + x * x), freedom / 2.0, 0.5) / 2;
            if (1 - above < p) {
                low = x;
            } else {
                high = x;
            }
        }
        return high;
    }
}
