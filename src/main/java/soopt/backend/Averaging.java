package soopt.backend;

/**
 * Geometry of an average pooling of channels-last images to outHeight × outWidth cells: cell (i, j) is the mean of rows
 * rowFrom(i) … rowTo(i) − 1 and the columns alike.
 *
 * @param kernel side of the windows, or 0 for adaptive cells floor(i·height/outHeight) … ceil((i + 1)·height/outHeight) − 1
 * @param stride step of the windows; unused for adaptive cells
 */
public record Averaging(int channels, int height, int width, int outHeight, int outWidth, int kernel, int stride) {

    /** Windows of one size, floor mode, no padding. */
    public static Averaging windows(int channels, int height, int width, int kernel, int stride) {
        return new Averaging(
                channels, height, width, (height - kernel) / stride + 1, (width - kernel) / stride + 1, kernel, stride);
    }

    /** A given number of cells that cover the image. */
    public static Averaging adaptive(int channels, int height, int width, int outHeight, int outWidth) {
        return new Averaging(channels, height, width, outHeight, outWidth, 0, 0);
    }

    public int rowFrom(int i) {
        return kernel > 0 ? i * stride : i * height / outHeight;
    }

    public int rowTo(int i) {
        return kernel > 0 ? i * stride + kernel : ((i + 1) * height + outHeight - 1) / outHeight;
    }

    public int columnFrom(int j) {
        return kernel > 0 ? j * stride : j * width / outWidth;
    }

    public int columnTo(int j) {
        return kernel > 0 ? j * stride + kernel : ((j + 1) * width + outWidth - 1) / outWidth;
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
