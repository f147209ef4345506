package soopt.experiment.folder;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import soopt.experiment.file.Experiment;
import soopt.file.Column;
import soopt.file.CsvTable;
import soopt.file.JsonLines;
import soopt.file.JsonObject;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

/**
 * Reads the folder of a run, also while the run goes on or after it was killed: half a last line does not count, a file
 * that is missing is empty, columns and keys that are not known here are kept. Nothing is written.
 */
public final class RunFolder {
    private final Path path;

    private RunFolder(Path path) {
        this.path = path;
    }

    /** The columns of each CSV file of the folder, in order, with what they mean. */
    public static Map<String, List<? extends Column<?>>> columns() {
        Map<String, List<? extends Column<?>>> columns = new LinkedHashMap<>();
        columns.put("metrics.csv", MetricsRow.COLUMNS);
        columns.put("steps.csv", StepRow.COLUMNS);
        columns.put("learning_rates.csv", RefreshTables.COLUMNS);
        columns.put("fidelity.csv", FidelityRow.COLUMNS);
        return columns;
    }

    /** @throws RunDirectoryException if it is no folder */
    public static RunFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new RunDirectoryException(path + " is no folder of a run: there is no such folder");
        }
        return new RunFolder(path);
    }

    public Path path() {
        return path;
    }

    /** Empty if status.json is missing or damaged. */
    public Optional<Status> status() {
        return Status.read(path);
    }

    /**
     * How the run stands: RUNNING also if it was cut off. Where status.json is missing, damaged or behind the end of
     * the run, the other files say it. Empty of a folder without any file of a run.
     */
    public Optional<Status> outcome() {
        return Remains.of(path).map(Remains::status);
    }

    /** The experiment with all defaults written out. */
    public Experiment config() {
        return Binder.bind(SpecSource.read(path.resolve("config.yaml")), Experiment.class);
    }

    /** Versions, machine, data; an empty object if meta.json is missing or damaged. */
    public JsonNode meta() {
        return JsonObject.read(path.resolve("meta.json"));
    }

    /** A row per epoch, see {@link MetricsRow}. */
    public CsvTable metrics() {
        return CsvTable.read(path.resolve("metrics.csv"));
    }

    /** A row per measured step, see {@link StepRow}. */
    public CsvTable steps() {
        return CsvTable.read(path.resolve("steps.csv"));
    }

    /** A row per refresh and group, see {@link #columns}. */
    public CsvTable learningRates() {
        return CsvTable.read(path.resolve("learning_rates.csv"));
    }

    /** A row per measured update and group, see {@link FidelityRow}. */
    public CsvTable fidelity() {
        return CsvTable.read(path.resolve("fidelity.csv"));
    }

    /** An object per refresh. */
    public List<JsonNode> curvature() {
        return JsonLines.read(path.resolve("curvature.jsonl"));
    }

    /** What happened, in order. */
    public List<JsonNode> events() {
        return JsonLines.read(path.resolve("events.jsonl"));
    }

    /** All matrices by name, e.g. e0003.hbar_averaged; those of matrices.npz. */
    public Map<String, NpyArray> matrices() {
        Path archive = path.resolve("matrices/matrices.npz");
        return Files.isRegularFile(archive) ? NpzFile.read(archive) : Map.of();
    }

    /** When a file that lies in it was last written, by the clock of the file system. */
    Instant lastWritten() {
        Instant last = Instant.EPOCH;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Instant written = Files.getLastModifiedTime(file).toInstant();
                last = written.isAfter(last) ? written : last;
            }
        } catch (IOException | DirectoryIteratorException changing) {
            return last;
        }
        return last;
    }
}
