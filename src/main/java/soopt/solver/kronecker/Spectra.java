package soopt.solver.kronecker;

import java.util.Arrays;
import soopt.solver.Solve;

/** Factors [n·n] on the host and their eigenvalues: sums of squares, so that what is negative is rounding or error. */
final class Spectra {
    /** Eigenvalues up to it count as 0. */
    private static final double ZERO = 1e-10;
    /** Of the largest eigenvalue: more below 0 than float32's rounding of a large matrix leaves. */
    private static final double ROUNDING = 1e-4;

    private Spectra() {}

    /** λ, or 0 where it is negative or next to nothing. */
    static double clipped(double value) {
        return value > ZERO ? value : 0;
    }

    /** Whether eigenvalues had to be clipped. */
    static Solve.Ending ending(double[] values) {
        double least = Arrays.stream(values).min().orElse(0);
        double largest = Arrays.stream(values).max().orElse(0);
        return least < -ROUNDING * largest ? Solve.Ending.CLIPPED : Solve.Ending.CONVERGED;
    }

    /** λ, those that are negative or next to nothing as 0. */
    static double[] clipped(double[] values) {
        return Arrays.stream(values).map(Spectra::clipped).toArray();
    }
}
