package soopt.solver;

/** φ(α) = L(θ + α d) on a ray: what a line search may ask. */
public interface Line {
    /** φ(α). */
    double value(double alpha);

    /** φ(α) and φ′(α) = ∇L(θ + α d)ᵀd. */
    Point at(double alpha);

    /** Says that the point of the last {@link #at} is the best so far: its gradient is worth keeping. */
    void keep();

    /** max |d_i|, the largest change of a parameter for α = 1. */
    double scale();

    /**
     * A point of it.
     *
     * @param value φ(α); NaN where it was not evaluated
     * @param slope φ′(α); NaN where it was not evaluated
     */
    record Point(double alpha, double value, double slope) {
        /** Whether the value is a number; where the slope was asked for, it too. */
        public boolean isFinite() {
            return Double.isFinite(value) && Double.isFinite(slope);
        }
    }
}
