package soopt.experiment.folder;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import soopt.file.CsvTable;
import soopt.file.JsonObject;
import soopt.file.WholeFile;
import soopt.spec.yaml.SpecException;

/**
 * What an earlier process left in a run folder. status.json says it; where that is missing, damaged or older than the
 * end of the run, which a kill leaves, the other files decide: the event run_finished, else an ended meta.json with all
 * epochs in metrics.csv.
 *
 * @param status how the run stands: RUNNING also if it was cut off
 * @param statusWasRead whether status.json said so
 */
record Remains(Status status, boolean statusWasRead) {
    /** Of a run folder; empty if there is none, or a folder without any file of a run. */
    static Optional<Remains> of(Path path) {
        if (!Files.isDirectory(path)) {
            return Optional.empty();
        }
        RunFolder folder = RunFolder.open(path);
        Optional<Status> said = folder.status();
        if (said.isPresent() && said.get().state() != RunState.RUNNING) {
            return Optional.of(new Remains(said.get(), true));
        }
        Status running = said.orElseGet(() -> pieced(folder));
        Optional<Status> ended = endEvent(folder, running).or(() -> endWithoutEvent(folder, running, said.isPresent()));
        return Optional.of(new Remains(ended.orElse(running), said.isPresent() && ended.isEmpty()));
    }

    /** A run cut off, from everything but status.json. */
    private static Status pieced(RunFolder folder) {
        CsvTable metrics = folder.metrics();
        JsonNode meta = folder.meta();
        int last = metrics.size() - 1;
        return new Status(
                folder.path().getFileName().toString(),
                RunState.RUNNING,
                last < 0 ? 0 : (int) metrics.number(last, "epoch"),
                last < 0 ? 0 : (long) metrics.number(last, "step"),
                folder.lastWritten(),
                "",
                Optional.empty(),
                1,
                meta.path("host").asText(),
                meta.path("pid").asLong());
    }

    private static Optional<Status> endEvent(RunFolder folder, Status running) {
        List<JsonNode> events = folder.events();
        for (int i = events.size() - 1; i >= 0; i--) {
            JsonNode event = events.get(i);
            String name = event.path("event").asText();
            if (name.equals("run_started") || name.equals("run_resumed")) {
                return Optional.empty();
            }
            if (name.equals("run_finished")) {
                return Ending.read(event)
                        .map(ending -> running.at(
                                        event.path("epoch").asInt(),
                                        event.path("step").asLong(),
                                        time(event.path("t"), running.heartbeat()))
                                .withBest(Status.Best.read(event.path("best")).or(running::best))
                                .ended(ending));
            }
        }
        return Optional.empty();
    }

    private static Instant time(JsonNode node, Instant otherwise) {
        try {
            return Instant.parse(node.asText());
        } catch (DateTimeParseException e) {
            return otherwise;
        }
    }

    /**
     * meta.json is completed after the last row: with all epochs there the run is whole, with an incident it diverged.
     */
    private static Optional<Status> endWithoutEvent(RunFolder folder, Status running, boolean statusWasRead) {
        JsonNode ended = folder.meta().path("ended_at");
        if (statusWasRead || ended.isMissingNode()) {
            return Optional.empty();
        }
        Status there = running.at(running.epoch(), running.step(), time(ended, running.heartbeat()));
        if (Files.exists(folder.path().resolve("incident/incident.json"))) {
            return Optional.of(there.ended(new Ending(RunState.DIVERGED, "diverged")));
        }
        try {
            return running.epoch() == folder.config().training().epochs()
                    ? Optional.of(there.ended(new Ending(RunState.COMPLETED, "completed")))
                    : Optional.empty();
        } catch (SpecException unreadable) {
            return Optional.empty();
        }
    }

    /** Writes the end down where readers look for it, if it stood elsewhere only. */
    void repair(Path path) {
        if (statusWasRead || status.state() == RunState.RUNNING) {
            return;
        }
        RunFolder folder = RunFolder.open(path);
        if (folder.meta().isObject() && !folder.meta().has("ended_at")) {
            JsonObject meta = JsonObject.of(folder.meta())
                    .put("ended_at", status.heartbeat().toString());
            WholeFile.write(path.resolve("meta.json"), meta.pretty());
        }
        WholeFile.write(path.resolve("status.json"), status.json());
    }
}
