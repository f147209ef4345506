package soopt.experiment.folder;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import soopt.experiment.file.RecordSettings;
import soopt.experiment.matrices.MatrixFiles;
import soopt.experiment.matrices.MatrixText;
import soopt.experiment.matrices.RecordedMatrices;
import soopt.file.Column;
import soopt.file.CsvStream;
import soopt.file.CsvTable;
import soopt.file.Growing;
import soopt.file.JsonLines;
import soopt.file.JsonObject;
import soopt.file.LineStream;
import soopt.file.WholeFile;
import soopt.file.WriteException;
import soopt.optimizer.step.Refresh;

/**
 * Writes the files of a run folder while the run goes on. After a kill at any moment each file is valid, or ends in
 * half a line.
 */
public final class Recorder implements AutoCloseable {
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    /** Files of lines with numbers, in the order of their marks; the archive of matrices comes last. */
    private static final List<String> LINES =
            List.of("metrics.csv", "steps.csv", "learning_rates.csv", "curvature.jsonl", "solver.jsonl");

    private static final String MATRICES = "matrices";

    /** Of runs that ask for it; its mark comes after that of the matrices. */
    private static final String FIDELITY = "fidelity.csv";

    private final RunDirectory directory;
    private final JsonObject meta;
    private final Room room;
    private final CsvStream<MetricsRow> metrics;
    private final CsvStream<StepRow> steps;
    private final RefreshTables refreshes;
    private final MatrixFiles matrices;
    private final JsonLines solver;
    private final Optional<CsvStream<FidelityRow>> fidelity;
    private final EventLog events;
    private boolean saysThatTextIsLeftOut;
    private Status status;

    /**
     * Opens the streams, which are made if they are missing, and says that the run is running.
     *
     * @param meta of the run; ended_at is added when it is over
     * @param settings what is written down
     */
    public Recorder(RunDirectory directory, JsonObject meta, RecordSettings settings) {
        this.directory = directory;
        this.meta = meta;
        this.room = Room.in(directory.path());
        this.metrics = CsvStream.open(directory.file("metrics.csv"), MetricsRow.COLUMNS);
        this.steps = CsvStream.open(directory.file("steps.csv"), StepRow.COLUMNS);
        this.refreshes = new RefreshTables(directory, settings.curvature().log());
        this.matrices =
                new MatrixFiles(directory.file(MATRICES), settings.curvature().keep());
        this.solver = JsonLines.open(directory.file("solver.jsonl"));
        this.fidelity = settings.fidelity().map(asked -> CsvStream.open(directory.file(FIDELITY), FidelityRow.COLUMNS));
        this.events = new EventLog(directory.path(), directory.id());
        directory.write(directory.file("meta.json"), meta.pretty());
        this.status = directory.begun();
        writeStatus();
    }

    /** The folder written. */
    public RunDirectory directory() {
        return directory;
    }

    // ---- rows ----

    /** Appends to metrics.csv and keeps the best epoch in status.json. */
    public void metrics(MetricsRow row) {
        metrics.add(row);
        status = status.after(row);
        writeStatus();
    }

    /** Appends to steps.csv. */
    public void step(StepRow row) {
        steps.add(row);
    }

    /**
     * Appends to learning_rates.csv and curvature.jsonl.
     *
     * @param step the step that uses it first, from 1
     * @param epoch of that step, from 1
     */
    public void refresh(long step, int epoch, Refresh refresh) {
        refreshes.add(step, epoch, refresh);
    }

    /**
     * Appends to solver.jsonl what one method alone knows of a step.
     *
     * @param step from 1
     * @param epoch of it, from 1
     */
    public void solver(long step, int epoch, JsonObject known) {
        solver.append(new JsonObject().put("step", step).put("epoch", epoch).putAll(known));
    }

    /** Appends to fidelity.csv, if the settings ask for it. */
    public void fidelity(List<FidelityRow> rows) {
        fidelity.ifPresent(stream -> rows.forEach(stream::add));
    }

    /** Writes the files of matrices/. */
    public void matrices(RecordedMatrices recorded) {
        int groups = recorded.names().size();
        if (!MatrixText.isText(groups) && !saysThatTextIsLeftOut) {
            saysThatTextIsLeftOut = true;
            JsonObject at = new JsonObject().put("groups", groups);
            event("matrices_without_text", at, "matrices of " + groups + " groups are in matrices.npz alone");
        }
        matrices.write(recorded);
    }

    /** Writes a file of the folder incident/. */
    public void incident(String name, JsonObject contents) {
        directory.write(directory.incident(name), contents.pretty());
    }

    // ---- going on ----

    /** In the order of their marks. */
    private List<Growing> streams() {
        List<Growing> streams = new ArrayList<>(List.of(metrics, steps));
        streams.addAll(refreshes.streams());
        streams.addAll(List.of(solver, matrices));
        fidelity.ifPresent(streams::add);
        return streams;
    }

    /** How long the files with numbers are now, for a checkpoint. */
    public double[] marks() {
        return streams().stream().mapToDouble(Growing::mark).toArray();
    }

    /**
     * A checkpoint is safe: what only older ones need may go.
     *
     * @param marks of it
     */
    public void checkpointed(double[] marks) {
        matrices.checkpointed((long) marks[LINES.size()]);
    }

    /** Has the disk keep the numbers so far: a checkpoint must not outlive the rows before it. */
    public void force() {
        streams().forEach(Growing::force);
    }

    /**
     * What hinders a run from going on with the files of a folder, as the rest of a sentence; empty if nothing does.
     *
     * @param marks of its checkpoint
     */
    public static Optional<String> misfit(Path folder, double[] marks) {
        if (marks.length != LINES.size() + 1 && !hasFidelity(marks)) {
            return Optional.of("is of another version of soopt");
        }
        for (int i = 0; i < marks.length; i++) {
            String name = i == LINES.size() ? MATRICES : i < LINES.size() ? LINES.get(i) : FIDELITY;
            Optional<String> misfit = name.equals(MATRICES) ? Optional.empty() : misfit(folder, name, (long) marks[i]);
            if (misfit.isPresent()) {
                return misfit;
            }
        }
        return MatrixFiles.holds(folder.resolve(MATRICES), (long) marks[LINES.size()])
                ? Optional.empty()
                : Optional.of("knows matrices that the folder has lost");
    }

    private static boolean hasFidelity(double[] marks) {
        return marks.length == LINES.size() + 2;
    }

    private static Optional<String> misfit(Path folder, String name, long mark) {
        Path file = folder.resolve(name);
        if (!LineStream.hasLineEndAt(file, mark)) {
            return Optional.of("knows rows that " + name + " has lost");
        }
        List<? extends Column<?>> columns = RunFolder.columns().getOrDefault(name, List.of());
        return columns.isEmpty() || CsvTable.header(file).equals(Column.names(columns))
                ? Optional.empty()
                : Optional.of("goes with a " + name + " that has other columns than this version writes");
    }

    /**
     * Makes the files with numbers of a run that has no row yet.
     *
     * @param marks of a checkpoint of it
     * @return those of the files that were made
     */
    public static double[] withoutRows(Path folder, double[] marks) {
        double[] begun = new double[marks.length];
        for (int i = 0; i < LINES.size(); i++) {
            begun[i] = withoutRows(folder.resolve(LINES.get(i)));
        }
        if (hasFidelity(marks)) {
            begun[LINES.size() + 1] = withoutRows(folder.resolve(FIDELITY));
        }
        return begun;
    }

    private static long withoutRows(Path file) {
        List<? extends Column<?>> columns =
                RunFolder.columns().getOrDefault(file.getFileName().toString(), List.of());
        String header = columns.isEmpty() ? "" : CsvStream.line(Column.names(columns)) + "\n";
        WholeFile.write(file, header);
        return header.length();
    }

    /** Copies the files with numbers from one run folder to another, which has none yet. */
    public static void copy(Path from, Path to) {
        try {
            for (String name : LINES) {
                Files.copy(from.resolve(name), to.resolve(name));
            }
            if (Files.exists(from.resolve(FIDELITY))) {
                Files.copy(from.resolve(FIDELITY), to.resolve(FIDELITY));
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(from.resolve(MATRICES))) {
                for (Path file : files) {
                    Files.copy(file, to.resolve(MATRICES).resolve(file.getFileName()));
                }
            }
        } catch (IOException e) {
            throw new WriteException(to, e);
        }
    }

    /**
     * Cuts the numbers back to a checkpoint, and the best epoch with them. Events and run.log keep all that happened.
     *
     * @param marks of the checkpoint
     * @param evaluated whether what its last row says of data beside the training examples is to stay
     */
    public void goOn(double[] marks, int epoch, long step, boolean evaluated) {
        List<Growing> streams = streams();
        for (int i = 0; i < marks.length; i++) {
            streams.get(i).cutBack((long) marks[i]);
        }
        status = status.withBest(Optional.empty()).at(0, 0, Instant.now());
        CsvTable rows = RunFolder.open(directory.path()).metrics();
        if (!evaluated && rows.size() > 0) {
            metrics.replaceLast(MetricsRow.read(rows, rows.size() - 1).withoutEvaluation());
            rows = RunFolder.open(directory.path()).metrics();
        }
        for (int i = 0; i < rows.size(); i++) {
            status = status.after(MetricsRow.read(rows, i));
        }
        status = status.at(epoch, step, Instant.now());
        writeStatus();
    }

    // ---- what happened ----

    /** Appends to events.jsonl and run.log. */
    public void event(String event, JsonObject details, String message) {
        events.add("info", event, details, message);
    }

    /** An event that the user should look at. */
    public void warning(String event, JsonObject details, String message) {
        events.add("warning", event, details, message);
    }

    /** The stack trace of a failure, for run.log; after it the run ends. */
    public void trace(Throwable failure) {
        room.free();
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        events.note(trace.toString());
    }

    // ---- status ----

    /** Says in status.json that the process lives, if it has not for some seconds. */
    public void heartbeat(int epoch, long step) {
        if (Duration.between(status.heartbeat(), Instant.now()).compareTo(HEARTBEAT) >= 0) {
            status = status.at(epoch, step, Instant.now());
            writeStatus();
        }
    }

    public Status status() {
        return status;
    }

    /**
     * The run is over: the event run_finished, ended_at in meta.json and the last status.json, in this order, so that a
     * kill between them leaves an end that {@link RunDirectory#claim} finds. On a full disk each is tried, in the room
     * kept for them.
     *
     * @throws WriteException if one could not be written
     */
    public void finish(Ending ending, int epoch, long step) {
        room.free();
        Optional<WriteException> refused = Optional.empty();
        status = status.at(epoch, step, Instant.now()).ended(ending);
        for (Runnable write :
                List.<Runnable>of(() -> endMatrices(ending), () -> addEnd(ending), this::endMeta, this::writeStatus)) {
            try {
                write.run();
            } catch (WriteException e) {
                refused = Optional.of(e);
            }
        }
        if (refused.isPresent()) {
            throw refused.get();
        }
    }

    /** What goes on later may need more of them than are kept in the end. */
    private void endMatrices(Ending ending) {
        if (ending.state().isFinal()) {
            matrices.finish();
        }
    }

    private void addEnd(Ending ending) {
        JsonObject at = new JsonObject().put("step", status.step()).put("epoch", status.epoch());
        ending.warnings().forEach(warning -> warning("run_warning", at, warning));
        RunState state = ending.state();
        JsonObject details = at.put("state", state.name()).putAll(ending.json());
        status.best().ifPresent(best -> details.put("best", best.json()));
        events.add(
                state == RunState.COMPLETED ? "info" : state == RunState.FAILED ? "error" : "warning",
                "run_finished",
                details,
                ending.message());
    }

    private void endMeta() {
        directory.write(directory.file("meta.json"), Meta.ended(meta).pretty());
    }

    private void writeStatus() {
        directory.write(directory.file("status.json"), status.json());
    }

    @Override
    public void close() {
        metrics.close();
        steps.close();
        refreshes.close();
        solver.close();
        fidelity.ifPresent(CsvStream::close);
        matrices.close();
        events.close();
        room.free();
    }
}
