package soopt.solver.spectrum;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Which part of the eigenvalues lies near zero and which beyond, as seen from the largest: whether λ / max |λ| is below
 * −0.1, below −0.01, near zero, above 0.01, above 0.1.
 *
 * @param largest max |λ|
 * @param shares [5] of sum 1; NaN if nothing is known
 * @param nearZeroError of the share near zero: its standard error and its change since half the steps, as the root of
 *     their squares; 0 where eigenvalues are counted
 */
public record Spread(double largest, double[] shares, double nearZeroError) {
    /** |λ| below this part of the largest is near zero. */
    public static final double NEAR_ZERO = 0.01;

    private static final double[] LIMITS = {-0.1, -NEAR_ZERO, NEAR_ZERO, 0.1};
    private static final int MIDDLE = 2;

    /** Of eigenvalues that are all known: by counting. */
    public static Spread of(double... values) {
        double largest = Arrays.stream(values).map(Math::abs).max().orElse(Double.NaN);
        double[] shares = new double[LIMITS.length + 1];
        for (int i = 0; i < shares.length; i++) {
            DoubleUnaryOperator inside = inside(i, largest);
            shares[i] = Arrays.stream(values).map(inside).average().orElse(Double.NaN);
        }
        return new Spread(largest, shares, 0);
    }

    /**
     * By a density, with the largest |λ| that its vectors saw. An eigenvalue near a limit is counted on the side where
     * its node lies, so that the share depends on the number of steps more than on the vectors.
     */
    public static Spread of(Spectrum spectrum) {
        SpectralDensity density = spectrum.density();
        double largest = Math.max(Math.abs(density.smallest()), Math.abs(density.largest()));
        double[] shares = new double[LIMITS.length + 1];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = density.trace(inside(i, largest)).mean() / density.size();
        }
        Estimate near = density.trace(inside(MIDDLE, largest));
        double before = spectrum.coarse().trace(inside(MIDDLE, largest)).mean();
        double vectors = near.samples() == 1 ? 0 : near.standardError();
        return new Spread(largest, shares, Math.hypot(vectors, near.mean() - before) / density.size());
    }

    /** Of |λ| below {@value #NEAR_ZERO} of the largest. */
    public double nearZero() {
        return shares[MIDDLE];
    }

    /** 1 in part i, 0 outside; what lies on a limit belongs to the part away from zero; a zero matrix is near zero. */
    private static DoubleUnaryOperator inside(int i, double largest) {
        return value -> {
            double x = largest == 0 ? 0 : value / largest;
            int part = 0;
            while (part < LIMITS.length && (part < MIDDLE ? x > LIMITS[part] : x >= LIMITS[part])) {
                part++;
            }
            return part == i ? 1 : 0;
        };
    }
}
