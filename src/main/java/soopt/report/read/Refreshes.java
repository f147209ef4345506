package soopt.report.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import soopt.file.Problems;

/**
 * Single numbers of every computation of the curvature, out of curvature.jsonl, whose matrices are read past: of a long
 * run they are 100 MB.
 *
 * @param columns [n] by key: step, epoch and those that were asked for; NaN where a line lacks one, true is 1
 */
public record Refreshes(Map<String, double[]> columns) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Without a file, or where it tells nothing, n = 0. */
    public static Refreshes of(Path runFolder, List<String> keys) {
        Set<String> wanted = Stream.concat(Stream.of("step", "epoch"), keys.stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<Map<String, Double>> lines = new ArrayList<>();
        Path file = runFolder.resolve("curvature.jsonl");
        if (Files.isRegularFile(file)) {
            // not strict, as Files.newBufferedReader is: a disk may have torn a character
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    add(line, wanted, lines);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file + ": " + Problems.reason(e), e);
            }
        }
        Map<String, double[]> columns = new LinkedHashMap<>();
        for (String key : wanted) {
            columns.put(
                    key,
                    lines.stream()
                            .mapToDouble(line -> line.getOrDefault(key, Double.NaN))
                            .toArray());
        }
        return new Refreshes(columns);
    }

    /** A line that is torn does not count. */
    private static void add(String line, Set<String> wanted, List<Map<String, Double>> lines) throws IOException {
        Map<String, Double> numbers = new HashMap<>();
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                JsonToken value = json.nextToken();
                if (value.isStructStart()) {
                    json.skipChildren();
                } else if (wanted.contains(key) && value.isNumeric()) {
                    numbers.put(key, json.getDoubleValue());
                } else if (wanted.contains(key) && value.isBoolean()) {
                    numbers.put(key, json.getBooleanValue() ? 1.0 : 0.0);
                }
            }
            if (json.currentToken() == JsonToken.END_OBJECT) {
                lines.add(numbers);
            }
        } catch (JsonProcessingException torn) {
            return;
        }
    }

    /** A column; without values if it was not asked for. */
    public double[] column(String key) {
        return columns.getOrDefault(key, new double[0]);
    }

    /** A key against steps. */
    public Series series(String key) {
        return Series.of(column("step"), column(key));
    }

    public int size() {
        return column("step").length;
    }
}
