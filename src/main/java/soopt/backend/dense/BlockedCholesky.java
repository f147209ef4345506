package soopt.backend.dense;

import java.util.Arrays;

/**
 * U = Lᵀ in panels of rows (Golub and Van Loan 2013, §4.2.6, the left-looking order): what all panels above a panel
 * take from it is one product of matrices, the rest, of one order less, is Java's. Solutions with many right sides are
 * in panels too.
 */
final class BlockedCholesky implements CholeskyFactor {
    /** Rows of a panel: fewer make narrow products, more leave more to Java. */
    private static final int PANEL = 48;
    /** Columns taken at once: the panel's part stays in the cache. */
    private static final int COLUMNS = 256;
    /** Right sides from which on copying U pays. */
    private static final int MANY = 8;

    private final int size;
    private final double[] upper;
    private double smallest;

    BlockedCholesky(int size) {
        this.size = size;
        this.upper = new double[Triangle.numbers(size)];
    }

    @Override
    public int factor(Triangle matrix, double[] scale) {
        smallest = 1;
        double[][] panel = new double[Math.min(PANEL, size)][size];
        try (NativeArray u = new NativeArray((long) size * size);
                NativeArray product = new NativeArray((long) PANEL * size)) {
            for (int top = 0; top < size; top += PANEL) {
                int rows = Math.min(PANEL, size - top);
                int length = size - top;
                NativeArray.View above = u.view(top, size);
                NativeArray.product(true, false, rows, length, top, 1, above, above, 0, product.view(0, length));
                for (int r = 0; r < rows; r++) {
                    if (top == 0) {
                        Arrays.fill(panel[r], 0);
                    } else {
                        product.get((long) r * length, panel[r], 0, length);
                    }
                }
                subtractFrom(matrix, scale, top, rows, panel);
                int definite = eliminate(panel, rows, length);
                if (definite < rows) {
                    return top + definite;
                }
                for (int r = 0; r < rows; r++) {
                    int from = (top + r) * size + top + r;
                    System.arraycopy(panel[r], r, upper, from, length - r);
                    u.put(from, panel[r], r, length - r);
                }
            }
        }
        return size;
    }

    /** panel ← rows top, top + 1, … of C M C, from the diagonal on, minus panel. */
    private void subtractFrom(Triangle matrix, double[] scale, int top, int rows, double[][] panel) {
        for (int i = top; i < size; i++) {
            double[] source = matrix.row(i);
            int from = matrix.at(i) + top;
            int last = Math.min(rows - 1, i - top);
            for (int r = 0; r <= last; r++) {
                double entry = top + r == i ? 1 : source[from + r] * scale[i] * scale[top + r];
                panel[r][i - top] = entry - panel[r][i - top];
            }
        }
    }

    /** The rows of U; fewer than asked if a pivot is not above 0. */
    private int eliminate(double[][] panel, int rows, int length) {
        for (int r = 0; r < rows; r++) {
            double pivot = panel[r][r];
            if (!(pivot > 0)) {
                return r;
            }
            smallest = Math.min(smallest, pivot);
            panel[r][r] = Math.sqrt(pivot);
            for (int i = r + 1; i < rows; i++) {
                panel[r][i] /= panel[r][r];
            }
            for (int s = r + 1; s < rows; s++) {
                subtract(panel[r], panel[r][s], panel[s], s, rows);
            }
        }
        for (int from = rows; from < length; from += COLUMNS) {
            int to = Math.min(length, from + COLUMNS);
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < r; q++) {
                    subtract(panel[q], panel[q][r], panel[r], from, to);
                }
                divide(panel[r], panel[r][r], from, to);
            }
        }
        return rows;
    }

    /** y ← y − factor x. */
    private static void subtract(double[] x, double factor, double[] y, int from, int to) {
        for (int i = from; i < to; i++) {
            y[i] -= factor * x[i];
        }
    }

    private static void divide(double[] x, double divisor, int from, int to) {
        for (int i = from; i < to; i++) {
            x[i] /= divisor;
        }
    }

    @Override
    public double smallestPivot() {
        return smallest;
    }

    @Override
    public void forward(double[] x) {
        for (int i = 0; i < size; i++) {
            int row = i * size;
            x[i] /= upper[row + i];
            double solved = x[i];
            for (int j = i + 1; j < size; j++) {
                x[j] -= upper[row + j] * solved;
            }
        }
    }

    @Override
    public void backward(double[] x) {
        for (int i = size - 1; i >= 0; i--) {
            int row = i * size;
            double s0 = 0;
            double s1 = 0;
            double s2 = 0;
            double s3 = 0;
            int j = i + 1;
            for (; j + 3 < size; j += 4) {
                s0 += upper[row + j] * x[j];
                s1 += upper[row + j + 1] * x[j + 1];
                s2 += upper[row + j + 2] * x[j + 2];
                s3 += upper[row + j + 3] * x[j + 3];
            }
            for (; j < size; j++) {
                s0 += upper[row + j] * x[j];
            }
            x[i] = (x[i] - (s0 + s1 + (s2 + s3))) / upper[row + i];
        }
    }

    @Override
    public void solveRows(double[] x, int rows) {
        if (rows < MANY) {
            double[] row = new double[size];
            for (int r = 0; r < rows; r++) {
                System.arraycopy(x, r * size, row, 0, size);
                forward(row);
                backward(row);
                System.arraycopy(row, 0, x, r * size, size);
            }
            return;
        }
        try (NativeArray u = copyOfUpper();
                NativeArray b = new NativeArray((long) size * rows)) {
            double[] entries = new double[rows];
            for (int i = 0; i < size; i++) {
                for (int r = 0; r < rows; r++) {
                    entries[r] = x[r * size + i];
                }
                b.put((long) i * rows, entries, 0, rows);
            }
            new Substitution(u, b, rows, false).run();
            for (int i = 0; i < size; i++) {
                b.get((long) i * rows, entries, 0, rows);
                for (int r = 0; r < rows; r++) {
                    x[r * size + i] = entries[r];
                }
            }
        }
    }

    @Override
    public double[] inverse() {
        double[] inverse = new double[upper.length];
        try (NativeArray u = copyOfUpper();
                NativeArray b = new NativeArray((long) size * size)) {
            double[] entries = new double[size];
            for (int i = 0; i < size; i++) {
                entries[i] = 1;
                b.put((long) i * size, entries, 0, size);
                entries[i] = 0;
            }
            new Substitution(u, b, size, true).run();
            for (int i = 0; i < size; i++) {
                b.get((long) i * size, inverse, i * size, i + 1);
            }
        }
        mirror(inverse, size);
        return inverse;
    }

    /** Makes the upper triangle that of the symmetric matrix whose lower one is there. */
    static void mirror(double[] matrix, int size) {
        for (int top = 0; top < size; top += PANEL) {
            for (int left = 0; left <= top; left += PANEL) {
                for (int i = top; i < Math.min(size, top + PANEL); i++) {
                    for (int j = left; j < Math.min(i, left + PANEL); j++) {
                        matrix[j * size + i] = matrix[i * size + j];
                    }
                }
            }
        }
    }

    private NativeArray copyOfUpper() {
        NativeArray u = new NativeArray((long) size * size);
        for (int i = 0; i < size; i++) {
            int from = i * size + i;
            u.put(from, upper, from, size - i);
        }
        return u;
    }

    /** B ← M⁻¹ B by panels of rows; b: [n, columns]. */
    private final class Substitution {
        private final NativeArray u;
        private final NativeArray b;
        private final int columns;
        private final boolean ofIdentity;
        private final double[][] panel;

        /** @param ofIdentity B = I: its lower triangle alone is read and becomes that of M⁻¹ */
        Substitution(NativeArray u, NativeArray b, int columns, boolean ofIdentity) {
            this.u = u;
            this.b = b;
            this.columns = columns;
            this.ofIdentity = ofIdentity;
            this.panel = new double[PANEL][columns];
        }

        void run() {
            for (int top = 0; top < size; top += PANEL) {
                int rows = Math.min(PANEL, size - top);
                int width = ofIdentity ? top : columns;
                NativeArray.product(
                        true, false, rows, width, top, -1, u.view(top, size), b.view(0, columns), 1, block(top));
                forwardPanel(top, rows, ofIdentity ? top + rows : columns);
            }
            for (int top = (size - 1) / PANEL * PANEL; top >= 0; top -= PANEL) {
                int rows = Math.min(PANEL, size - top);
                int below = top + rows;
                int width = ofIdentity ? below : columns;
                NativeArray.product(
                        false,
                        false,
                        rows,
                        width,
                        size - below,
                        -1,
                        u.view((long) top * size + below, size),
                        block(below),
                        1,
                        block(top));
                backwardPanel(top, rows, width);
            }
        }

        private NativeArray.View block(int top) {
            return b.view((long) top * columns, columns);
        }

        private void forwardPanel(int top, int rows, int width) {
            get(top, rows, width);
            for (int from = 0; from < width; from += COLUMNS) {
                int to = Math.min(width, from + COLUMNS);
                for (int r = 0; r < rows; r++) {
                    for (int q = 0; q < r; q++) {
                        subtract(panel[q], upper[(top + q) * size + top + r], panel[r], from, to);
                    }
                    divide(panel[r], upper[(top + r) * size + top + r], from, to);
                }
            }
            put(top, rows, width);
        }

        private void backwardPanel(int top, int rows, int width) {
            get(top, rows, width);
            for (int from = 0; from < width; from += COLUMNS) {
                int to = Math.min(width, from + COLUMNS);
                for (int r = rows - 1; r >= 0; r--) {
                    for (int q = r + 1; q < rows; q++) {
                        subtract(panel[q], upper[(top + r) * size + top + q], panel[r], from, to);
                    }
                    divide(panel[r], upper[(top + r) * size + top + r], from, to);
                }
            }
            put(top, rows, width);
        }

        private void get(int top, int rows, int width) {
            for (int r = 0; r < rows; r++) {
                b.get((long) (top + r) * columns, panel[r], 0, width);
            }
        }

        private void put(int top, int rows, int width) {
            for (int r = 0; r < rows; r++) {
                b.put((long) (top + r) * columns, panel[r], 0, width);
            }
        }
    }
}
