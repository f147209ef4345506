package soopt.curvature;

import java.util.Arrays;
import soopt.backend.dense.Cholesky;

/**
 * The search for r: the largest root of ‖D M(r)⁻¹ g‖ = r with M(r) = H + (λ/2) r D² positive definite. On r &gt; x0 =
 * inf {r : M(r) positive definite} the norm decreases, so "M(r) positive definite and ‖Dη‖ ≤ r" holds exactly from the
 * root on. The bracket of that change is halved in the order of the floating-point numbers, which ends from any start
 * in 64 halvings. While they stay in the bracket, the steps taken are those of the secular equation 1/‖Dη‖ = 1/r with
 * its left side linearized (Moré and Sorensen 1983; Cartis, Gould and Toint 2011, §6.1, who linearize both): it is
 * nearly linear, so that a few steps suffice. Of large models x0 is estimated from M(r)⁻¹ wherever a step led below it:
 * half of the factorizations, and a sixth of those for x0 itself.
 */
final class CubicSearch {
    private static final double LARGEST_SHIFT = 1e300;

    /** After so many evaluations the bracket is halved, whatever the linearized equation says. */
    private static final int LINEARIZATIONS = 100;

    /** Steps below this part of r that do not become smaller are rounding noise. */
    private static final double ROUNDING = 1e-8;

    /** Rows from which on a factorization costs more than dozens of solutions. */
    static final int LARGE = 100;

    /** Iterations for the boundary of definiteness, and the relative change that ends them. */
    private static final int MOST_POWERS = 40;

    private static final double SETTLED = 1e-4;

    private final double[][] hessian;
    private final double[] gradient;
    private final double[] d;
    private final double damping;
    private final Cholesky cholesky;
    private final double[] eta;
    private final double[] work;
    private final boolean large;
    private int evaluations;
    // the r whose factors are there; NaN: none
    private double factored = Double.NaN;

    // ‖Dη‖ and the solution of the linearized equation at the last positive definite r
    private double length;
    private double next;

    // M is not positive definite at notDefinite (NaN: none known) and is at definite
    private double notDefinite = Double.NaN;
    private double definite = Double.NaN;

    CubicSearch(double[][] hessian, double[] gradient, double[] d, double damping) {
        this(hessian, gradient, d, damping, d.length >= LARGE);
    }

    /** @param large whether to spare factorizations at the price of solutions */
    CubicSearch(double[][] hessian, double[] gradient, double[] d, double damping, boolean large) {
        this.large = large;
        this.hessian = hessian;
        this.gradient = gradient;
        this.d = d;
        this.damping = damping;
        this.cholesky = new Cholesky(d.length);
        this.eta = new double[d.length];
        this.work = new double[d.length];
    }

    /** η of the last positive definite r evaluated. */
    double[] eta() {
        return eta.clone();
    }

    /** ‖Dη‖ there. */
    double length() {
        return length;
    }

    /** Of the last M(r), if it was positive definite. */
    Cholesky factors() {
        return cholesky;
    }

    int evaluations() {
        return evaluations;
    }

    /** Whether M(r) is positive definite; if so {@link #eta}, {@link #length} and what to try next are those of r. */
    boolean evaluate(double r) {
        if (!isDefinite(r)) {
            return false;
        }
        cholesky.solve(gradient, eta);
        for (int i = 0; i < d.length; i++) {
            work[i] = d[i] * eta[i];
        }
        length = Matrices.norm(work);
        for (int i = 0; i < d.length; i++) {
            work[i] *= d[i] / length;
        }
        cholesky.halfSolve(work, work);
        double half = Matrices.norm(work);
        // d(1/‖Dη‖)/dr = slope/‖Dη‖
        next = linearizedRoot(r, length, 0.5 * damping * half * half);
        return true;
    }

    /** The ρ &gt; 0 with ρ (1 + slope (ρ − r)) = length; no square is formed that could overflow. */
    static double linearizedRoot(double r, double length, double slope) {
        double b = 0.5 * (1 - slope * r);
        double root = Math.hypot(b, Math.sqrt(slope) * Math.sqrt(length));
        return b >= 0 ? length / (b + root) : (root - b) / slope;
    }

    private boolean isDefinite(double r) {
        evaluations++;
        boolean definiteHere = cholesky.factor(hessian, 0.5 * damping * r, d) == d.length;
        factored = definiteHere ? r : Double.NaN;
        if (definiteHere) {
            definite = Double.isNaN(definite) ? r : Math.min(definite, r);
        } else {
            notDefinite = Double.isNaN(notDefinite) ? r : Math.max(notDefinite, r);
        }
        return definiteHere;
    }

    /** The largest r that the search tries: H is negligible there wherever D is not 0. */
    double largestRadius() {
        double largest = 0;
        for (double entry : d) {
            largest = Math.max(largest, entry);
        }
        return Math.min(LARGEST_SHIFT, LARGEST_SHIFT / (0.5 * damping * largest * largest));
    }

    /**
     * Where to look first: M_ii(r) &gt; 0 for all i needs at least the one, ‖Dη‖ of a vanishing H is about the other.
     */
    private double firstGuess() {
        double guess = 0;
        for (int i = 0; i < d.length; i++) {
            double square = 0.5 * damping * d[i] * d[i];
            if (square > 0) {
                guess = Math.max(guess, -hessian[i][i] / square);
                guess = Math.max(guess, Math.sqrt(Math.abs(gradient[i]) / (0.5 * damping * d[i])));
            }
        }
        return guess;
    }

    /**
     * Finds the root in (low, high]; afterwards η and its length are those of the result.
     *
     * @param low 0, where the condition does not hold
     * @param high where it holds
     * @return r, or NaN if the norm stays below r down to x0: the hard case
     */
    double root(double low, double high) {
        boolean bracketed = definite == 0;
        double candidate = bracketed ? next : firstGuess();
        double stride = Double.POSITIVE_INFINITY;
        int spread = 1;
        while (Math.nextUp(low) < high) {
            boolean inside = candidate > low && candidate < high && evaluations < LINEARIZATIONS;
            double r = inside ? candidate : middle(low, high);
            if (evaluate(r)) {
                boolean above = length <= r;
                low = above ? low : r;
                high = above ? r : high;
                double step = Math.abs(next - r);
                // rounding may keep the steps from ever being as small as a unit in the last place
                if (step <= 2 * Math.ulp(r) || step <= ROUNDING * r && step >= stride) {
                    return r;
                }
                stride = step;
                candidate = next;
                bracketed = true;
            } else {
                low = r;
                candidate = !bracketed ? Math.scalb(r, spread) : large ? beside(high, 1e-2) : Double.NaN;
                spread *= 2;
            }
        }
        boolean lowDefinite = !(low <= notDefinite);
        boolean resolved = evaluate(high) && (lowDefinite || Math.abs(length - high) <= 1e-2 * high);
        return resolved ? high : Double.NaN;
    }

    /** x0 to 12 digits from the brackets seen: 0 if M(0) is positive definite, NaN if no r makes it so. */
    double lowerBound() {
        if (Double.isNaN(notDefinite)) {
            return 0;
        }
        if (Double.isNaN(definite)) {
            return Double.NaN;
        }
        while (Math.nextUp(notDefinite) < definite && definite - notDefinite > 1e-13 * definite) {
            double candidate = large ? beside(definite, 1e-3) : Double.NaN;
            if (candidate > definite - 1e-13 * definite) {
                break;
            }
            boolean inside = candidate > notDefinite;
            isDefinite(inside ? candidate : middle(notDefinite, definite));
        }
        return definite < 1e-290 ? 0 : definite;
    }

    /**
     * A point between x0 and r, where M(r) is positive definite, at this part of the way from x0; a bit less if the
     * iteration has not settled. x0 = r − 1/μ with μ the largest eigenvalue of (λ/2) D M(r)⁻¹ D, from powers: as M(r) −
     * (r − x0)(λ/2)D² = M(x0) is singular and not indefinite.
     */
    private double beside(double r, double part) {
        if (factored != r) {
            isDefinite(r);
        }
        double[] y = new double[d.length];
        Arrays.setAll(y, i -> d[i] == 0 ? 0 : i % 3 == 0 ? -1 : 1 + i / (double) d.length);
        double[] z = new double[d.length];
        double mu = 0;
        double change = Double.POSITIVE_INFINITY;
        for (int power = 0; power < MOST_POWERS && change > SETTLED * mu; power++) {
            double length = Matrices.norm(y);
            for (int i = 0; i < y.length; i++) {
                y[i] /= length;
                z[i] = d[i] * y[i];
            }
            cholesky.solve(z, z);
            for (int i = 0; i < y.length; i++) {
                z[i] *= 0.5 * damping * d[i];
            }
            change = Math.abs(Matrices.dot(y, z) - mu);
            mu = Matrices.dot(y, z);
            System.arraycopy(z, 0, y, 0, y.length);
        }
        return r - (1 - part) / mu;
    }

    /** The number halfway in the order of the non-negative floating-point numbers: about the geometric mean. */
    private static double middle(double low, double high) {
        return Double.longBitsToDouble(Double.doubleToLongBits(low) + width(low, high) / 2);
    }

    private static long width(double low, double high) {
        return Double.doubleToLongBits(high) - Double.doubleToLongBits(low);
    }
}
