package soopt.solver;

import soopt.solver.SecularEquation.Length;
import soopt.solver.SecularEquation.Root;
import soopt.solver.Solve.Ending;

/**
 * The global minimum of m(s) = gᵀs + ½ sᵀHs + (ρ/6) ‖s‖³ (Nesterov and Polyak 2006, eq. 2.4 with M = ρ): the s with
 * (H + σ) s = −g, σ = (ρ/2) ‖s‖ and H + σ not indefinite. In the eigenbasis of H this is one equation for σ ({@link
 * SecularEquation}). In the hard case, where g has no part along the least eigenvectors and ‖(H − λ₁)⁺g‖ &lt; 2|λ₁|/ρ,
 * σ = −λ₁ and the missing length lies along one of them.
 */
public final class CubicSubproblem {
    private CubicSubproblem() {}

    /**
     * The solution.
     *
     * @param solve converged; zero where g = 0 and H is not indefinite, then s = 0; not finite where a number given is
     *     not, then s = 0 too. The iterations are evaluations of the equation, the residual is ‖(H + σ) s + g‖ / (‖g‖ +
     *     σ‖s‖) for σ = (ρ/2)‖s‖
     * @param step [k] s
     * @param length ‖s‖
     * @param multiplier σ
     * @param model m(s) ≤ 0
     * @param hardCase whether σ = −λ₁ to working precision: the sign of s along the least eigenvector is then free
     */
    public record Outcome(
            Solve solve, double[] step, double length, double multiplier, double model, boolean hardCase) {}

    /**
     * For H = diag(λ): the problem in the eigenbasis of H.
     *
     * @param eigenvalues [k] λ, in any order
     * @param gradient [k] g
     * @param rho ρ &gt; 0
     * @throws IllegalArgumentException if ρ is not positive
     */
    public static Outcome solve(double[] eigenvalues, double[] gradient, double rho) {
        if (!(rho > 0)) {
            throw new IllegalArgumentException("the weight of the cubic term must be above 0, but is " + rho);
        }
        double[] none = new double[gradient.length];
        if (!SecularEquation.isFinite(eigenvalues) || !SecularEquation.isFinite(gradient) || rho > Double.MAX_VALUE) {
            return new Outcome(new Solve(Ending.NOT_FINITE, 0, Double.NaN), none, 0, Double.NaN, 0, false);
        }
        Root root = new SecularEquation(eigenvalues, gradient, new Priced(rho)).solve();
        double[] step = root.step();
        double length = SecularEquation.norm(step);
        if (length == 0) {
            return new Outcome(new Solve(Ending.ZERO, root.evaluations(), 0), none, 0, 0, 0, false);
        }
        double residual = SecularEquation.residual(eigenvalues, gradient, 0.5 * rho * length, step);
        // sᵀHs = −gᵀs − σ‖s‖²: two terms of one sign
        double model = 0.5 * SecularEquation.dot(gradient, step) - rho / 12 * length * length * length;
        Ending ending = Double.isFinite(residual + model) ? Ending.CONVERGED : Ending.NOT_FINITE;
        return new Outcome(
                new Solve(ending, root.evaluations(), residual), step, length, root.sigma(), model, root.hard());
    }

    /**
     * In the Krylov space of g: H restricted to it is T and g is ‖g‖ times its first vector (Cartis, Gould and Toint
     * 2011, §6.2). The step is [k], in the basis ({@link Lanczos#combine}); the residual is the larger of that within
     * the space and β_k |s_k| / ‖g‖, that out of it; the iterations are Lanczos steps.
     */
    public static Outcome solve(Lanczos.Krylov krylov, double rho) {
        Tridiagonal.Eigen eigen = krylov.t().eigen();
        int size = eigen.values().length;
        double[] gradient = new double[size];
        for (int i = 0; i < size; i++) {
            gradient[i] = krylov.start() * eigen.vectors()[i][0];
        }
        Outcome inEigenbasis = solve(eigen.values(), gradient, rho);
        double[] step = new double[size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                step[j] += inEigenbasis.step[i] * eigen.vectors()[i][j];
            }
        }
        Solve inside = inEigenbasis.solve;
        double outside = size == 0 ? Double.NaN : krylov.beyond() * Math.abs(step[size - 1]) / krylov.start();
        Ending ending =
                krylov.solve().usable() ? inside.ending() : krylov.solve().ending();
        Solve solve = new Solve(ending, krylov.solve().iterations(), Math.max(inside.residual(), outside));
        return new Outcome(
                solve, step, inEigenbasis.length, inEigenbasis.multiplier, inEigenbasis.model, inEigenbasis.hardCase);
    }

    /** r(σ) = 2σ/ρ. */
    private record Priced(double rho) implements Length {
        @Override
        public double at(double sigma) {
            return 2 * sigma / rho;
        }

        @Override
        public double linearizedRoot(double a, double slope, double base) {
            // slope x² + (a + slope base) x + a base − ρ/2 = 0
            double half = 0.5 * (a + slope * base);
            double rest = 0.5 * rho - a * base;
            double root = Math.hypot(half, Math.sqrt(slope) * Math.sqrt(rest));
            return half >= 0 ? rest / (half + root) : (root - half) / slope;
        }

        @Override
        public double bound(double gradientNorm) {
            return Math.sqrt(0.5 * rho) * Math.sqrt(gradientNorm);
        }
    }
}
