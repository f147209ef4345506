package soopt.sweep.slurm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import soopt.file.Problems;
import soopt.file.Shown;

/**
 * The SLURM of this machine, by its commands. Each has a time limit: a controller that is overloaded lets them wait. Of
 * accounting nothing is asked: many clusters have none.
 */
public final class SlurmCluster implements Cluster {
    private static final long SECONDS = 60;
    private static final Pattern JOB = Pattern.compile("(?m)^(\\d+)(;.*)?$");
    private static final Pattern MAX_ARRAY = Pattern.compile("(?m)^MaxArraySize\\s*=\\s*(\\d+)");
    /** States after which nothing comes. */
    private static final Set<String> OVER = Set.of(
            "BOOT_FAIL",
            "CANCELLED",
            "COMPLETED",
            "DEADLINE",
            "FAILED",
            "NODE_FAIL",
            "OUT_OF_MEMORY",
            "REVOKED",
            "TIMEOUT");

    @Override
    public long submit(Path script, List<Long> dependency) {
        List<String> command = new ArrayList<>(List.of("sbatch", "--parsable"));
        if (!dependency.isEmpty()) {
            command.add("--dependency=afterany:"
                    + dependency.stream().map(String::valueOf).collect(Collectors.joining(":")));
        }
        command.add(script.toString());
        String said = run(command);
        Matcher matcher = JOB.matcher(said);
        if (!matcher.find()) {
            throw new ClusterException("sbatch answered " + Shown.quoted(said.strip()) + " instead of a job's number");
        }
        return Long.parseLong(matcher.group(1));
    }

    @Override
    public Set<Task> alive(List<Long> jobs) {
        Set<Task> alive = new HashSet<>();
        if (jobs.isEmpty()) {
            return alive;
        }
        // without numbers of jobs: of one that SLURM has forgotten it says an error
        String said = run(List.of(
                "squeue",
                "-h",
                "-r",
                "-t",
                "all",
                "-u",
                System.getProperty("user.name"),
                "-O",
                "ArrayJobID:30,ArrayTaskID:30,State:30"));
        for (String line : said.lines().toList()) {
            String[] fields = line.strip().split("\\s+");
            if (fields.length == 3
                    && fields[0].matches("\\d+")
                    && fields[1].matches("\\d+")
                    && jobs.contains(Long.parseLong(fields[0]))
                    && !OVER.contains(fields[2])) {
                alive.add(new Task(Long.parseLong(fields[0]), Integer.parseInt(fields[1])));
            }
        }
        return alive;
    }

    @Override
    public OptionalInt maxArraySize() {
        Matcher matcher = MAX_ARRAY.matcher(run(List.of("scontrol", "show", "config")));
        return matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    @Override
    public void requeue(String task) {
        run(List.of("scontrol", "requeue", task));
    }

    /** What sbatch says it is; empty where there is none. */
    public static Optional<String> version() {
        try {
            return Optional.of(run(List.of("sbatch", "--version")).strip());
        } catch (ClusterException absent) {
            return Optional.empty();
        }
    }

    private static String run(List<String> command) {
        String words = String.join(" ", command);
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(false).start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new ClusterException("cannot call " + command.get(0) + ": " + Problems.reason(e)
                    + "; --slurm needs SLURM's commands on the PATH, as on a login node");
        }
        CompletableFuture<String> out = text(process.getInputStream());
        CompletableFuture<String> err = text(process.getErrorStream());
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new ClusterException("SLURM did not answer '" + words + "' in " + SECONDS
                        + " s: try again later; what is submitted goes on");
            }
            if (process.exitValue() != 0) {
                throw new ClusterException("SLURM refused '" + words + "': " + said(err.join(), out.join()));
            }
            return out.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted while SLURM was asked '" + words + "'");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String said(String err, String out) {
        String text = err.isBlank() ? out : err;
        return Shown.line(
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("; ")));
    }

    private static CompletableFuture<String> text(InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try (stream) {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException gone) {
                return "";
            }
        });
    }
}
