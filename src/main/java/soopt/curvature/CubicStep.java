package soopt.curvature;

import java.util.Arrays;

/**
 * The step of cubic regularization, anisotropic in groups (Wolinski 2025, eq. 8 and algorithm 2; Nesterov and Polyak
 * 2006): η = (H̄ + (λ_int/2) ‖Dη‖ D²)⁻¹ ḡ, the solution of largest r = ‖Dη‖, the one with M(r) = H̄ + (λ_int/2) r D²
 * positive definite. It is the global minimum of −ḡ·η + ½ ηᵀH̄η + (λ_int/6) ‖Dη‖³. With λ_int = 0 or D = 0 it is
 * Newton's η = H̄⁻¹ḡ for positive definite H̄.
 */
public final class CubicStep {
    /** Largest relative error of ‖Dη‖ = r and of M(r)η = ḡ in what is called a solution. */
    private static final double ACCURACY = 1e-2;

    private CubicStep() {}

    /** How the search ended. */
    public enum Status {
        CONVERGED("converged"),
        NOT_FINITE("an entry of H, g, D or the damping is NaN or infinite"),
        NOT_POSITIVE_DEFINITE("no cubic term (damping 0 or D = 0) and H is not positive definite"),
        UNBOUNDED("H is not positive definite where D = 0: no r makes M(r) so, and the cubic model is unbounded below"),
        ZERO_GRADIENT("g = 0 and H is not positive definite: eta = 0 is no minimum"),
        HARD_CASE(
                "hard case: g has no resolvable component on the null space of M(x0) and ||D eta|| < r on all of r > x0"),
        OUT_OF_RANGE("the solution is beyond the range or the precision of floating-point numbers");

        private final String words;

        Status(String words) {
            this.words = words;
        }

        /** One line for the record. */
        public String words() {
            return words;
        }
    }

    /**
     * What is minimized.
     *
     * @param hessian H̄ [S][S], symmetric
     * @param gradient ḡ [S]
     * @param scale D [S] ≥ 0
     * @param damping λ_int ≥ 0
     */
    public record Model(double[][] hessian, double[] gradient, double[] scale, double damping) {
        /** −ḡ·η + ½ ηᵀH̄η + (λ_int/6) ‖Dη‖³. */
        public double value(double[] eta) {
            double length = radius(eta);
            return -Matrices.dot(gradient, eta)
                    + 0.5 * Matrices.dot(eta, Matrices.multiply(hessian, eta))
                    + damping / 6 * length * length * length;
        }

        /** ‖Dη‖₂. */
        public double radius(double[] eta) {
            double[] scaled = new double[eta.length];
            Arrays.setAll(scaled, i -> scale[i] * eta[i]);
            return Matrices.norm(scaled);
        }

        /** M(r) = H̄ + (λ_int/2) r D² [S][S]. */
        public double[][] matrix(double r) {
            double[][] matrix = new double[scale.length][];
            for (int i = 0; i < scale.length; i++) {
                matrix[i] = hessian[i].clone();
                matrix[i][i] += 0.5 * damping * r * scale[i] * scale[i];
            }
            return matrix;
        }

        /**
         * ‖C (M(r)η − ḡ)‖₂ / ‖C ḡ‖₂ with C = diag(M_ii)^{-1/2}, which no group's unit changes; 0 for ḡ = 0 and η = 0.
         */
        public double relativeResidual(double[] eta, double r) {
            double[][] matrix = matrix(r);
            double[] difference = Matrices.multiply(matrix, eta);
            double[] reference = gradient.clone();
            for (int i = 0; i < eta.length; i++) {
                double weight = matrix[i][i] > 0 ? 1 / Math.sqrt(matrix[i][i]) : 1;
                difference[i] = (difference[i] - gradient[i]) * weight;
                reference[i] *= weight;
            }
            double error = Matrices.norm(difference);
            return error == 0 ? 0 : error / Matrices.norm(reference);
        }

        /** ‖M(r)η − ḡ‖₂. */
        public double residual(double[] eta, double r) {
            double[] difference = Matrices.multiply(matrix(r), eta);
            Arrays.setAll(difference, i -> difference[i] - gradient[i]);
            return Matrices.norm(difference);
        }
    }

    /**
     * How the step was found, or why not.
     *
     * @param eta [S] η, all 0 if not found
     * @param r ‖Dη‖ = r, NaN if not found
     * @param lowerBound x0, the infimum of the r ≥ 0 with M(r) positive definite: 0 if H̄ is, NaN if there is none
     * @param hessianPositiveDefinite whether H̄ is
     * @param iterations Cholesky factorizations spent on η and x0
     * @param residual ‖M(r)η − ḡ‖₂, NaN if not found
     * @param radiusResidual |‖Dη‖ − r|, NaN if not found
     * @param modelValue −ḡ·η + ½ ηᵀH̄η + (λ_int/6) ‖Dη‖³, 0 if not found
     */
    public record Outcome(
            Status status,
            double[] eta,
            double r,
            double lowerBound,
            boolean hessianPositiveDefinite,
            int iterations,
            double residual,
            double radiusResidual,
            double modelValue,
            Model model) {
        public boolean found() {
            return status == Status.CONVERGED;
        }

        /** Ḡ = H̄ + (λ_int/2) r D² [S][S]; NaN-filled if not found. */
        public double[][] regularized() {
            if (found()) {
                return model.matrix(r);
            }
            double[][] none = new double[eta.length][eta.length];
            for (double[] row : none) {
                Arrays.fill(row, Double.NaN);
            }
            return none;
        }

        /** Smallest and largest eigenvalue and condition number of H̄. Computed at each call. */
        public Matrices.Spectrum spectrum() {
            return Matrices.spectrum(model.hessian());
        }
    }

    /**
     * Solves with D = |D̄³|^{1/3}.
     *
     * @param hessian H̄ [S][S]; its symmetric part is used
     * @param gradient ḡ [S]
     * @param third D̄³ [S], signed
     * @param damping λ_int ≥ 0
     */
    public static Outcome solve(double[][] hessian, double[] gradient, double[] third, double damping) {
        return solveWithScale(hessian, gradient, scale(third), damping);
    }

    /** D = |D̄³|^{1/3} [S]. */
    public static double[] scale(double[] third) {
        return Arrays.stream(third).map(x -> Math.cbrt(Math.abs(x))).toArray();
    }

    /**
     * Solves with D given; numbers never make it throw. A group along which nothing changes (its row of H̄ and its
     * entries of ḡ and D are exactly 0, as for dead units) takes no part: η_s = 0, and "positive definite" speaks of
     * the other groups.
     *
     * @param d D [S] ≥ 0
     * @throws IllegalArgumentException if the sizes differ or the damping is negative
     */
    public static Outcome solveWithScale(double[][] hessian, double[] gradient, double[] d, double damping) {
        int size = gradient.length;
        if (hessian.length != size || d.length != size || Arrays.stream(hessian).anyMatch(row -> row.length != size)) {
            throw new IllegalArgumentException("H has " + hessian.length + " rows, D " + d.length + " entries and g "
                    + size + ": all must be equal, and H square");
        }
        if (damping < 0) {
            throw new IllegalArgumentException("damping must be ≥ 0, but is " + damping);
        }
        Model model = new Model(Matrices.symmetrized(hessian), gradient.clone(), d.clone(), damping);
        double sum = Matrices.largest(new double[][] {gradient, d, {damping, Matrices.largest(hessian)}});
        if (!(sum <= Double.MAX_VALUE)) {
            return notFound(Status.NOT_FINITE, model, Double.NaN, false, 0);
        }
        return search(model);
    }

    private static Outcome search(Model model) {
        CubicSearch search = new CubicSearch(withoutInert(model), model.gradient(), model.scale(), model.damping());
        boolean definite = search.evaluate(0);
        boolean cubic = model.damping() > 0 && Arrays.stream(model.scale()).anyMatch(x -> x * x > 0);
        if (definite && (!cubic || search.length() == 0)) {
            return found(search.length(), model, true, search);
        }
        if (!cubic) {
            return notFound(Status.NOT_POSITIVE_DEFINITE, model, Double.NaN, false, search.evaluations());
        }
        double high = definite ? Math.min(search.length(), search.largestRadius()) : search.largestRadius();
        if (!definite) {
            if (!search.evaluate(high)) {
                return notFound(Status.UNBOUNDED, model, Double.NaN, false, search.evaluations());
            }
            if (search.length() > high) {
                return notFound(Status.OUT_OF_RANGE, model, Double.NaN, false, search.evaluations());
            }
        }
        if (Arrays.stream(model.gradient()).allMatch(x -> x == 0)) {
            return notFound(Status.ZERO_GRADIENT, model, search.lowerBound(), false, search.evaluations());
        }
        double r = search.root(0, high);
        if (Double.isNaN(r)) {
            return notFound(Status.HARD_CASE, model, search.lowerBound(), definite, search.evaluations());
        }
        return found(r, model, definite, search);
    }

    /** H̄ with 1 on the diagonal of the inert groups, which gives them η_s = 0. */
    private static double[][] withoutInert(Model model) {
        double[][] hessian = model.hessian().clone();
        for (int i = 0; i < hessian.length; i++) {
            boolean inert = model.gradient()[i] == 0
                    && model.scale()[i] == 0
                    && Arrays.stream(hessian[i]).allMatch(x -> x == 0);
            if (inert) {
                hessian[i] = hessian[i].clone();
                hessian[i][i] = 1;
            }
        }
        return hessian;
    }

    private static Outcome found(double r, Model model, boolean definite, CubicSearch search) {
        double[] eta = search.eta();
        double lowerBound = search.lowerBound();
        double value = model.value(eta);
        if (!isSolution(eta, r, value, model)) {
            return notFound(Status.OUT_OF_RANGE, model, lowerBound, definite, search.evaluations());
        }
        return new Outcome(
                Status.CONVERGED,
                eta,
                r,
                lowerBound,
                definite,
                search.evaluations(),
                model.residual(eta, r),
                Math.abs(model.radius(eta) - r),
                value,
                model);
    }

    /**
     * Whether η and r satisfy both of their equations to two digits, which is all that a nearly hard case has in
     * float64, and η is no worse than 0. Where M(r) is so ill-conditioned that they do not, the search ended in
     * rounding noise.
     */
    private static boolean isSolution(double[] eta, double r, double value, Model model) {
        boolean finite = Double.isFinite(r) && Double.isFinite(value);
        return finite
                && value <= 0
                && Math.abs(model.radius(eta) - r) <= ACCURACY * r
                && model.relativeResidual(eta, r) <= ACCURACY;
    }

    private static Outcome notFound(Status status, Model model, double lowerBound, boolean definite, int iterations) {
        double[] eta = new double[model.gradient().length];
        return new Outcome(status, eta, Double.NaN, lowerBound, definite, iterations, Double.NaN, Double.NaN, 0, model);
    }
}
