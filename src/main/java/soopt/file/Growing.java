package soopt.file;

/**
 * A file that grows at its end alone, so that one number says what was in it at a moment: a checkpoint notes it, and a
 * run that goes on from there cuts the file back to it.
 */
public interface Growing {
    /** How long it is now: bytes, or arrays of an archive. */
    long mark();

    /** Has the disk keep what is in it: then it holds at least its mark after a power cut too. */
    void force();

    /**
     * Takes away what was added since.
     *
     * @param mark what {@link #mark} said, ≤ what it says now
     */
    void cutBack(long mark);
}
