package soopt.solver;

/**
 * ‖s(σ)‖ = r(σ) for s(σ) = −(Λ + σ)⁻¹ g with σ ≥ max(0, −min λ): what minimizes a quadratic under a bound on, or a
 * price for, its length (Conn, Gould and Toint 2000, §7.3; Cartis, Gould and Toint 2011, §6.1). The unknown is δ = σ −
 * base, base = max(0, −min λ), so that λ_i + σ = (λ_i + base) + δ has no cancellation and the hard case no
 * neighbourhood where digits are lost. ‖s‖ falls and r does not, so that "‖s‖ ≤ r" holds exactly from the root on: the
 * bracket of that change is halved in the order of the floating-point numbers wherever the equation with 1/‖s‖
 * linearized, which is nearly exact, leads out of it.
 */
final class SecularEquation {
    /** After so many evaluations the bracket is halved, whatever the linearized equation says. */
    private static final int LINEARIZATIONS = 50;

    /** The length r that belongs to a multiplier. */
    interface Length {
        double at(double sigma);

        /** The x ≥ 0 with (a + slope x) r(base + x) = 1; NaN or below 0 if there is none. */
        double linearizedRoot(double a, double slope, double base);

        /** A δ from which on ‖g‖ / δ ≤ r(δ). */
        double bound(double gradientNorm);
    }

    /**
     * @param step [k] s
     * @param sigma the multiplier
     * @param hard whether σ = −min λ to working precision, where s has a part along the least eigenvector that the
     *     gradient does not determine
     */
    record Root(double[] step, double sigma, boolean hard, int evaluations) {}

    private final double[] gaps;
    private final double[] gradient;
    private final Length radius;
    private final double base;
    private final int least;
    private final double[] step;
    private double norm;
    private double candidate;
    private int evaluations;

    SecularEquation(double[] eigenvalues, double[] gradient, Length radius) {
        this.gradient = gradient;
        this.radius = radius;
        this.step = new double[gradient.length];
        this.gaps = eigenvalues.clone();
        int smallest = 0;
        for (int i = 1; i < gaps.length; i++) {
            smallest = gaps[i] < gaps[smallest] ? i : smallest;
        }
        this.least = smallest;
        this.base = gaps.length == 0 ? 0 : Math.max(0, -gaps[smallest]);
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] += base;
        }
    }

    Root solve() {
        if (fits(0)) {
            return base > 0 ? hardCase() : new Root(step, 0, false, evaluations);
        }
        double delta = root();
        fits(delta);
        return new Root(step, base + delta, base > 0 && delta <= Math.ulp(base), evaluations);
    }

    /** Whether ‖s‖ ≤ r at δ; s, its norm and what to try next are then those of δ. */
    private boolean fits(double delta) {
        evaluations++;
        for (int i = 0; i < step.length; i++) {
            step[i] = gradient[i] == 0 ? 0 : -gradient[i] / (gaps[i] + delta);
        }
        norm = norm(step);
        double curvature = 0;
        for (int i = 0; i < step.length && norm > 0; i++) {
            double part = step[i] / norm;
            curvature += part == 0 ? 0 : part * part / (gaps[i] + delta);
        }
        // d(1/‖s‖)/dδ
        double slope = curvature / norm;
        candidate = radius.linearizedRoot(1 / norm - slope * delta, slope, base);
        return norm <= radius.at(base + delta);
    }

    private double root() {
        double low = 0;
        double high = radius.bound(norm(gradient));
        while (!fits(high) && high < Double.MAX_VALUE / 2) {
            low = high;
            high *= 2;
        }
        while (Math.nextUp(low) < high) {
            boolean inside = candidate > low && candidate < high && evaluations < LINEARIZATIONS;
            double delta = inside ? candidate : middle(low, high);
            if (fits(delta)) {
                high = delta;
            } else {
                low = delta;
            }
            if (Math.abs(candidate - delta) <= 2 * Math.ulp(delta)) {
                return delta;
            }
        }
        return high;
    }

    /** s(base) reaches less far than r(base): what is missing is taken along the least eigenvector, either way. */
    private Root hardCase() {
        double length = radius.at(base);
        double part = norm / length;
        step[least] = length * Math.sqrt(Math.max(0, (1 - part) * (1 + part)));
        return new Root(step, base, true, evaluations);
    }

    /** ‖(Λ + σ) s + g‖ / (‖g‖ + σ ‖s‖): a few roundoffs, however near σ is to −min λ. */
    static double residual(double[] eigenvalues, double[] gradient, double sigma, double[] step) {
        double[] rest = new double[step.length];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = (eigenvalues[i] + sigma) * step[i] + gradient[i];
        }
        double scale = norm(gradient) + sigma * norm(step);
        return scale == 0 ? 0 : norm(rest) / scale;
    }

    static boolean isFinite(double... numbers) {
        for (double number : numbers) {
            if (!Double.isFinite(number)) {
                return false;
            }
        }
        return true;
    }

    static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    /** ‖x‖₂ without overflow of the squares. */
    static double norm(double[] x) {
        double largest = 0;
        for (double entry : x) {
            largest = Math.max(largest, Math.abs(entry));
        }
        if (largest == 0 || !(largest <= Double.MAX_VALUE)) {
            return largest;
        }
        double sum = 0;
        for (double entry : x) {
            sum += (entry / largest) * (entry / largest);
        }
        return largest * Math.sqrt(sum);
    }

    /** The number halfway in the order of the non-negative floating-point numbers: about the geometric mean. */
    private static double middle(double low, double high) {
        long from = Double.doubleToLongBits(low);
        return Double.longBitsToDouble(from + (Double.doubleToLongBits(high) - from) / 2);
    }
}
