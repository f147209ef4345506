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
public final class JsonLines implements Growing, AutoCloseable {
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

    @Override
    public long mark() {
        return lines.mark();
    }

    @Override
    public void force() {
        lines.force();
    }

    @Override
    public void cutBack(long mark) {
        lines.cutBack(mark);
    }

    @Override
    public void close() {
        lines.close();
    }
}
