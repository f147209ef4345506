package soopt.experiment.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import soopt.file.JsonObject;

/**
 * status.json: how a run stands.
 *
 * @param heartbeat when the process last said that it lives; the end of a run that is over
 * @param attempt 1 for the first, one more each time the run was started afresh
 * @param best the best epoch so far, if one was evaluated
 * @param ending what the end of a run that is over says beside its state and message
 */
public record Status(
        String runId,
        RunState state,
        int epoch,
        long step,
        Instant heartbeat,
        String message,
        Optional<Best> best,
        int attempt,
        String host,
        long pid,
        Optional<Ending> ending) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Of a run that goes on, or of whose end no more is known. */
    public Status(
            String runId,
            RunState state,
            int epoch,
            long step,
            Instant heartbeat,
            String message,
            Optional<Best> best,
            int attempt,
            String host,
            long pid) {
        this(runId, state, epoch, step, heartbeat, message, best, attempt, host, pid, Optional.empty());
    }

    /**
     * The best value of a metric so far.
     *
     * @param metric its column in metrics.csv
     */
    public record Best(String metric, double value, int epoch) {
        JsonObject json() {
            return new JsonObject().put("metric", metric).put("value", value).put("epoch", epoch);
        }

        static Optional<Best> read(JsonNode node) {
            if (!node.isObject()) {
                return Optional.empty();
            }
            double value = node.path("value").isNumber() ? node.path("value").asDouble() : Double.NaN;
            return Optional.of(new Best(
                    node.path("metric").asText(), value, node.path("epoch").asInt()));
        }
    }

    /** With where the run is now. */
    Status at(int newEpoch, long newStep, Instant now) {
        return new Status(runId, state, newEpoch, newStep, now, message, best, attempt, host, pid, ending);
    }

    /** With the end of the run. */
    Status ended(Ending end) {
        return new Status(
                runId, end.state(), epoch, step, heartbeat, end.message(), best, attempt, host, pid, Optional.of(end));
    }

    Status withBest(Optional<Best> newBest) {
        return new Status(runId, state, epoch, step, heartbeat, message, newBest, attempt, host, pid, ending);
    }

    /**
     * With a row of metrics.csv: best is the highest val_acc, else the lowest val_loss, else the lowest train_loss of a
     * whole epoch; the first of equals. What is not finite is never best, and the metric stays what it was at first.
     */
    Status after(MetricsRow row) {
        boolean withinEpoch = row.step() > 0 && row.epoch() == epoch;
        Best candidate = Double.isFinite(row.validationAccuracy())
                ? new Best("val_acc", row.validationAccuracy(), row.epoch())
                : Double.isFinite(row.validationLoss())
                        ? new Best("val_loss", row.validationLoss(), row.epoch())
                        : new Best("train_loss", row.trainLoss(), row.epoch());
        double sign = candidate.metric().endsWith("loss") ? -1 : 1;
        boolean better = best.filter(b -> b.metric().equals(candidate.metric()))
                .map(b -> sign * candidate.value() > sign * b.value())
                .orElse(best.isEmpty());
        better &= Double.isFinite(candidate.value())
                && !(withinEpoch && candidate.metric().equals("train_loss"));
        return at(row.epoch(), row.step(), Instant.now()).withBest(better ? Optional.of(candidate) : best);
    }

    /** The file's text. */
    public String json() {
        JsonObject object = new JsonObject()
                .put("run_id", runId)
                .put("state", state.name())
                .put("epoch", epoch)
                .put("step", step)
                .put("heartbeat", heartbeat.toString())
                .put("message", message);
        best.ifPresent(b -> object.put("best", b.json()));
        if (state != RunState.RUNNING) {
            object.putAll(ending.orElse(new Ending(state, message)).json());
        }
        return object.put("attempt", attempt).put("host", host).put("pid", pid).pretty();
    }

    /** Reads status.json of a run folder; empty if there is none or it is not readable as one. */
    public static Optional<Status> read(Path runFolder) {
        Path file = runFolder.resolve("status.json");
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            JsonNode node = MAPPER.readTree(Files.readAllBytes(file));
            return Optional.of(new Status(
                    node.path("run_id").asText(),
                    RunState.valueOf(node.path("state").asText()),
                    node.path("epoch").asInt(),
                    node.path("step").asLong(),
                    Instant.parse(node.path("heartbeat").asText()),
                    node.path("message").asText(),
                    Best.read(node.path("best")),
                    node.path("attempt").asInt(1),
                    node.path("host").asText(),
                    node.path("pid").asLong(),
                    Ending.read(node)));
        } catch (IOException | IllegalArgumentException | DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
