package soopt.cli.options;

/** What the process says of its end to whoever started it. */
public final class ExitCode {
    public static final int OK = 0;
    /** A mistake of the program, or a check that did not pass. */
    public static final int INTERNAL = 1;

    public static final int USAGE = 2;
    /** The experiment file, or a results folder that cannot be used. */
    public static final int SPEC = 3;

    public static final int DATASET = 4;
    /** Native libraries, memory, accelerator. */
    public static final int DEVICE = 5;

    /** Training came to nothing: diverged, or no parameter moved. */
    public static final int DIVERGED = 6;

    /** Of a sweep, whose other runs are done. */
    public static final int SOME_FAILED = 7;

    public static final int INTERRUPTED = 130;
    /** Whoever read the results went away. */
    public static final int BROKEN_PIPE = 141;

    public static final int TERMINATED = 143;

    /** The list that every help text of the program ends with. */
    public static final String HELP =
            "Exit codes: 0 ok, 1 internal error or failed check, 2 usage, 3 experiment file or results folder,"
                    + " 4 data set, 5 device, 6 diverged or no parameter moved, 7 some runs of a sweep failed, 75 stopped by a signal with a checkpoint,"
                    + " 130 by Ctrl-C, 143 by TERM outside of a run";

    private ExitCode() {}
}
