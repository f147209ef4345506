package soopt.solver;

/**
 * How the solution of a linear system, or of what takes its place, ended.
 *
 * @param iterations products or factorizations that it took
 * @param residual relative, in the norm of the method; NaN if it is not known
 */
public record Solve(Ending ending, int iterations, double residual) {
    /** In the order of how much can be made of it. */
    public enum Ending {
        /** What was asked for is reached. */
        CONVERGED("converged"),
        /** The number of iterations is used up; the best so far is the answer. */
        LIMIT("limit of iterations"),
        /** A direction of negative curvature was met; the answer is what was found before it, or that direction. */
        NEGATIVE_CURVATURE("negative curvature"),
        /** The matrix was made positive definite by a multiple of the identity. */
        SHIFTED("not positive definite: shifted"),
        /** The matrix was made positive definite by its eigenvalues. */
        CLIPPED("not positive definite: eigenvalues clipped"),
        /** There is no new solution: that of an earlier step is used. */
        KEPT("not solvable: the last solution kept"),
        /** A division by zero, or by what rounding left of it. */
        BREAKDOWN("breakdown"),
        /** The right side is zero: there is nothing to solve. */
        ZERO("zero right side"),
        /** A number is NaN or infinite. */
        NOT_FINITE("not finite");

        private final String words;

        Ending(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** Whether there is an answer to go along. */
    public boolean usable() {
        return ending != Ending.BREAKDOWN && ending != Ending.ZERO && ending != Ending.NOT_FINITE;
    }
}
