package soopt.cli;

/** What the process says of its end to whoever started it. */
final class ExitCode {
    static final int OK = 0;
    /** A mistake of the program, or a check that did not pass. */
    static final int INTERNAL = 1;

    static final int USAGE = 2;
    /** The experiment file, or a results folder that cannot be used. */
    static final int SPEC = 3;

    static final int DATASET = 4;
    /** Native libraries, memory, accelerator. */
    static final int DEVICE = 5;

    static final int DIVERGED = 6;
    static final int INTERRUPTED = 130;
    static final int TERMINATED = 143;

    /** The list that every help text of the program ends with. */
    static final String HELP =
            "Exit codes: 0 ok, 1 internal error or failed check, 2 usage, 3 experiment file or results folder,"
                    + " 4 data set, 5 device, 6 diverged, 75 stopped after a checkpoint, 130 or 143 stopped by a signal";

    private ExitCode() {}
}
