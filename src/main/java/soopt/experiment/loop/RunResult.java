package soopt.experiment.loop;

import java.nio.file.Path;
import java.util.Optional;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunState;
import soopt.experiment.folder.Status;

/**
 * How a run ended.
 *
 * @param runId empty if it was stopped before it began
 * @param folder where it lies; then that of all runs
 * @param work what this process did for it
 * @param last the last row of metrics.csv with an evaluation
 */
public record RunResult(
        String runId,
        long seed,
        Path folder,
        Ending ending,
        Work work,
        int epoch,
        long step,
        Optional<Status.Best> best,
        Optional<MetricsRow> last) {
    /** What a process did for a run. */
    public enum Work {
        /** It was stopped before it began. */
        NONE,
        /** An earlier process had finished it. */
        DONE_BEFORE,
        DONE_NOW
    }

    /** Whether it had been run before, so that nothing was done. */
    public boolean existed() {
        return work == Work.DONE_BEFORE;
    }

    /** The exit code of a command that did this and nothing else. */
    public int exitCode() {
        return ending.exitCode();
    }

    public RunState state() {
        return ending.state();
    }

    /** One line for the user. */
    public String message() {
        return ending.message();
    }
}
