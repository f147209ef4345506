package soopt.experiment.folder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import soopt.file.JsonObject;

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

    /** What status.json and the event run_finished say of it beside state and message. */
    JsonObject json() {
        return new JsonObject()
                .put("exit_code", exitCode)
                .put("warnings", warnings)
                .put("curvature", refreshes.json());
    }

    /** Of an object with state, message and what {@link #json} puts; empty if it is none. */
    static Optional<Ending> read(JsonNode node) {
        Optional<RunState> state = Arrays.stream(RunState.values())
                .filter(known -> known.name().equals(node.path("state").asText()))
                .findFirst();
        List<String> warnings = new ArrayList<>();
        node.path("warnings").forEach(warning -> warnings.add(warning.asText()));
        return state.filter(known -> node.has("exit_code"))
                .map(known -> new Ending(
                        known,
                        known.isFinal()
                                ? known.exitCode()
                                : node.path("exit_code").asInt(known.exitCode()),
                        node.path("message").asText(),
                        warnings,
                        RefreshCount.read(node.path("curvature"))));
    }
}
