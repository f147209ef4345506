package soopt.optimizer.direction;

import java.util.Arrays;
import soopt.spec.Doc;

/** Odd polynomials a σ + b σ³ + c σ⁵, one after another, that take singular values in (0, 1] near 1. */
public enum Polynomials {
    /** Found by search for a steep beginning (Jordan et al. 2024): five times the same. */
    @Doc("five times that of Jordan et al. (2024): singular values above 0.002 of the matrix's length go to 0.68 … 1.2")
    JORDAN(repeated(5, 3.4445, -4.7750, 2.0315)),

    /**
     * Each the minimax polynomial for 1 on the range that those before it leave of [0.01, 1] (in the way of Amsel et
     * al. 2025), the exchange of Remez with four extrema; what is left of the range is [0.73, 1.27].
     */
    @Doc("three, each the best for what those before it leave: singular values above 0.01 go to 0.73 … 1.27; about half"
            + " the work")
    MINIMAX(new double[][] {
        {8.093370, -23.620428, 17.446150}, {3.636590, -2.721932, 0.536549}, {2.661297, -1.977150, 0.452623}
    });

    private final double[][] coefficients;

    Polynomials(double[][] coefficients) {
        this.coefficients = coefficients;
    }

    private static double[][] repeated(int times, double... polynomial) {
        double[][] all = new double[times][];
        Arrays.fill(all, polynomial);
        return all;
    }

    /** [iterations][3], a, b and c of each. */
    double[][] coefficients() {
        return coefficients;
    }

    int iterations() {
        return coefficients.length;
    }
}
