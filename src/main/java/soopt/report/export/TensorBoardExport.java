package soopt.report.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.results.ResultRun;
import soopt.file.Column;
import soopt.file.CsvTable;
import soopt.file.JsonObject;
import soopt.file.Shown;
import soopt.report.export.tensorboard.EventFile;
import soopt.report.export.tensorboard.EventFile.Scalar;
import soopt.report.export.tensorboard.MatrixPicture;
import soopt.report.read.Group;
import soopt.report.read.Moment;
import soopt.report.read.Moments;
import soopt.report.read.Refreshes;

/**
 * Runs as event files of TensorBoard: {@code <experiment>/<run>/events.out.tfevents.…}, a file per run. Curves are by
 * step, those of metrics.csv by epoch too; what was not measured is left out.
 */
public final class TensorBoardExport {
    public static final String KIND = "tensorboard";

    private static final List<String> AXES = List.of("epoch", "step");
    private static final List<String> EIGENVALUES = List.of("min_eigenvalue", "max_eigenvalue", "condition");

    private final ResultRun run;
    private final RunNames names;
    private final CsvTable metrics;
    private final RunClock clock;

    private TensorBoardExport(ResultRun run, RunNames names) {
        this.run = run;
        this.names = names;
        this.metrics = CsvTable.read(run.folder().resolve("metrics.csv"));
        this.clock = RunClock.of(run, metrics);
    }

    /** Writes all runs; one that has no numbers yet has its settings alone. */
    public static void write(List<ResultRun> runs, ExportFolder to) {
        RunNames names = RunNames.of(runs);
        Map<ResultRun, Path> files = new LinkedHashMap<>();
        List<ExportFolder.Entry> entries = new ArrayList<>();
        for (ResultRun run : runs) {
            Path file = Path.of(RunNames.safe(run.experiment()), names.file(run), name(run));
            files.put(run, file);
            entries.add(new ExportFolder.Entry(KIND, run.experiment() + "/" + run.id(), file));
        }
        to.announce(entries);
        files.forEach((run, file) -> {
            TensorBoardExport export = new TensorBoardExport(run, names);
            to.write(file, export::write);
            to.advance();
        });
        to.finish();
    }

    /** TensorBoard looks for "tfevents" in the name, and sorts by it. */
    private static String name(ResultRun run) {
        double start = RunClock.of(run, CsvTable.NONE).start();
        return String.format(Locale.ROOT, "events.out.tfevents.%010d.soopt", (long) start);
    }

    private void write(FileChannel channel) throws IOException {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        EventFile events = new EventFile(out, clock.start());
        settings(events);
        metrics(events);
        rows(events, "steps.csv", "steps");
        rates(events);
        eigenvalues(events);
        pictures(events);
        out.flush();
    }

    private void settings(EventFile events) throws IOException {
        Map<String, String> settings =
                new LinkedHashMap<>(names.configuration(run).settings());
        settings.values().removeIf(String::isEmpty);
        settings.putIfAbsent("optimizer.type", run.settings().getOrDefault("optimizer.type", "unknown"));
        EventFile.Standing standing = switch (run.standing()) {
            case COMPLETED -> EventFile.Standing.SUCCESS;
            case RUNNING -> EventFile.Standing.RUNNING;
            case UNKNOWN -> EventFile.Standing.UNKNOWN;
            case STALE, DIVERGED, STALLED, FAILED, PREEMPTED, TIMED_OUT, CANCELLED -> EventFile.Standing.FAILURE;
        };
        String group = run.experiment() + ": " + names.configuration(run).label();
        events.hyperParameters(clock.start(), clock.end(), standing, group, settings);
        events.text(clock.start(), 0, "run/about", "where it comes from and how it stands", Shown.text(about()));
        Path config = run.folder().resolve("config.yaml");
        if (Files.isRegularFile(config)) {
            // bytes of a torn file are shown, not refused
            String text = new String(Files.readAllBytes(config), StandardCharsets.UTF_8);
            events.text(clock.start(), 0, "run/config", "config.yaml: all settings", Shown.text(text));
        }
    }

    private String about() {
        var meta = JsonObject.read(run.folder().resolve("meta.json"));
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("run", names.words(run));
        lines.put("id", run.id());
        lines.put("folder", run.folder().toString());
        lines.put("state", (run.standing() + " " + run.reason()).strip());
        for (String key : List.of("started_at", "ended_at", "soopt_version", "git_commit", "host", "command")) {
            var value = meta.path(key);
            lines.put(key, value.isTextual() ? value.asText() : value.isMissingNode() ? "" : value.toString());
        }
        return lines.entrySet().stream()
                .filter(line -> !line.getValue().isEmpty())
                .map(line -> String.format("%-14s %s", line.getKey(), Shown.line(line.getValue())))
                .collect(Collectors.joining("\n"));
    }

    private void metrics(EventFile events) throws IOException {
        Map<String, String> meanings = meanings(MetricsRow.COLUMNS);
        double[] steps = metrics.numbers("step");
        double[] epochs = metrics.numbers("epoch");
        for (int row = 0; row < metrics.size(); row++) {
            List<Scalar> byStep = new ArrayList<>();
            List<Scalar> byEpoch = new ArrayList<>();
            for (String column : metrics.columns()) {
                double value = AXES.contains(column) ? Double.NaN : metrics.number(row, column);
                if (!Double.isNaN(value)) {
                    String meaning = meanings.getOrDefault(column, "");
                    byStep.add(new Scalar("metrics/" + column, meaning, value));
                    byEpoch.add(new Scalar("metrics_by_epoch/" + column, meaning, value));
                }
            }
            if (Double.isNaN(steps[row])) {
                continue;
            }
            events.scalars(clock.at(steps[row]), (long) steps[row], byStep);
            boolean lastOfEpoch = row + 1 == metrics.size() || epochs[row + 1] != epochs[row];
            if (lastOfEpoch && !Double.isNaN(epochs[row])) {
                events.scalars(clock.at(steps[row]), (long) epochs[row], byEpoch);
            }
        }
    }

    private static Map<String, String> meanings(List<? extends Column<?>> columns) {
        return columns.stream().collect(Collectors.toMap(Column::name, Column::meaning));
    }

    /** Every number of the rows of a file, by step. */
    private void rows(EventFile events, String file, String section) throws IOException {
        Path path = run.folder().resolve(file);
        Map<String, String> meanings = meanings(RunFolder.columns().get(file));
        List<String> columns = CsvTable.header(path);
        int stepAt = columns.indexOf("step");
        if (stepAt < 0) {
            return;
        }
        try (Stream<List<String>> rows = CsvTable.rows(path, columns)) {
            for (List<String> row : (Iterable<List<String>>) rows::iterator) {
                List<Scalar> scalars = new ArrayList<>();
                for (int i = 0; i < row.size(); i++) {
                    String column = columns.get(i);
                    double value = AXES.contains(column) ? Double.NaN : CsvTable.parsed(row.get(i));
                    if (!Double.isNaN(value)) {
                        scalars.add(new Scalar(section + "/" + column, meanings.getOrDefault(column, ""), value));
                    }
                }
                add(events, CsvTable.parsed(row.get(stepAt)), scalars);
            }
        }
    }

    /** Of each group; the rows of a step follow each other. */
    private void rates(EventFile events) throws IOException {
        List<String> kinds = List.of("eta_raw", "eta_used", "eta_applied");
        Map<String, String> meanings = meanings(RunFolder.columns().get("learning_rates.csv"));
        List<Scalar> pending = new ArrayList<>();
        double step = Double.NaN;
        List<String> columns = List.of("step", "group", kinds.get(0), kinds.get(1), kinds.get(2));
        try (Stream<List<String>> rows = CsvTable.rows(run.folder().resolve("learning_rates.csv"), columns)) {
            for (List<String> row : (Iterable<List<String>>) rows::iterator) {
                double now = CsvTable.parsed(row.get(0));
                if (now != step) {
                    add(events, step, pending);
                    pending.clear();
                    step = now;
                }
                for (int kind = 0; kind < kinds.size(); kind++) {
                    double value = CsvTable.parsed(row.get(2 + kind));
                    if (!Double.isNaN(value)) {
                        String name = kinds.get(kind);
                        pending.add(new Scalar(name + "/" + Shown.line(row.get(1)), meanings.get(name), value));
                    }
                }
            }
        }
        add(events, step, pending);
    }

    private void eigenvalues(EventFile events) throws IOException {
        Refreshes refreshes = Refreshes.of(run.folder(), EIGENVALUES);
        for (int i = 0; i < refreshes.size(); i++) {
            List<Scalar> scalars = new ArrayList<>();
            for (String key : EIGENVALUES) {
                double value = refreshes.column(key)[i];
                if (!Double.isNaN(value)) {
                    scalars.add(new Scalar("curvature/" + key, "of the averaged H̄", value));
                }
            }
            add(events, refreshes.column("step")[i], scalars);
        }
    }

    private void add(EventFile events, double step, List<Scalar> scalars) throws IOException {
        if (!Double.isNaN(step)) {
            events.scalars(clock.at(step), (long) step, scalars);
        }
    }

    /** H̄ and its inverse at each recorded moment, each with one colour scale for all moments of the run. */
    private void pictures(EventFile events) throws IOException {
        List<Moment> moments = Moments.of(run.folder()).all();
        for (Moment.Kind kind : List.of(Moment.Kind.HESSIAN, Moment.Kind.INVERSE)) {
            double largest = 0;
            for (Moment moment : moments) {
                largest = Math.max(
                        largest, moment.matrix(kind).map(MatrixPicture::largest).orElse(0.0));
            }
            MatrixPicture scale = new MatrixPicture(largest);
            for (Moment moment : moments) {
                double[][] matrix = moment.matrix(kind).orElse(new double[0][0]);
                if (matrix.length > 0 && matrix[0].length > 0) {
                    events.image(
                            clock.at(moment.step()),
                            moment.step(),
                            "matrices/" + kind,
                            kind.symbol() + ": " + scale.legend() + ". " + groups(moment),
                            scale.draw(matrix));
                }
            }
        }
    }

    private static String groups(Moment moment) {
        String names = moment.groups().stream().map(Group::name).collect(Collectors.joining("`, `"));
        return names.isEmpty() ? "" : "Rows and columns: `" + Shown.cut(Shown.line(names), 2000) + "`";
    }
}
