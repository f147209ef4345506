package soopt.report.export.tensorboard;

import java.util.Locale;

/**
 * Matrices as pictures of one colour scale: blue below 0, red above, white at 0, grey where there is no number. The
 * place of h between white and the end is log(1 + |h|/t) / log(1 + m/t): as |h| near 0, as its logarithm above
 * t = m/{@value #RANGE}.
 *
 * @param largest m, the largest |h| of all matrices that share the scale
 */
public record MatrixPicture(double largest) {
    private static final double RANGE = 1e6;
    /** A picture has at least so many pixels a side, if a whole number of pixels per entry allows it, and at most. */
    private static final int LEAST = 360;

    private static final int MOST = 1024;
    /** Colours on each side of white. */
    private static final int SIDE = 127;

    private static final int UNKNOWN = 2 * SIDE + 1;
    /** From white to the ends; of ColorBrewer's RdBu, which the colour-blind can tell apart. */
    private static final int[] BLUES = {0xf7f7f7, 0xd1e5f0, 0x92c5de, 0x4393c3, 0x2166ac, 0x053061};

    private static final int[] REDS = {0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b, 0x67001f};
    private static final int GREY = 0x7f7f7f;
    private static final int[] PALETTE = palette();

    /** The largest |h| of a matrix; what is not finite does not count. */
    public static double largest(double[][] matrix) {
        double largest = 0;
        for (double[] row : matrix) {
            for (double value : row) {
                largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
            }
        }
        return largest;
    }

    /** What the colours mean. */
    public String legend() {
        return String.format(
                Locale.ROOT,
                "blue below 0, red above; by the logarithm of the size down to %.3g, the ends at ±%.3g",
                largest / RANGE,
                largest);
    }

    /**
     * The picture of a matrix with at least one row and column. Of one with more than {@value #MOST} rows the entry
     * largest in size stands for its neighbours.
     */
    public Png draw(double[][] matrix) {
        int rows = matrix.length;
        int columns = matrix[0].length;
        int size = Math.max(rows, columns);
        int pixels = Math.max(1, (LEAST + size - 1) / size);
        int entries = (size + MOST - 1) / MOST;
        byte[][] picture = new byte[side(rows, pixels, entries)][side(columns, pixels, entries)];
        for (int y = 0; y < picture.length; y++) {
            for (int x = 0; x < picture[y].length; x++) {
                picture[y][x] = entries == 1
                        ? (byte) place(matrix[y / pixels][x / pixels])
                        : (byte) place(extreme(matrix, y * entries, x * entries, entries));
            }
        }
        return Png.of(PALETTE, picture);
    }

    private static int side(int length, int pixels, int entries) {
        return entries == 1 ? length * pixels : (length + entries - 1) / entries;
    }

    private static double extreme(double[][] matrix, int row, int column, int entries) {
        double extreme = Double.NaN;
        for (int i = row; i < Math.min(matrix.length, row + entries); i++) {
            for (int j = column; j < Math.min(matrix[i].length, column + entries); j++) {
                double value = matrix[i][j];
                extreme = Double.isNaN(extreme) || Math.abs(value) > Math.abs(extreme) ? value : extreme;
            }
        }
        return extreme;
    }

    /** In the palette: from 0, the lower end, over {@link #SIDE}, white, to the upper end; then grey. */
    private int place(double value) {
        if (Double.isNaN(value)) {
            return UNKNOWN;
        }
        if (value == 0 || largest == 0) {
            return SIDE;
        }
        double threshold = largest / RANGE;
        double part = Math.min(1, Math.log1p(Math.abs(value) / threshold) / Math.log1p(RANGE));
        return SIDE + (int) Math.rint(Math.copySign(SIDE * part, value));
    }

    private static int[] palette() {
        int[] palette = new int[UNKNOWN + 1];
        for (int i = 0; i <= SIDE; i++) {
            palette[SIDE - i] = between(BLUES, (double) i / SIDE);
            palette[SIDE + i] = between(REDS, (double) i / SIDE);
        }
        palette[UNKNOWN] = GREY;
        return palette;
    }

    private static int between(int[] colours, double part) {
        double place = part * (colours.length - 1);
        int below = Math.min((int) place, colours.length - 2);
        int colour = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int low = colours[below] >> shift & 0xff;
            int high = colours[below + 1] >> shift & 0xff;
            colour = colour << 8 | (int) Math.rint(low + (place - below) * (high - low));
        }
        return colour;
    }
}
