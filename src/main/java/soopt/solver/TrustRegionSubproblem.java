package soopt.solver;

import soopt.solver.SecularEquation.Length;
import soopt.solver.SecularEquation.Root;
import soopt.solver.Solve.Ending;

/**
 * The global minimum of m(s) = gᵀs + ½ sᵀHs over ‖s‖ ≤ Δ: the s with (H + σ) s = −g, σ ≥ 0, σ (Δ − ‖s‖) = 0 and H + σ
 * not indefinite (Moré and Sorensen 1983; Conn, Gould and Toint 2000, §7.3), by the same equation and with the same
 * hard case as {@link CubicSubproblem}.
 */
public final class TrustRegionSubproblem {
    private TrustRegionSubproblem() {}

    /**
     * The solution.
     *
     * @param solve as of {@link CubicSubproblem.Outcome}; the residual is ‖(H + σ) s + g‖ / (‖g‖ + σ‖s‖)
     * @param step [k] s
     * @param length ‖s‖ ≤ Δ
     * @param multiplier σ; 0 inside
     * @param model m(s) ≤ 0
     * @param hardCase whether σ = −λ₁ to working precision
     */
    public record Outcome(
            Solve solve, double[] step, double length, double multiplier, double model, boolean hardCase) {}

    /**
     * For H = diag(λ): the problem in the eigenbasis of H.
     *
     * @param eigenvalues [k] λ, in any order
     * @param gradient [k] g
     * @param radius Δ &gt; 0
     * @throws IllegalArgumentException if Δ is not positive
     */
    public static Outcome solve(double[] eigenvalues, double[] gradient, double radius) {
        if (!(radius > 0)) {
            throw new IllegalArgumentException("the radius of a trust region must be above 0, but is " + radius);
        }
        double[] none = new double[gradient.length];
        if (!SecularEquation.isFinite(eigenvalues)
                || !SecularEquation.isFinite(gradient)
                || radius > Double.MAX_VALUE) {
            return new Outcome(new Solve(Ending.NOT_FINITE, 0, Double.NaN), none, 0, Double.NaN, 0, false);
        }
        Root root = new SecularEquation(eigenvalues, gradient, new Bounded(radius)).solve();
        double[] step = root.step();
        double length = SecularEquation.norm(step);
        if (length == 0) {
            return new Outcome(new Solve(Ending.ZERO, root.evaluations(), 0), none, 0, 0, 0, false);
        }
        double residual = SecularEquation.residual(eigenvalues, gradient, root.sigma(), step);
        // sᵀHs = −gᵀs − σ‖s‖²: two terms of one sign
        double model = 0.5 * SecularEquation.dot(gradient, step) - 0.5 * root.sigma() * length * length;
        Ending ending = Double.isFinite(residual + model) ? Ending.CONVERGED : Ending.NOT_FINITE;
        return new Outcome(
                new Solve(ending, root.evaluations(), residual), step, length, root.sigma(), model, root.hard());
    }

    /** r(σ) = Δ. */
    private record Bounded(double delta) implements Length {
        @Override
        public double at(double sigma) {
            return delta;
        }

        @Override
        public double linearizedRoot(double a, double slope, double base) {
            return (1 / delta - a) / slope;
        }

        @Override
        public double bound(double gradientNorm) {
            return gradientNorm / delta;
        }
    }
}
