package soopt.backend;

/** Geometry of a pooling over square windows without padding, floor mode; images are channels-last [height, width, channels]. */
public record Pooling(int channels, int height, int width, int kernel, int stride) {
    public int outHeight() {
        return (height - kernel) / stride + 1;
    }

    public int outWidth() {
        return (width - kernel) / stride + 1;
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
