package soopt.backend;

import java.util.Arrays;

/** The floating-point type of every tensor of a run. */
public enum Precision {
    FLOAT32(4, 0x1p-24),
    FLOAT64(8, 0x1p-53);

    private final int bytes;
    private final double unitRoundoff;

    Precision(int bytes, double unitRoundoff) {
        this.bytes = bytes;
        this.unitRoundoff = unitRoundoff;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /**
     * Bytes of an array of that shape.
     *
     * @throws IllegalArgumentException if 64 bits do not count them
     */
    public long bytesOf(int... shape) {
        long numbers = Tensor.sizeOf(shape);
        if (numbers > Long.MAX_VALUE / 16) {
            throw new IllegalArgumentException(
                    "an array of " + Arrays.toString(shape) + " numbers is beyond every memory");
        }
        return numbers * bytes;
    }

    /** Largest relative error of rounding to nearest. */
    public double unitRoundoff() {
        return unitRoundoff;
    }
}
