package soopt.experiment;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the files of a run folder with independent readers. */
public final class RunFiles {
    private static final ObjectMapper STRICT =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private RunFiles() {}

    public static List<NamedCsvRecord> rows(Path file) {
        try (CsvReader<NamedCsvRecord> reader = CsvReader.builder().ofNamedCsvRecord(file)) {
            return reader.stream().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static List<Double> column(Path file, String name) {
        return rows(file).stream()
                .map(row -> Double.parseDouble(row.getField(name)))
                .toList();
    }

    public static JsonNode json(Path file) {
        return parse(text(file));
    }

    /** One object per line. */
    public static List<JsonNode> jsonLines(Path file) {
        return text(file).lines().map(RunFiles::parse).toList();
    }

    private static JsonNode parse(String text) {
        try {
            return STRICT.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + text, e);
        }
    }

    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A CSV file without the columns that hold times and memory, which differ between equal runs. */
    public static String withoutTimes(Path file) {
        return rows(file).stream()
                .map(row -> row.getFieldsAsMap().entrySet().stream()
                        .filter(field -> !field.getKey().endsWith("_s")
                                && !field.getKey().endsWith("_bytes")
                                && !field.getKey().equals("restart_count"))
                        .map(field -> field.getKey() + "=" + field.getValue())
                        .collect(Collectors.joining(",")))
                .collect(Collectors.joining("\n"));
    }

    /** Names of all files below a folder. */
    public static Set<String> files(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> folder.relativize(path).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
