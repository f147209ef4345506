package soopt.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import soopt.spec.SpecException;

/**
 * Median times of another program, as scripts/bench/peers.py writes them.
 *
 * @param seconds by the name of the work
 */
record PeerTimes(Map<String, Double> seconds) {
    static final PeerTimes NONE = new PeerTimes(Map.of());

    /** @throws SpecException if the file is not such a file, or measures something else */
    static PeerTimes read(Path file, String model, int batch, int threads) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new SpecException(file + ": cannot be read as JSON; write it with scripts/bench/peers.py --out");
        }
        String found =
                root.path("model").asText() + ", batch " + root.path("batch").asInt() + ", threads "
                        + root.path("threads").asInt();
        String wanted = model + ", batch " + batch + ", threads " + threads;
        if (!found.equals(wanted)) {
            throw new SpecException(file + ": measures " + found + ", not " + wanted);
        }
        Map<String, Double> seconds = new LinkedHashMap<>();
        root.path("results")
                .forEach(result -> seconds.put(
                        result.path("name").asText(), result.path("median_s").asDouble()));
        return new PeerTimes(seconds);
    }
}
