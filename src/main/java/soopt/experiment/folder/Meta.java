package soopt.experiment.folder;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import soopt.backend.Backend;
import soopt.backend.Hardware;
import soopt.file.JsonObject;
import soopt.host.Git;
import soopt.host.Host;

/** meta.json: where the numbers of a run come from, apart from its experiment file. */
public final class Meta {
    private static final Map<String, String> SLURM = Map.of(
            "job_id", "SLURM_JOB_ID",
            "array_job_id", "SLURM_ARRAY_JOB_ID",
            "array_task_id", "SLURM_ARRAY_TASK_ID",
            "partition", "SLURM_JOB_PARTITION",
            "node_list", "SLURM_JOB_NODELIST",
            "restart_count", "SLURM_RESTART_COUNT");

    /** What tells one process from another. */
    private static final List<String> PROCESS = List.of(
            "started_at",
            "resumed_at",
            "ended_at",
            "soopt_version",
            "git_commit",
            "host",
            "pid",
            "cpu",
            "backend",
            "device",
            "threads",
            "slurm");

    private Meta() {}

    /**
     * The object at the start of a run; {@link #ended} completes it.
     *
     * @param dataset its name
     * @param command the command line
     */
    public static JsonObject of(
            String runId, String experiment, long seed, String dataset, List<String> command, Backend backend) {
        return new JsonObject()
                .put("run_id", runId)
                .put("experiment", experiment)
                .put("seed", seed)
                .put("dataset", dataset)
                .put("soopt_version", version())
                .put("command", command)
                .put("working_folder", Path.of("").toAbsolutePath().toString())
                .putAll(git())
                .putAll(machine())
                .putAll(libraries())
                .put("backend", backend.name())
                .put("device", device(backend.hardware()))
                .put("precision", backend.precision().name().toLowerCase(Locale.ROOT))
                .put("threads", backend.threads())
                .putAll(slurm())
                .put("started_at", Instant.now().toString());
    }

    /**
     * The object of a process that goes on with a run: it began when it began, and the processes before this one stand
     * in earlier_processes.
     *
     * @param earlier meta.json as they left it
     */
    public static JsonObject goingOn(JsonObject now, JsonNode earlier) {
        JsonObject before = JsonObject.of(earlier).keep(PROCESS);
        List<JsonObject> processes = new ArrayList<>();
        earlier.path("earlier_processes").forEach(process -> processes.add(JsonObject.of(process)));
        processes.add(before);
        Instant resumed = Instant.now();
        return now.put("started_at", earlier.path("started_at").asText(resumed.toString()))
                .put("resumed_at", resumed.toString())
                .putObjects("earlier_processes", processes);
    }

    /** What the last digits of a run depend on, by its key. */
    public static Map<String, String> digits(Backend backend) {
        Map<String, String> digits = new TreeMap<>();
        digits.put("soopt_version", version());
        digits.put("cpu", Host.cpu());
        digits.put("backend", backend.name());
        if (!backend.hardware().kind().equals("cpu")) {
            digits.put("device.name", backend.hardware().name());
        }
        return digits;
    }

    private static JsonObject device(Hardware hardware) {
        JsonObject device = new JsonObject().put("kind", hardware.kind()).put("name", hardware.name());
        hardware.driver().ifPresent(version -> device.put("driver", version));
        hardware.cuda().ifPresent(version -> device.put("cuda", version));
        hardware.solver().ifPresent(path -> device.put("cusolver", path));
        hardware.convolver().ifPresent(library -> device.put("cudnn", library));
        return device.put("memory_bytes", hardware.memoryBytes());
    }

    /** The completed object. */
    static JsonObject ended(JsonObject meta) {
        return new JsonObject().putAll(meta).put("ended_at", Instant.now().toString());
    }

    /** Of soopt, from the jar's manifest; "development" when the classes do not come from one. */
    public static String version() {
        return Optional.ofNullable(Meta.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /** From the description that Maven leaves in the jar. */
    private static JsonObject libraries() {
        JsonObject object = new JsonObject();
        try (InputStream in = Meta.class.getResourceAsStream("/META-INF/maven/org.nd4j/nd4j-api/pom.properties")) {
            if (in != null) {
                Properties properties = new Properties();
                properties.load(in);
                object.put("nd4j_version", properties.getProperty("version"));
            }
        } catch (IOException unreadable) {
            object.put("nd4j_version", "unknown");
        }
        return object;
    }

    /** As it was when this process first wrote it down: one process may do many runs. */
    private static final class WorkingFolder {
        static final Optional<Git.Facts> GIT = Git.facts(Path.of("").toAbsolutePath());
    }

    private static JsonObject git() {
        JsonObject object = new JsonObject();
        WorkingFolder.GIT.ifPresent(facts -> {
            object.put("git_commit", facts.commit());
            facts.branch().ifPresent(branch -> object.put("git_branch", branch));
            object.put("git_dirty", facts.dirty());
        });
        return object;
    }

    private static JsonObject machine() {
        JsonObject java = new JsonObject()
                .put("version", Runtime.version().toString())
                .put("vendor", System.getProperty("java.vendor"))
                .put("max_heap_bytes", Runtime.getRuntime().maxMemory());
        return new JsonObject()
                .put("host", Host.name())
                .put("user", System.getProperty("user.name"))
                .put("pid", ProcessHandle.current().pid())
                .put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))
                .put("cpu", Host.cpu())
                .put("physical_cores", Host.physicalCores())
                .put("logical_cores", Runtime.getRuntime().availableProcessors())
                .put("ram_bytes", Host.memoryBytes())
                .put("java", java);
    }

    private static JsonObject slurm() {
        Map<String, String> set = new TreeMap<>();
        SLURM.forEach((key, variable) ->
                Optional.ofNullable(System.getenv(variable)).ifPresent(value -> set.put(key, value)));
        JsonObject object = new JsonObject();
        if (!set.isEmpty()) {
            JsonObject values = new JsonObject();
            set.forEach(values::put);
            object.put("slurm", values);
        }
        return object;
    }
}
