package soopt.cli.options;

import java.util.List;

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

    /** What a code means and what to do, for the manual. */
    public record Meaning(int code, String words, String remedy) {}

    /** Those of {@link #HELP}, at length. */
    public static final List<Meaning> MEANINGS = List.of(
            new Meaning(OK, "done", "nothing"),
            new Meaning(
                    INTERNAL,
                    "an internal error, or a check that failed",
                    "the message names the file with the stack trace: report it; of soopt check and gym: read the table"),
            new Meaning(
                    USAGE, "a mistake on the command line", "the message says what was meant; soopt COMMAND --help"),
            new Meaning(
                    SPEC,
                    "a mistake in the experiment file, or a results folder that cannot be used",
                    "mend the key at the line and column that the message gives; free the disk, or --results elsewhere"),
            new Meaning(
                    DATASET,
                    "a data set is missing or damaged, or does not fit",
                    "soopt datasets fetch or import; of own data the array, index and value in the message"),
            new Meaning(
                    DEVICE,
                    "the machine: memory, native libraries, GPU",
                    "soopt doctor; smaller batches, --device cpu, SOOPT_JAVA_OPTS=-Xmx8g"),
            new Meaning(
                    DIVERGED,
                    "training came to nothing: it diverged, or no parameter moved",
                    "the message names keys to change; soopt replay computes the step again"),
            new Meaning(
                    SOME_FAILED,
                    "some runs of a sweep failed; the others are done",
                    "soopt ls shows which and why; the same command tries them again"),
            new Meaning(
                    75, "stopped by TERM, HUP, USR1 or a time limit, with a checkpoint", "the same command goes on"),
            new Meaning(INTERRUPTED, "stopped by Ctrl-C", "the same command goes on from the newest checkpoint"),
            new Meaning(BROKEN_PIPE, "whoever read the results went away, as head does", "nothing"),
            new Meaning(TERMINATED, "stopped by TERM where there is nothing to save", "the same command begins anew"));

    private ExitCode() {}
}
