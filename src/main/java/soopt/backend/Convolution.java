package soopt.backend;

/**
 * Geometry of a two-dimensional cross-correlation with square kernel: z[n, i, j, o] = Σ_{a,b,c} w[o, a, b, c] x[n, i·stride + a − padding,
 * j·stride + b − padding, c], zero outside. Images are channels-last [height, width, channels], weights [out, kernel, kernel,
 * channels], so that a patch is made of long contiguous runs and the result needs no transposition.
 *
 * @param channelsFirst whether the input images are [channels, height, width] instead: the network's input as data sets give it
 */
public record Convolution(
        int channels,
        int height,
        int width,
        int outChannels,
        int kernel,
        int stride,
        int padding,
        boolean channelsFirst) {

    public int outHeight() {
        return (height + 2 * padding - kernel) / stride + 1;
    }

    public int outWidth() {
        return (width + 2 * padding - kernel) / stride + 1;
    }

    /** Numbers of one patch: kernel² · channels. */
    public int patch() {
        return kernel * kernel * channels;
    }

    /** Positions of one output image. */
    public int positions() {
        return outHeight() * outWidth();
    }

    /** Numbers of one input image. */
    public int inputs() {
        return channels * height * width;
    }

    /** Numbers of one output image. */
    public int outputs() {
        return outChannels * positions();
    }
}
