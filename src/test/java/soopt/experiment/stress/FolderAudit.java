package soopt.experiment.stress;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import soopt.experiment.folder.RunFolder;
import soopt.npy.NpyException;
import soopt.npy.NpzFile;

/** What is wrong with the files of a run folder, whatever became of its process. */
final class FolderAudit {
    private static final ObjectMapper STRICT =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Path folder;
    private final boolean over;
    private final List<String> faults = new ArrayList<>();

    private FolderAudit(Path folder, boolean over) {
        this.folder = folder;
        this.over = over;
    }

    /**
     * One line per fault.
     *
     * @param swept whether a later process has claimed the folder: then no temporary files may be left
     */
    static List<String> of(Path folder, boolean swept) throws IOException {
        FolderAudit audit = new FolderAudit(folder, isOver(folder));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                audit.file(file, swept);
            }
        }
        audit.checkpoints();
        return audit.faults;
    }

    /** By its last event: the run ended, and any stop after that changes nothing. */
    static boolean isOver(Path folder) {
        List<JsonNode> events = RunFolder.open(folder).events();
        return !events.isEmpty()
                && events.get(events.size() - 1).path("event").asText().equals("run_finished");
    }

    private void fault(Path file, String what) {
        faults.add(file + ": " + what);
    }

    private void file(Path file, boolean swept) throws IOException {
        String name = file.getFileName().toString();
        if (name.matches(".*\\.tmp\\d+")) {
            if (swept) {
                fault(file, "a temporary file was not swept");
            }
        } else if (name.endsWith(".csv")) {
            csv(file, !over);
        } else if (name.endsWith(".jsonl")) {
            for (String line : lines(file, !over)) {
                json(file, line);
            }
        } else if (name.endsWith(".json")) {
            json(file, Files.readString(file));
        } else if (name.endsWith(".npz")) {
            npz(file);
        }
    }

    private void csv(Path file, boolean grows) throws IOException {
        int columns = 0;
        for (String line : lines(file, grows)) {
            int fields = CsvReader.builder().ofSingleCsvRecord(line).getFields().size();
            columns = columns == 0 ? fields : columns;
            if (fields != columns) {
                fault(file, fields + " fields for " + columns + " columns: " + line);
            }
        }
    }

    /** The last line may lack its end only in a stream of a run that was cut off. */
    private List<String> lines(Path file, boolean mayBeTorn) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        if (!text.isEmpty() && !text.endsWith("\n") && !mayBeTorn) {
            fault(file, "the last line has no end");
        }
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private void json(Path file, String text) {
        try {
            STRICT.readTree(text);
        } catch (IOException e) {
            fault(file, "no JSON: " + text);
        }
    }

    private void npz(Path file) {
        try {
            NpzFile.read(file);
        } catch (NpyException e) {
            fault(file, e.getMessage());
        }
    }

    /**
     * While there is a last checkpoint or one before it, one of them can be read: both are, as nothing is renamed half.
     */
    private void checkpoints() {
        boolean saved = RunFolder.open(folder).events().stream()
                .anyMatch(event -> event.path("event").asText().equals("checkpoint_saved"));
        Path last = folder.resolve("checkpoints/last.npz");
        Path before = folder.resolve("checkpoints/prev.npz");
        Path next = folder.resolve("checkpoints/next.npz");
        if (saved && !Files.exists(last) && !Files.exists(before) && !Files.exists(next)) {
            fault(last, "a checkpoint was saved, but there is none");
        }
    }
}
