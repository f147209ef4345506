package soopt.backend;

import java.util.StringJoiner;

/** Sizes of arrays and images, refused in words where they mean nothing or leave the range of an index. */
final class Sizes {
    private Sizes() {}

    static void requireAtLeast(int least, String what, int value) {
        if (value < least) {
            throw new IllegalArgumentException(what + " must be at least " + least + ", but is " + value);
        }
    }

    /** Windows of a kernel in a row of pixels, ⌊(pixels − kernel)/stride⌋ + 1; none if it is longer than the row. */
    static int windows(int pixels, int kernel, int stride) {
        return Math.floorDiv(pixels - kernel, stride) + 1;
    }

    /** Images of at least one pixel whose numbers an index can count. */
    static void requireImages(String user, int channels, int height, int width) {
        requireAtLeast(1, "the channels of a " + user, channels);
        requireAtLeast(1, "the height of the images of a " + user, height);
        requireAtLeast(1, "the width of the images of a " + user, width);
        requireCountable("images", channels, height, width);
    }

    /** A window that lies within the images. */
    static void requireWindow(String window, int kernel, int stride, int height, int width) {
        requireAtLeast(1, "the side of " + window, kernel);
        requireAtLeast(1, "the stride of " + window, stride);
        if (kernel > Math.min(height, width)) {
            throw new IllegalArgumentException(
                    window + " of " + kernel + " does not fit into images of " + height + "×" + width);
        }
    }

    static void requireCountable(String what, long... lengths) {
        long product = 1;
        for (long length : lengths) {
            product = length > Integer.MAX_VALUE ? Long.MAX_VALUE : product * length;
            if (product > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(what + " of " + shape(lengths)
                        + " numbers are too large: an array counts at most " + Integer.MAX_VALUE);
            }
        }
    }

    /** "3×32×32". */
    private static String shape(long... lengths) {
        StringJoiner text = new StringJoiner("×");
        for (long length : lengths) {
            text.add(Long.toString(length));
        }
        return text.toString();
    }
}
