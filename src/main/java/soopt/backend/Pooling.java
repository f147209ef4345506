package soopt.backend;

/**
 * Geometry of a pooling over square windows without padding, floor mode; images are channels-last [height, width,
 * channels].
 *
 * @param kernel side of the windows, at most that of the images
 * @param stride step of the windows, at least 1
 */
public record Pooling(int channels, int height, int width, int kernel, int stride) {

    /** @throws IllegalArgumentException if no window fits into the images, in words for the user */
    public Pooling {
        Sizes.requireImages("max-pool", channels, height, width);
        Sizes.requireWindow("a max-pool window", kernel, stride, height, width);
    }

    public int outHeight() {
        return Sizes.windows(height, kernel, stride);
    }

    public int outWidth() {
        return Sizes.windows(width, kernel, stride);
    }

    /** Numbers of one input image. */
    public int inputs() {
        return channels * height * width;
    }

    /** Numbers of one output image. */
    public int outputs() {
        return channels * outHeight() * outWidth();
    }
}
