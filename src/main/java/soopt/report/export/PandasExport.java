package soopt.report.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Varied;
import soopt.file.CsvStream;
import soopt.report.read.Configuration;

/**
 * A program for pandas that loads runs where they lie: {@code load.py}, the same as a notebook, {@code load.ipynb}, and
 * {@code runs.csv}, a row per run with the path to its folder. The programs are the same for all runs: nothing that a
 * run folder says gets into them.
 */
public final class PandasExport {
    public static final String KIND = "pandas";

    private static final Path PROGRAM = Path.of("load.py");
    private static final Path NOTEBOOK = Path.of("load.ipynb");
    private static final Path RUNS = Path.of("runs.csv");
    private static final String CELL = "# %%";

    private PandasExport() {}

    /** Writes the three files. */
    public static void write(List<ResultRun> runs, ExportFolder to) {
        to.announce(List.of(entry(RUNS), entry(PROGRAM), entry(NOTEBOOK)));
        to.write(RUNS, table(runs, to.path()));
        String program = program();
        to.write(PROGRAM, program);
        to.write(NOTEBOOK, notebook(program));
        to.finish();
    }

    private static ExportFolder.Entry entry(Path file) {
        return new ExportFolder.Entry(KIND, file.toString(), file);
    }

    private static String table(List<ResultRun> runs, Path from) {
        List<String> varied = Varied.keys(runs);
        Map<ResultRun, String> labels = new IdentityHashMap<>();
        Configuration.of(runs).forEach(each -> each.runs().forEach(run -> labels.put(run, each.label())));
        List<String> header =
                new ArrayList<>(List.of("experiment", "run_id", "seed", "state", "configuration", "folder"));
        header.addAll(varied);
        StringBuilder csv = new StringBuilder(CsvStream.line(header)).append('\n');
        for (ResultRun run : runs) {
            List<String> row = new ArrayList<>(List.of(
                    run.experiment(),
                    run.id(),
                    run.seed(),
                    run.standing().toString(),
                    labels.get(run),
                    relative(from, run.folder())));
            row.addAll(Varied.values(run, varied));
            csv.append(CsvStream.line(row)).append('\n');
        }
        return csv.toString();
    }

    /** Results that are moved together with their export are still found. */
    private static String relative(Path from, Path folder) {
        Path start = from.toAbsolutePath().normalize();
        Path target = folder.toAbsolutePath().normalize();
        return start.getRoot().equals(target.getRoot())
                ? "./" + start.relativize(target).toString().replace('\\', '/')
                : target.toString();
    }

    private static String program() {
        try (InputStream in = Optional.ofNullable(PandasExport.class.getResourceAsStream("load.py"))
                .orElseThrow(() -> new IllegalStateException("load.py is not among the classes"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Notebook format 4: a cell for each part of the program that a line "# %%" begins. */
    private static String notebook(String program) {
        List<Map<String, Object>> cells = new ArrayList<>();
        for (String part : program.split("(?m)^(?=" + CELL + ")")) {
            int end = part.indexOf('\n') + 1;
            boolean isText = part.substring(0, end).contains("[markdown]");
            String body = part.substring(end).strip();
            Map<String, Object> cell = new LinkedHashMap<>();
            cell.put("cell_type", isText ? "markdown" : "code");
            cell.put("id", "cell-" + cells.size());
            cell.put("metadata", Map.of());
            if (!isText) {
                cell.put("execution_count", NullNode.getInstance());
                cell.put("outputs", List.of());
            }
            cell.put("source", isText ? body.replaceAll("(?m)^# ?", "") : body);
            cells.add(cell);
        }
        Map<String, Object> notebook = new LinkedHashMap<>();
        notebook.put("cells", cells);
        notebook.put("metadata", Map.of("language_info", Map.of("name", "python")));
        notebook.put("nbformat", 4);
        notebook.put("nbformat_minor", 5);
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(notebook) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
