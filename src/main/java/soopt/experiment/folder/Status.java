package soopt.experiment.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
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
    /** A running process whose heartbeat is older than this is taken for dead if it cannot be asked. */
    public static final Duration LEASE = Duration.ofMinutes(10);

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
    public record Best(String metric, double value, int epoch) {}

    /**
     * Whether it says RUNNING but the process is gone: on this host no such process, elsewhere a heartbeat older than
     * {@link #LEASE}.
     */
    public boolean isStale(Instant now, String thisHost) {
        if (state != RunState.RUNNING) {
            return false;
        }
        boolean silent = heartbeat.plus(LEASE).isBefore(now);
        if (!host.equals(thisHost)) {
            return silent;
        }
        boolean alive = ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        return !alive || (silent && pid != ProcessHandle.current().pid());
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
     * With a row of metrics.csv: best is the highest val_acc, else the lowest val_loss, else the lowest train_loss of a whole epoch; the
     * first of equals. What is not finite is never best, and the metric stays what it was at first.
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
        best.ifPresent(b -> object.put(
                "best",
                new JsonObject()
                        .put("metric", b.metric())
                        .put("value", b.value())
                        .put("epoch", b.epoch())));
        if (state != RunState.RUNNING) {
            object.put("exit_code", ending.map(Ending::exitCode).orElse(state.exitCode()));
        }
        ending.ifPresent(end -> object.put("warnings", end.warnings())
                .put("curvature", end.refreshes().json()));
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
                    Optional.ofNullable(node.get("best")).map(Status::best),
                    node.path("attempt").asInt(1),
                    node.path("host").asText(),
                    node.path("pid").asLong(),
                    ending(node)));
        } catch (IOException | IllegalArgumentException | DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Optional<Ending> ending(JsonNode node) {
        if (!node.has("warnings")) {
            return Optional.empty();
        }
        List<String> warnings = new ArrayList<>();
        node.path("warnings").forEach(warning -> warnings.add(warning.asText()));
        return Optional.of(new Ending(
                RunState.valueOf(node.path("state").asText()),
                node.path("exit_code").asInt(),
                node.path("message").asText(),
                warnings,
                RefreshCount.read(node.path("curvature"))));
    }

    private static Best best(JsonNode node) {
        double value = node.path("value").isNumber() ? node.path("value").asDouble() : Double.NaN;
        return new Best(node.path("metric").asText(), value, node.path("epoch").asInt());
    }
}
