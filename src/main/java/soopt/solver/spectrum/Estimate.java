package soopt.solver.spectrum;

import java.util.Arrays;

/**
 * A mean of independent samples.
 *
 * @param standardError s/√n with the sample variance s²; NaN for one sample; without any the mean is too
 */
public record Estimate(double mean, double standardError, int samples) {
    public static Estimate of(double... samples) {
        int n = samples.length;
        double mean = Arrays.stream(samples).average().orElse(Double.NaN);
        double squares =
                Arrays.stream(samples).map(x -> (x - mean) * (x - mean)).sum();
        return new Estimate(mean, n <= 1 ? Double.NaN : Math.sqrt(squares / (n - 1) / n), n);
    }
}
