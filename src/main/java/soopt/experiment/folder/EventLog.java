package soopt.experiment.folder;

import java.nio.file.Path;
import java.time.Instant;
import soopt.file.JsonLines;
import soopt.file.JsonObject;
import soopt.file.LineStream;

/** events.jsonl for machines and run.log for people: what happened in a run, in order. */
final class EventLog implements AutoCloseable {
    private final JsonLines events;
    private final LineStream log;
    private final String runId;

    EventLog(Path folder, String runId) {
        this.events = JsonLines.open(folder.resolve("events.jsonl"));
        this.log = LineStream.open(folder.resolve("run.log"));
        this.runId = runId;
    }

    /**
     * @param level info, warning or error
     * @param details keys of the event's own, such as step
     * @param message the line of run.log
     */
    void add(String level, String event, JsonObject details, String message) {
        String now = Instant.now().toString();
        events.append(new JsonObject()
                .put("t", now)
                .put("level", level)
                .put("event", event)
                .put("run_id", runId)
                .putAll(details)
                .put("message", message));
        log.append(now + " " + level + " " + message);
    }

    /** Text for run.log alone, e.g. a stack trace. */
    void note(String text) {
        log.append(text.stripTrailing());
    }

    @Override
    public void close() {
        events.close();
        log.close();
    }
}
