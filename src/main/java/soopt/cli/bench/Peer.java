package soopt.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import soopt.spec.yaml.SpecException;

/**
 * What another program measured, as scripts/bench/peers.py writes it, or another version of this one.
 *
 * @param program its name
 * @param seconds median times by the name of the work
 * @param bytes memory by the name of the work, where it was measured
 */
record Peer(String program, Map<String, Double> seconds, Map<String, Long> bytes) {
    Peer {
        seconds = Map.copyOf(seconds);
        bytes = Map.copyOf(bytes);
    }

    /** @throws SpecException if the file is not such a file, or measures something else */
    static Peer read(Path file, String model, int batch, int threads, String precision) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new SpecException(file + ": cannot be read as JSON; write it with scripts/bench/peers.py --out");
        }
        String found = subject(
                root.path("model").asText(),
                root.path("batch").asInt(),
                root.path("threads").asInt(),
                root.path("precision").asText());
        String wanted = subject(model, batch, threads, precision);
        if (!found.equals(wanted)) {
            throw new SpecException(file + ": measures " + found + ", not " + wanted);
        }
        Map<String, Double> seconds = new LinkedHashMap<>();
        Map<String, Long> bytes = new LinkedHashMap<>();
        for (JsonNode result : root.path("results")) {
            String name = result.path("name").asText();
            seconds.put(name, result.path("median_s").asDouble());
            if (result.path("extra_bytes").asLong() > 0) {
                bytes.put(name, result.path("extra_bytes").asLong());
            }
        }
        return new Peer(root.path("program").asText("peer"), seconds, bytes);
    }

    private static String subject(String model, int batch, int threads, String precision) {
        return model + ", batch " + batch + ", threads " + threads + ", " + precision;
    }
}
