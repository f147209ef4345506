package soopt.sweep.local;

/** What the exit code of a process that was ended from outside means. */
final class Exits {
    private static final int BY_SIGNAL = 128;
    private static final int ABORT = 6;
    private static final int KILL = 9;
    private static final int SEGMENT = 11;

    private Exits() {}

    /** In brackets; empty for codes that say no more than themselves. */
    static String words(int code) {
        return switch (code - BY_SIGNAL) {
            case KILL -> " (killed, as by a system that has no more memory)";
            case ABORT, SEGMENT -> " (crashed)";
            default -> "";
        };
    }
}
