package soopt.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

    /**
     * The objects of such a file; half a last line and lines that are no JSON do not count, a missing file has none.
     */
    public static List<JsonNode> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try (Stream<String> lines = LineStream.wholeLines(file)) {
            return lines.map(JsonLines::parse).flatMap(Optional::stream).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + Problems.reason(e), e);
        }
    }

    private static Optional<JsonNode> parse(String line) {
        try {
            return Optional.of(MAPPER.readTree(line)).filter(JsonNode::isObject);
        } catch (JsonProcessingException damaged) {
            return Optional.empty();
        }
    }

    public void append(JsonObject object) {
        lines.append(object.line());
    }

    /** Drops the objects whose "step" is later. */
    public void truncateAfter(long step) {
        lines.keep(line -> stepOf(line) <= step);
    }

    private static long stepOf(String line) {
        return parse(line).map(node -> node.path("step").asLong(Long.MAX_VALUE)).orElse(Long.MAX_VALUE);
    }

    @Override
    public void close() {
        lines.close();
    }
}
