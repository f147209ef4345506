package soopt.backend;

/**
 * Geometry of a two-dimensional cross-correlation with square kernel: z[n, i, j, o] = Σ_{a,b,c} w[o, a, b, c] x[n,
 * i·stride + a − padding, j·stride + b − padding, c], zero outside. Images are channels-last [height, width,
 * channels], weights [out, kernel, kernel, channels], so that a patch is made of long contiguous runs and the result
 * needs no transposition.
 *
 * @param kernel side of the patches, at most that of the padded images
 * @param stride step of the patches, at least 1
 * @param padding zeros around the images, from 0 to kernel − 1: no patch lies in them alone
 * @param channelsFirst whether the input images are [channels, height, width] instead: the network's input as data
 *     sets give it
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

    /** Channels below which the transforms of minimal filtering cost more than its products save. */
    private static final int LEAST_CHANNELS = 32;

    /** @throws IllegalArgumentException if no patch fits into the padded images, in words for the user */
    public Convolution {
        Sizes.requireImages("convolution", channels, height, width);
        Sizes.requireAtLeast(1, "the output channels of a convolution", outChannels);
        Sizes.requireAtLeast(1, "the kernel of a convolution", kernel);
        Sizes.requireAtLeast(1, "the stride of a convolution", stride);
        Sizes.requireAtLeast(0, "the padding of a convolution", padding);
        if (padding >= kernel) {
            throw new IllegalArgumentException(
                    "the padding of a convolution must be less than its kernel of " + kernel + ", but is " + padding);
        }
        long paddedHeight = height + 2L * padding;
        long paddedWidth = width + 2L * padding;
        if (kernel > Math.min(paddedHeight, paddedWidth)) {
            throw new IllegalArgumentException("a kernel of " + kernel + " does not fit into images of " + height + "×"
                    + width + " with padding " + padding);
        }
        Sizes.requireCountable("padded images", channels, paddedHeight, paddedWidth);
        Sizes.requireCountable("filters", outChannels, channels, kernel, kernel);
        Sizes.requireCountable(
                "outputs", outChannels, (paddedHeight - kernel) / stride + 1, (paddedWidth - kernel) / stride + 1);
    }

    public int outHeight() {
        return Sizes.windows(height + 2 * padding, kernel, stride);
    }

    public int outWidth() {
        return Sizes.windows(width + 2 * padding, kernel, stride);
    }

    /**
     * Whether Winograd's minimal filtering is worth while where it can be had: 3 × 3 kernels of stride 1 on many
     * channels, with 4/9 of the multiplications.
     */
    public boolean filtersMinimally() {
        return kernel == 3 && stride == 1 && !channelsFirst && Math.min(channels, outChannels) >= LEAST_CHANNELS;
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
