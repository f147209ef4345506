package soopt.solver.dense;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import soopt.backend.dense.Cholesky;
import soopt.backend.dense.SymmetricEigen;
import soopt.solver.Solve;
import soopt.solver.Solve.Ending;

/**
 * What is made of a symmetric matrix M [n, n] that should be positive definite, one rung after another until one holds:
 *
 * <ol>
 *   <li>Cholesky's factors of M;
 *   <li>of M + σI, σ = ε m, 10 ε m … with m = Σ|M_ii|/n, which is trace M/n where all are positive (Levenberg 1944);
 *   <li>M with its eigenvalues raised to a floor φ max|λ|, or |λ| in their place first;
 *   <li>nothing: the caller goes on with what it had ({@link Rung#orKeep}).
 * </ol>
 *
 * A rung holds if no pivot is within n roundoffs of 0 and what it gives solves a system with a backward error below
 * {@value #ACCURACY}.
 *
 * @param firstShift ε, in (0, 1]
 * @param largestShift the largest σ/m that is tried; 0 for no shift at all
 * @param clip what is done to eigenvalues below the floor
 * @param floor φ, in (0, 1]
 */
public record Ladder(double firstShift, double largestShift, Clip clip, double floor) {
    /** ‖A x − b‖ / (‖A‖ ‖x‖ + ‖b‖): rounding gives about n roundoffs. */
    static final double ACCURACY = 1e-8;

    /** For averages of outer products and what else is definite but for rounding. */
    public static final Ladder DEFAULT = new Ladder(1e-10, 1e-6, Clip.RAISE, 1e-8);

    /** What becomes of eigenvalues. */
    public enum Clip {
        /** max(λ, φ max|λ|): directions of negative curvature count as flat ones. */
        RAISE,
        /** max(|λ|, φ max|λ|): they count as steep as they are (Nocedal and Wright 2006, §3.4). */
        MIRROR,
        /** They are left alone: the rung is not there. */
        NONE
    }

    public Ladder {
        require(firstShift > 0 && firstShift <= 1, "the first shift must be in (0, 1]", firstShift);
        require(largestShift >= 0 && largestShift <= Double.MAX_VALUE, "the largest shift must be ≥ 0", largestShift);
        require(floor > 0 && floor <= 1, "the floor of eigenvalues must be in (0, 1]", floor);
    }

    private static void require(boolean holds, String what, double value) {
        if (!holds) {
            throw new IllegalArgumentException(what + ", but is " + value);
        }
    }

    /**
     * Where the climb ended.
     *
     * @param solve CONVERGED on the first rung, SHIFTED on the second, CLIPPED on the third; KEPT if an earlier matrix
     *     is used, BREAKDOWN if there is none, NOT_FINITE if M is not. The iterations are factorizations, the residual
     *     is the backward error of a system solved for trial
     * @param shift σ of a shifted matrix
     * @param clipped number of eigenvalues below the floor of a clipped one
     * @param definite what to solve with
     */
    public record Rung(Solve solve, OptionalDouble shift, OptionalInt clipped, Optional<Definite> definite) {
        /** This one, or, if it has nothing to solve with, what was used before, if there is such. */
        public Rung orKeep(Optional<Definite> last) {
            if (definite.isPresent() || last.isEmpty()) {
                return this;
            }
            return ended(new Solve(Ending.KEPT, solve.iterations(), Double.NaN), last);
        }

        private static Rung ended(Solve solve, Optional<Definite> definite) {
            return new Rung(solve, OptionalDouble.empty(), OptionalInt.empty(), definite);
        }
    }

    /**
     * Climbs as far as needed.
     *
     * @param matrix [n·n] row-major M, of which the lower triangle is read
     * @throws IllegalArgumentException if it has another length, or an array does not count n² numbers
     */
    public Rung climb(double[] matrix, int size) {
        Cholesky cholesky = new Cholesky(size);
        Trial trial = new Trial(matrix, size);
        if (!trial.isFinite()) {
            return Rung.ended(new Solve(Ending.NOT_FINITE, 0, Double.NaN), Optional.empty());
        }
        int tries = 1;
        double residual = factor(cholesky, trial, 0);
        if (residual <= ACCURACY) {
            return Rung.ended(
                    new Solve(Ending.CONVERGED, tries, residual), Optional.of(new Definite.Factored(cholesky)));
        }
        double unit = trial.meanDiagonal();
        for (double part = firstShift; part <= largestShift * (1 + 1e-9) && unit > 0; part *= 10) {
            tries++;
            double shift = part * unit;
            residual = factor(cholesky, trial, shift);
            if (residual <= ACCURACY) {
                return new Rung(
                        new Solve(Ending.SHIFTED, tries, residual),
                        OptionalDouble.of(shift),
                        OptionalInt.empty(),
                        Optional.of(new Definite.Factored(cholesky)));
            }
        }
        return clip(trial, tries);
    }

    /** The backward error of M + shift I in Cholesky's factors; infinite if it has none. */
    private static double factor(Cholesky cholesky, Trial trial, double shift) {
        int size = trial.size();
        boolean definite = cholesky.factor(trial.matrix(), shift) == size
                && (size == 0 || cholesky.smallestPivot() > size * Math.ulp(1.0));
        return definite ? trial.backwardError(shift, cholesky::solve) : Double.POSITIVE_INFINITY;
    }

    private Rung clip(Trial trial, int tries) {
        Solve none = new Solve(Ending.BREAKDOWN, tries, Double.NaN);
        if (clip == Clip.NONE) {
            return Rung.ended(none, Optional.empty());
        }
        Optional<SymmetricEigen> found = SymmetricEigen.of(trial.matrix(), trial.size());
        if (found.isEmpty()) {
            return Rung.ended(none, Optional.empty());
        }
        SymmetricEigen eigen = found.get();
        double residual = trial.distance(eigen);
        double largest = Arrays.stream(eigen.values()).map(Math::abs).max().orElse(0);
        double least = floor * largest;
        if (!(least >= Double.MIN_NORMAL && residual <= ACCURACY)) {
            return Rung.ended(none, Optional.empty());
        }
        boolean mirrors = clip == Clip.MIRROR;
        double[] raised = Arrays.stream(eigen.values())
                .map(value -> Math.max(mirrors ? Math.abs(value) : value, least))
                .toArray();
        int below = (int)
                Arrays.stream(eigen.values()).filter(value -> value < least).count();
        return new Rung(
                new Solve(Ending.CLIPPED, tries + 1, residual),
                OptionalDouble.empty(),
                OptionalInt.of(below),
                Optional.of(new Definite.Diagonalized(new SymmetricEigen(raised, eigen.vectors()))));
    }
}
