package soopt.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;

/** A file of JSON objects, one a line, that grows. */
public final class JsonLines implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private final LineStream lines;

    private JsonLines(LineStream lines) {
        this.lines = lines;
    }

    public static JsonLines open(Path file) {
        return new JsonLines(LineStream.open(file));
    }

    public void append(JsonObject object) {
        lines.append(object.line());
    }

    /** Drops the objects whose "step" is later. */
    public void truncateAfter(long step) {
        lines.keep(line -> stepOf(line) <= step);
    }

    private static long stepOf(String line) {
        try {
            return MAPPER.readTree(line).path("step").asLong(Long.MAX_VALUE);
        } catch (JsonProcessingException e) {
            return Long.MAX_VALUE;
        }
    }

    @Override
    public void close() {
        lines.close();
    }
}
