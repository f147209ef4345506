package soopt.experiment.claim;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import soopt.file.JsonObject;
import soopt.file.Temporary;
import soopt.host.Host;
import soopt.host.RunningProcess;

/**
 * The process that holds a claim.
 *
 * @param installation what of a host outlives its starts; empty if it is not known
 * @param boot one start of it
 * @param machine where the pid means something: that start, in one container
 * @param started when the process began, in ticks of that start: a later process of the same pid is another
 * @param job of a batch system; empty outside
 */
public record Owner(
        String host, String installation, String boot, String machine, long pid, String started, String job) {
    /** Names that many machines bear. */
    private static final String ANY_HOST = "localhost.*|unknown|";

    /** This process. */
    public static Owner here() {
        long pid = ProcessHandle.current().pid();
        return new Owner(
                Host.name(),
                hash(text(Path.of("/etc/machine-id"))),
                hash(text(Path.of("/proc/sys/kernel/random/boot_id"))),
                Temporary.machine(),
                pid,
                RunningProcess.start(pid).orElse(""),
                job(System.getenv()));
    }

    /** The job as users of SLURM name it. */
    static String job(Map<String, String> environment) {
        String array = environment.getOrDefault("SLURM_ARRAY_JOB_ID", "");
        return array.isEmpty()
                ? environment.getOrDefault("SLURM_JOB_ID", "")
                : array + "_" + environment.getOrDefault("SLURM_ARRAY_TASK_ID", "");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException otherSystem) {
            return "";
        }
    }

    private static String hash(String text) {
        return text.isEmpty() ? "" : String.format("%08x", text.hashCode());
    }

    /** Whether its pid can be asked from here. */
    boolean isOf(Owner here) {
        return machine.equals(here.machine);
    }

    /**
     * Whether it certainly is no more: its pid is gone or another process's, or its host was started anew. Of another
     * host nothing is certain.
     */
    boolean isGone(Owner here) {
        if (isOf(here)) {
            return !RunningProcess.start(pid).equals(Optional.of(started));
        }
        boolean sameHost = !installation.isEmpty()
                && installation.equals(here.installation)
                && host.equals(here.host)
                && !host.matches(ANY_HOST);
        return sameHost && !boot.equals(here.boot);
    }

    JsonObject json() {
        return new JsonObject()
                .put("host", host)
                .put("installation", installation)
                .put("boot", boot)
                .put("machine", machine)
                .put("pid", pid)
                .put("started", started)
                .put("job", job);
    }

    static Owner read(JsonNode node) {
        return new Owner(
                node.path("host").asText(),
                node.path("installation").asText(),
                node.path("boot").asText(),
                node.path("machine").asText(),
                node.path("pid").asLong(),
                node.path("started").asText(),
                node.path("job").asText());
    }

    /** "node7 (pid 4711, job 12_3)". */
    public String words() {
        return host + " (pid " + pid + (job.isEmpty() ? "" : ", job " + job) + ")";
    }
}
