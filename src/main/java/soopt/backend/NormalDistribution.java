package soopt.backend;

import org.hipparchus.special.Erf;

/**
 * The standard normal distribution in float64: Φ by its Taylor series around the nearest point of a grid, whose terms
 * are Hermite polynomials: Φ(x + h) = Φ(x) + φ(x) Σ_m (−1)^(m−1) He_{m−1}(x) hᵐ/m!.
 */
public final class NormalDistribution {
    private static final int PER_UNIT = 32;
    private static final int LIMIT = 39;
    private static final int TERMS = 16;
    private static final double[] GRID = new double[2 * LIMIT * PER_UNIT + 1];

    static {
        for (int i = 0; i < GRID.length; i++) {
            GRID[i] = Erf.erfc(-((double) i / PER_UNIT - LIMIT) / Math.sqrt(2)) / 2;
        }
    }

    private NormalDistribution() {}

    /** φ(z) = exp(−z²/2)/√(2π). */
    public static double density(double z) {
        return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    }

    /** Φ(z) = ∫ φ from −∞ to z. */
    public static double cumulative(double z) {
        if (!(Math.abs(z) < LIMIT)) {
            return Double.isNaN(z) ? z : z < 0 ? 0 : 1;
        }
        int nearest = (int) Math.rint((z + LIMIT) * PER_UNIT);
        double x = (double) nearest / PER_UNIT - LIMIT;
        double h = z - x;
        double previous = 0;
        double hermite = 1;
        double power = h;
        double sum = 0;
        for (int m = 1; m <= TERMS; m++) {
            sum += hermite * power;
            double next = x * hermite - (m - 1) * previous;
            previous = hermite;
            hermite = next;
            power *= -h / (m + 1);
        }
        return GRID[nearest] + density(x) * sum;
    }
}
