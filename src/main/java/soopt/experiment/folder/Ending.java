package soopt.experiment.folder;

import java.util.List;

/**
 * How a run ended.
 *
 * @param exitCode of a process that ran it to there
 * @param message one line for the user
 * @param warnings one line each: what was survived, and what to try
 * @param refreshes the computations of the optimizer's curvature
 */
public record Ending(RunState state, int exitCode, String message, List<String> warnings, RefreshCount refreshes) {
    public Ending {
        warnings = List.copyOf(warnings);
    }

    /** An end without more to say. */
    public Ending(RunState state, String message) {
        this(state, state.exitCode(), message, List.of(), RefreshCount.NONE);
    }

    public Ending with(List<String> newWarnings, RefreshCount newRefreshes) {
        return new Ending(state, exitCode, message, newWarnings, newRefreshes);
    }

    public Ending withExitCode(int code) {
        return new Ending(state, code, message, warnings, refreshes);
    }

    public Ending withMessage(String newMessage) {
        return new Ending(state, exitCode, newMessage, warnings, refreshes);
    }
}
