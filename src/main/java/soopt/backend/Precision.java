package soopt.backend;

import java.util.Arrays;
import java.util.List;

/** The floating-point type of every tensor of a run. */
public enum Precision {
    FLOAT32(4, 0x1p-24),
    FLOAT64(8, 0x1p-53),
    /** float32, but products of matrices round their factors to 11 bits: NVIDIA GPUs of capability 8.0 and above. */
    TF32(4, 0x1p-11);

    /** Those that every engine has. */
    public static final List<Precision> EVERYWHERE = List.of(FLOAT32, FLOAT64);

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

    /** Whether tensors are in float32. */
    public boolean isSingle() {
        return bytes == Float.BYTES;
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

    /** Largest relative error of rounding to nearest, in products of matrices. */
    public double unitRoundoff() {
        return unitRoundoff;
    }
}
