package soopt.sweep.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import soopt.experiment.folder.RunState;
import soopt.file.JsonObject;

/** What a worker says of itself: an object of one line each, on its standard output. */
public sealed interface Report {
    /** The state of a run that another process has. */
    String ELSEWHERE = "ELSEWHERE";

    /** It waits for the number of a run. */
    record Ready() implements Report {
        @Override
        public JsonObject json() {
            return new JsonObject().put("event", "ready");
        }
    }

    /**
     * A run trains.
     *
     * @param step steps done before
     */
    record Started(int index, long step, long steps) implements Report {
        @Override
        public JsonObject json() {
            return new JsonObject()
                    .put("event", "started")
                    .put("index", index)
                    .put("step", step)
                    .put("steps", steps);
        }
    }

    /**
     * Where a run is.
     *
     * @param loss mean training loss of the epoch so far
     */
    record Progress(int index, int epoch, int epochs, long step, long steps, double loss) implements Report {
        @Override
        public JsonObject json() {
            return new JsonObject()
                    .put("event", "progress")
                    .put("index", index)
                    .put("epoch", epoch)
                    .put("epochs", epochs)
                    .put("step", step)
                    .put("steps", steps)
                    .put("loss", loss);
        }
    }

    /**
     * A run is over, for now or for good.
     *
     * @param state of {@link RunState}, or {@link #ELSEWHERE}
     * @param exitCode of a command that had done this alone
     * @param existed whether an earlier process had finished it
     * @param message one line
     */
    record Ended(int index, String state, int exitCode, boolean existed, String message) implements Report {
        @Override
        public JsonObject json() {
            return new JsonObject()
                    .put("event", "ended")
                    .put("index", index)
                    .put("state", state)
                    .put("exit_code", exitCode)
                    .put("existed", existed)
                    .put("message", message);
        }

        boolean failed() {
            return state.equals(RunState.FAILED.name());
        }
    }

    JsonObject json();

    /** Empty if the line is none of these: libraries print too. */
    static Optional<Report> parse(String line) {
        if (!line.startsWith("{")) {
            return Optional.empty();
        }
        try {
            JsonNode node = new ObjectMapper().readTree(line);
            int index = node.path("index").asInt(-1);
            return switch (node.path("event").asText()) {
                case "ready" -> Optional.of(new Ready());
                case "started" ->
                    Optional.of(new Started(
                            index,
                            node.path("step").asLong(),
                            node.path("steps").asLong()));
                case "progress" ->
                    Optional.of(new Progress(
                            index,
                            node.path("epoch").asInt(),
                            node.path("epochs").asInt(),
                            node.path("step").asLong(),
                            node.path("steps").asLong(),
                            node.path("loss").isNumber() ? node.path("loss").asDouble() : Double.NaN));
                case "ended" ->
                    Optional.of(new Ended(
                            index,
                            node.path("state").asText(),
                            node.path("exit_code").asInt(),
                            node.path("existed").asBoolean(),
                            node.path("message").asText()));
                default -> Optional.empty();
            };
        } catch (JsonProcessingException torn) {
            return Optional.empty();
        }
    }
}
