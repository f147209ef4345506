package soopt.backend;

/**
 * Geometry of an average pooling of channels-last images to outHeight × outWidth cells: cell (i, j) is the mean of rows
 * rowFrom(i) … rowTo(i) − 1 and the columns alike.
 *
 * @param kernel side of the windows, at most that of the images; 0 for adaptive cells floor(i·height/outHeight) …
 *     ceil((i + 1)·height/outHeight) − 1
 * @param stride step of the windows, at least 1; 0 for adaptive cells
 */
public record Averaging(int channels, int height, int width, int outHeight, int outWidth, int kernel, int stride) {
    private static final String WINDOW = "an average-pool window";

    /** @throws IllegalArgumentException if no window fits into the images, in words for the user */
    public Averaging {
        Sizes.requireImages("average-pool", channels, height, width);
        Sizes.requireAtLeast(1, "the cells of an average-pool in a column", outHeight);
        Sizes.requireAtLeast(1, "the cells of an average-pool in a row", outWidth);
        Sizes.requireCountable("cells", channels, outHeight, outWidth);
        if (kernel != 0 || stride != 0) {
            Sizes.requireWindow(WINDOW, kernel, stride, height, width);
            int rows = Sizes.windows(height, kernel, stride);
            int columns = Sizes.windows(width, kernel, stride);
            if (outHeight != rows || outWidth != columns) {
                throw new IllegalArgumentException(WINDOW + " of " + kernel + " at every " + stride + " pixels makes "
                        + rows + "×" + columns + " cells of images of " + height + "×" + width + ", not " + outHeight
                        + "×" + outWidth);
            }
        }
    }

    /** Windows of one size, floor mode, no padding. */
    public static Averaging windows(int channels, int height, int width, int kernel, int stride) {
        Sizes.requireWindow(WINDOW, kernel, stride, height, width);
        int rows = Sizes.windows(height, kernel, stride);
        int columns = Sizes.windows(width, kernel, stride);
        return new Averaging(channels, height, width, rows, columns, kernel, stride);
    }

    /** A given number of cells that cover the image. */
    public static Averaging adaptive(int channels, int height, int width, int outHeight, int outWidth) {
        return new Averaging(channels, height, width, outHeight, outWidth, 0, 0);
    }

    public int rowFrom(int i) {
        return kernel > 0 ? i * stride : floor(i, height, outHeight);
    }

    public int rowTo(int i) {
        return kernel > 0 ? i * stride + kernel : ceil(i + 1, height, outHeight);
    }

    public int columnFrom(int j) {
        return kernel > 0 ? j * stride : floor(j, width, outWidth);
    }

    public int columnTo(int j) {
        return kernel > 0 ? j * stride + kernel : ceil(j + 1, width, outWidth);
    }

    private static int floor(int i, int pixels, int cells) {
        return (int) ((long) i * pixels / cells);
    }

    private static int ceil(int i, int pixels, int cells) {
        return (int) (((long) i * pixels + cells - 1) / cells);
    }

    /** Numbers of one input image. */
    public int inputs() {
        return channels * height * width;
    }

    /** Numbers of one output image. */
    public int outputs() {
        return channels * outHeight * outWidth;
    }
}
