package soopt.solver;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A symmetric tridiagonal matrix T [k, k] in float64.
 *
 * @param diagonal [k] α
 * @param offDiagonal [k − 1] β, beside it
 */
public record Tridiagonal(double[] diagonal, double[] offDiagonal) {
    /** Sweeps for one eigenvalue; about two are taken. */
    private static final int MOST_SWEEPS = 60;

    private static final double ROUNDING = 0x1p-53;

    public Tridiagonal {
        if (offDiagonal.length != Math.max(0, diagonal.length - 1)) {
            throw new IllegalArgumentException(offDiagonal.length + " numbers beside a diagonal of " + diagonal.length);
        }
    }

    /**
     * T = Σ_i θ_i v_i v_iᵀ.
     *
     * @param values [k] ascending
     * @param vectors [k][k] v_i in row i
     */
    public record Eigen(double[] values, double[][] vectors) {}

    public int size() {
        return diagonal.length;
    }

    /** The leading part of T, [n, n]. */
    public Tridiagonal leading(int n) {
        return new Tridiagonal(Arrays.copyOf(diagonal, n), Arrays.copyOf(offDiagonal, Math.max(0, n - 1)));
    }

    /**
     * By implicit QL sweeps with Wilkinson's shift (Golub and Van Loan 2013, §8.3), each eigenvalue to a few roundoffs
     * of ‖T‖.
     *
     * @throws IllegalArgumentException if an entry is not finite
     */
    public Eigen eigen() {
        double scale = largest();
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("eigenvalues of a matrix that is not finite");
        }
        // a power of two, exact to undo, that keeps squares in range
        double unit = scale == 0 ? 1 : Math.scalb(1.0, Math.max(-1000, -Math.getExponent(scale)));
        Sweeps sweeps = new Sweeps(this, unit);
        for (int l = 0; l < size(); l++) {
            sweeps.settle(l);
        }
        int[] order = IntStream.range(0, size())
                .boxed()
                .sorted((i, j) -> Double.compare(sweeps.d[i], sweeps.d[j]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] values = new double[size()];
        double[][] vectors = new double[size()][];
        for (int i = 0; i < size(); i++) {
            values[i] = sweeps.d[order[i]] / unit;
            vectors[i] = sweeps.rows[order[i]];
        }
        return new Eigen(values, vectors);
    }

    private double largest() {
        double largest = 0;
        for (double entry : diagonal) {
            largest = Math.max(largest, Math.abs(entry));
        }
        for (double entry : offDiagonal) {
            largest = Math.max(largest, Math.abs(entry));
        }
        return largest;
    }

    /** Rotations that make unit · T diagonal, and their product. */
    private static final class Sweeps {
        private final int size;
        private final double[] d;
        private final double[] e;
        private final double[][] rows;

        Sweeps(Tridiagonal t, double unit) {
            this.size = t.size();
            this.d = new double[size];
            this.e = new double[size];
            this.rows = new double[size][size];
            for (int i = 0; i < size; i++) {
                d[i] = t.diagonal[i] * unit;
                e[i] = i < size - 1 ? t.offDiagonal[i] * unit : 0;
                rows[i][i] = 1;
            }
        }

        /** Makes d_l an eigenvalue. */
        void settle(int l) {
            for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
                int end = firstSplit(l);
                if (end == l) {
                    return;
                }
                sweep(l, end);
            }
            // never seen: an entry that does not vanish in so many sweeps is within a few roundoffs of it
            e[l] = 0;
        }

        /** The first i ≥ l with β_i within rounding of 0, beside its neighbours or beside ‖T‖, here 1 to 6. */
        private int firstSplit(int l) {
            int i = l;
            while (i < size - 1 && Math.abs(e[i]) > ROUNDING * (0.5 + Math.abs(d[i]) + Math.abs(d[i + 1]))) {
                i++;
            }
            return i;
        }

        private void sweep(int l, int end) {
            double g = (d[l + 1] - d[l]) / (2 * e[l]);
            double shifted = d[end] - d[l] + e[l] / (g + Math.copySign(Math.hypot(g, 1), g));
            double sine = 1;
            double cosine = 1;
            double carried = 0;
            for (int i = end - 1; i >= l; i--) {
                double f = sine * e[i];
                double b = cosine * e[i];
                double r = Math.hypot(f, shifted);
                e[i + 1] = r;
                if (r == 0) {
                    // the matrix has split here
                    d[i + 1] -= carried;
                    e[end] = 0;
                    return;
                }
                sine = f / r;
                cosine = shifted / r;
                double below = d[i + 1] - carried;
                double mixed = (d[i] - below) * sine + 2 * cosine * b;
                carried = sine * mixed;
                d[i + 1] = below + carried;
                shifted = cosine * mixed - b;
                rotate(rows[i], rows[i + 1], cosine, sine);
            }
            d[l] -= carried;
            e[l] = shifted;
            e[end] = 0;
        }

        private static void rotate(double[] x, double[] y, double cosine, double sine) {
            for (int k = 0; k < x.length; k++) {
                double old = y[k];
                y[k] = sine * x[k] + cosine * old;
                x[k] = cosine * x[k] - sine * old;
            }
        }
    }
}
