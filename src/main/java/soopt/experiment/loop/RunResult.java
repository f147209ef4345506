package soopt.experiment.loop;

import java.nio.file.Path;
import java.util.Optional;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunState;
import soopt.experiment.folder.Status;

/**
 * How a run ended.
 *
 * @param existed whether it had been run before, so that nothing was done
 * @param message one line for the user
 * @param last the last row of metrics.csv; empty if none was written by this process
 */
public record RunResult(
        String runId,
        Path folder,
        RunState state,
        boolean existed,
        String message,
        int epoch,
        long step,
        Optional<Status.Best> best,
        Optional<MetricsRow> last) {
    /** The exit code of a command that did this and nothing else. */
    public int exitCode() {
        return state.exitCode();
    }
}
