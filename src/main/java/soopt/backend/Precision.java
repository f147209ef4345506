package soopt.backend;

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

    /** Largest relative error of rounding to nearest. */
    public double unitRoundoff() {
        return unitRoundoff;
    }
}
