package soopt.backend.vector;

import java.nio.ByteBuffer;

/** Loops over channels-last images of one floating-point type; free of Vector API types, as {@link Loops}. */
public interface ImageLoops {
    /** The numbers of a convolution's or pooling's geometry. */
    record Shape(
            int channels, int height, int width, int outHeight, int outWidth, int kernel, int stride, int padding) {}

    /** [channels, pixels] of one image → [pixels, channels]. */
    void channelsLast(ByteBuffer x, int at, int pixels, int channels, ByteBuffer out, int atOut);

    /** Patches of output rows from … to − 1 (counted over all images): [(to − from)·outWidth, kernel²·channels]. */
    void patches(Shape g, ByteBuffer x, int at, ByteBuffer out, int atOut, int rowFrom, int rowTo);

    /**
     * The adjoint for images from … to − 1: adds patches [images·positions, kernel²·channels] to the pixels they came
     * from.
     */
    void addPatches(Shape g, ByteBuffer patches, int at, ByteBuffer dx, int atDx, int imageFrom, int imageTo);

    /** The most output channels that {@link #narrowConvolution} takes. */
    int narrow();

    /**
     * Images from … to − 1 of out ← α A(x; w) + β out for few output channels, without forming patches.
     *
     * @param planes whether x is [channels, height, width]
     */
    void narrowConvolution(
            Shape g,
            boolean planes,
            int outChannels,
            ByteBuffer x,
            int at,
            ByteBuffer w,
            int atW,
            double alpha,
            double beta,
            ByteBuffer out,
            int atOut,
            int from,
            int to);

    /**
     * dw_b [outChannels, patch] += the adjoint in w over the images of block b, for images from … to − 1, for few
     * output channels.
     *
     * @param from a multiple of block
     */
    void narrowWeightGradient(
            Shape g,
            boolean planes,
            int outChannels,
            ByteBuffer x,
            int at,
            ByteBuffer dy,
            int atDy,
            double[][] dw,
            int block,
            int from,
            int to);

    /** Maximum and its place for output rows from … to − 1, counted over all images. */
    void maxPool(
            Shape g, ByteBuffer x, int at, ByteBuffer out, int atOut, ByteBuffer index, int atIndex, int from, int to);

    /** Elements at stored places, for output rows from … to − 1. */
    void select(
            Shape g, ByteBuffer x, int at, ByteBuffer index, int atIndex, ByteBuffer out, int atOut, int from, int to);

    /**
     * Adds dy at stored places, for output rows from … to − 1; windows of different rows must not overlap unless done
     * in turn.
     */
    void scatter(
            Shape g, ByteBuffer dy, int at, ByteBuffer index, int atIndex, ByteBuffer dx, int atDx, int from, int to);

    /** out [c] ← mean of rows × columns pixels [c] of an image of the given width, from the pixel at on. */
    void average(ByteBuffer x, int at, int width, int c, int rows, int columns, ByteBuffer out, int atOut);

    /** Adds dy/(rows·columns) to each of these pixels. */
    void spread(ByteBuffer dy, int at, int width, int c, int rows, int columns, ByteBuffer dx, int atDx);
}
