package soopt.report.export;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Standing;
import soopt.file.CsvTable;
import soopt.file.JsonObject;
import soopt.file.Numbers;
import soopt.file.Shown;
import soopt.report.read.Rates;
import soopt.report.read.Refreshes;

/**
 * Runs as MLflow's file store keeps them ({@code mlflow/store/tracking/file_store.py}): of each experiment a folder
 * with {@code meta.yaml}, in it a folder of each run with {@code meta.yaml}, {@code params/<key>}, {@code tags/<key>},
 * {@code artifacts/}, and {@code metrics/<key>} with a line "time value step" per value, time in ms since 1970. Ids are
 * made of those of soopt, so that the same run stays the same.
 */
public final class MlflowExport {
    public static final String KIND = "mlflow";

    private static final List<String> EIGENVALUES = List.of("min_eigenvalue", "max_eigenvalue", "condition");
    /** Characters of a parameter's value that MLflow takes. */
    private static final int LONGEST = 6000;

    private final ResultRun run;
    private final RunNames names;
    private final CsvTable metrics;
    private final RunClock clock;
    /** Lines by name of the metric. */
    private final Map<String, StringBuilder> lines = new LinkedHashMap<>();

    private MlflowExport(ResultRun run, RunNames names) {
        this.run = run;
        this.names = names;
        this.metrics = CsvTable.read(run.folder().resolve("metrics.csv"));
        this.clock = RunClock.of(run, metrics);
    }

    /** Writes all runs; the folder is what {@code --backend-store-uri} takes. */
    public static void write(List<ResultRun> runs, ExportFolder to) {
        RunNames names = RunNames.of(runs);
        Map<String, Path> experiments = new LinkedHashMap<>();
        List<ExportFolder.Entry> entries = new ArrayList<>();
        runs.forEach(run -> experiments.putIfAbsent(run.experiment(), Path.of(id(run.experiment()))));
        experiments.forEach(
                (name, folder) -> entries.add(new ExportFolder.Entry(KIND, name, folder.resolve("meta.yaml"))));
        runs.forEach(run -> entries.add(new ExportFolder.Entry(KIND, run.experiment() + "/" + run.id(), path(run))));
        to.announce(entries);
        experiments.forEach((name, folder) -> to.write(folder.resolve("meta.yaml"), experiment(name, to)));
        for (ResultRun run : runs) {
            MlflowExport export = new MlflowExport(run, names);
            to.writeFolder(path(run), made -> export.fill(made, to));
            to.advance();
        }
        to.finish();
    }

    /** A number of 18 digits, as MLflow gives. */
    private static String id(String experiment) {
        return Long.toString(100_000_000_000_000_000L
                + Long.parseUnsignedLong(hash(experiment).substring(0, 14), 16) % 900_000_000_000_000_000L);
    }

    /** Runs of several experiments must differ, which may have the same id here. */
    private static String id(ResultRun run) {
        String id = run.id().matches("[0-9a-f]{12}") ? run.id() : "";
        return (id + hash(run.experiment() + "/" + run.id())).substring(0, 32);
    }

    private static Path path(ResultRun run) {
        return Path.of(id(run.experiment()), id(run));
    }

    private static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String experiment(String name, ExportFolder to) {
        Map<String, String> meta = new LinkedHashMap<>();
        meta.put("artifact_location", text(uri(to.path().resolve(id(name)))));
        meta.put("creation_time", "0");
        meta.put("experiment_id", text(id(name)));
        meta.put("last_update_time", "0");
        meta.put("lifecycle_stage", "active");
        meta.put("name", text(name));
        return yaml(meta);
    }

    private static String uri(Path path) {
        String uri = path.toAbsolutePath().normalize().toUri().toString();
        return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    }

    private static String yaml(Map<String, String> meta) {
        StringBuilder yaml = new StringBuilder();
        meta.forEach((key, value) -> yaml.append(key).append(": ").append(value).append('\n'));
        return yaml.toString();
    }

    /** A text of YAML that is nothing but a text. */
    private static String text(String value) {
        return "'" + Shown.line(value).replace("'", "''") + "'";
    }

    private static long millis(double seconds) {
        return Math.round(1000 * seconds);
    }

    private void fill(Path folder, ExportFolder to) throws IOException {
        Files.writeString(folder.resolve("meta.yaml"), meta(to));
        Path artifacts = Files.createDirectory(folder.resolve("artifacts"));
        Path config = run.folder().resolve("config.yaml");
        if (Files.isRegularFile(config)) {
            Files.copy(config, artifacts.resolve("config.yaml"));
        }
        Map<String, String> settings = new LinkedHashMap<>();
        run.settings().forEach((key, value) -> settings.put(key.replace('/', '_'), Shown.cut(value, LONGEST - 1)));
        write(folder.resolve("params"), settings);
        write(folder.resolve("tags"), tags());
        metrics();
        rates();
        eigenvalues();
        Map<String, String> texts = new LinkedHashMap<>();
        lines.forEach((name, text) -> texts.put(name, text.toString()));
        write(folder.resolve("metrics"), texts);
    }

    private String meta(ExportFolder to) {
        Map<String, String> meta = new LinkedHashMap<>();
        meta.put("artifact_uri", text(uri(to.path().resolve(path(run)).resolve("artifacts"))));
        meta.put("deleted_time", "null");
        meta.put("end_time", clock.end() > 0 ? Long.toString(millis(clock.end())) : "null");
        meta.put("entry_point_name", "''");
        meta.put("experiment_id", text(id(run.experiment())));
        meta.put("lifecycle_stage", "active");
        meta.put("run_id", text(id(run)));
        meta.put("run_name", text(names.words(run)));
        meta.put("run_uuid", text(id(run)));
        meta.put("source_name", "''");
        meta.put("source_type", "4");
        meta.put("source_version", "''");
        meta.put("start_time", Long.toString(millis(clock.start())));
        meta.put("status", Integer.toString(status(run.standing())));
        meta.put("tags", "[]");
        meta.put("user_id", text(about("user")));
        return yaml(meta);
    }

    private String about(String key) {
        return JsonObject.read(run.folder().resolve("meta.json")).path(key).asText("");
    }

    /** MLflow's RunStatus: running 1, scheduled 2, finished 3, failed 4, killed 5. */
    private static int status(Standing standing) {
        return switch (standing) {
            case RUNNING -> 1;
            case PREEMPTED, TIMED_OUT, UNKNOWN -> 2;
            case COMPLETED -> 3;
            case DIVERGED, STALLED, FAILED -> 4;
            case STALE, CANCELLED -> 5;
        };
    }

    private Map<String, String> tags() {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("mlflow.runName", names.words(run));
        tags.put("mlflow.user", about("user"));
        tags.put("mlflow.source.git.commit", about("git_commit"));
        tags.put("soopt.run_id", run.id());
        tags.put("soopt.seed", run.seed());
        tags.put("soopt.configuration", names.configuration(run).label());
        tags.put("soopt.state", run.standing().toString());
        tags.put("soopt.reason", run.reason());
        tags.put("soopt.folder", run.folder().toAbsolutePath().normalize().toString());
        tags.values().removeIf(String::isEmpty);
        return tags;
    }

    private void metrics() {
        double[] steps = metrics.numbers("step");
        for (String column : metrics.columns()) {
            double[] values = column.equals("step") ? new double[0] : metrics.numbers(column);
            for (int row = 0; row < values.length; row++) {
                add(column.replace('/', '_'), steps[row], values[row]);
            }
        }
    }

    private void rates() {
        for (Rates.Course course : Rates.of(run.folder()).courses()) {
            double[] values = course.rates().get(Rates.Kind.USED);
            for (int i = 0; i < values.length; i++) {
                add("eta_used/" + course.group().name().replace('/', '_'), course.steps()[i], values[i]);
            }
        }
    }

    private void eigenvalues() {
        Refreshes refreshes = Refreshes.of(run.folder(), EIGENVALUES);
        for (String key : EIGENVALUES) {
            double[] values = refreshes.column(key);
            for (int i = 0; i < values.length; i++) {
                add("curvature/" + key, refreshes.column("step")[i], values[i]);
            }
        }
    }

    private void add(String name, double step, double value) {
        if (!Double.isNaN(step) && !Double.isNaN(value)) {
            lines.computeIfAbsent(name, key -> new StringBuilder())
                    .append(millis(clock.at(step)))
                    .append(' ')
                    .append(Numbers.csv(value))
                    .append(' ')
                    .append((long) step)
                    .append('\n');
        }
    }

    /** A file per key, in the folder that the part before its / names; two keys have two files. */
    private static void write(Path folder, Map<String, String> texts) throws IOException {
        Files.createDirectory(folder);
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            Path file = folder;
            for (String part : entry.getKey().split("/")) {
                file = file.resolve(name(part));
            }
            Path free = file;
            for (int i = 2; Files.exists(free); i++) {
                free = file.resolveSibling(file.getFileName() + "_" + i);
            }
            Files.createDirectories(free.toAbsolutePath().getParent());
            Files.writeString(free, entry.getValue());
        }
    }

    /** What MLflow takes as a part of a name, and no step upwards. */
    private static String name(String part) {
        String name = part.replaceAll("[^A-Za-z0-9_. -]", "_");
        return name.isBlank() || name.startsWith(".") ? "_" + name : name.substring(0, Math.min(200, name.length()));
    }
}
