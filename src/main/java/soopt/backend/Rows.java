package soopt.backend;

import java.util.Optional;

/** Rows of numbers on the host, of which an engine may keep a copy where it computes ({@link Backend#keep}). */
public interface Rows {
    /** Number of rows. */
    int count();

    /** Numbers of a row. */
    int width();

    /** out_{k·width + j} ← number j of row from + k, for k &lt; count. */
    void read(int from, int count, float[] out);

    /** The same in float64. */
    void read(int from, int count, double[] out);

    /** What the rows are looked up by, where they are images of bytes. */
    Optional<Pixels> pixels();

    /**
     * Images of bytes.
     *
     * @param bytes [N, channels, height, width], unsigned
     * @param values [channels, 256] the number that a byte of a channel stands for
     */
    record Pixels(byte[] bytes, double[][] values, int height, int width) {}

    /**
     * The place of a window of an image's size on the image with a black border, then perhaps mirrored: (y, x) of it is
     * (y + top, x′ + left) of the image, with x′ = width − 1 − x if mirrored, else x.
     *
     * @param top from −127 to 127
     * @param left from −127 to 127
     */
    record Window(int top, int left, boolean mirrored) {
        private static final int BYTE = 0xff;
        private static final int MIRRORED = 1 << 16;

        /** The window of a code. */
        public static Window of(int code) {
            return new Window((byte) code, (byte) (code >> Byte.SIZE), (code & MIRRORED) != 0);
        }

        /** In one number; 0 for the image itself. */
        public int code() {
            return top & BYTE | (left & BYTE) << Byte.SIZE | (mirrored ? MIRRORED : 0);
        }
    }

    /** A copy where the engine computes. */
    interface Kept extends AutoCloseable {
        /**
         * out_k ← row_k for each row named, the same bits as when it is read.
         *
         * @param windows {@link Window#code} of each; 0 where rows are no images
         * @param out [rows, width]
         */
        void gather(int[] rows, int[] windows, Tensor out);

        @Override
        void close();
    }
}
