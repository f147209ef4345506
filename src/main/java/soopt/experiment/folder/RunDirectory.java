package soopt.experiment.folder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import soopt.file.Problems;
import soopt.host.Host;

/**
 * The folder results/&lt;experiment&gt;/runs/&lt;id&gt; of one run. It is claimed before data is loaded, which writes nothing into it,
 * and created when the run can start.
 */
public final class RunDirectory implements AutoCloseable {
    private final Path path;
    private final String id;
    private final RunLock lock;
    private final Optional<Status> earlier;
    private int attempt = 1;

    private RunDirectory(Path path, String id, RunLock lock, Optional<Status> earlier) {
        this.path = path;
        this.id = id;
        this.lock = lock;
        this.earlier = earlier;
    }

    /** Where the runs of an experiment lie. */
    public static Path runs(Path results, String experiment) {
        return results.resolve(experiment).resolve("runs");
    }

    /**
     * Takes the right to write a run folder.
     *
     * @throws RunDirectoryException if the results folder cannot be written or another process runs this run
     */
    public static RunDirectory claim(Path results, String experiment, String id) {
        Path runs = runs(results, experiment);
        Path path = runs.resolve(id);
        RunLock lock = lock(results, runs.resolve(".locks"), id)
                .orElseThrow(() -> new RunDirectoryException("run " + id + " is already running: " + path));
        Optional<Status> status = Status.read(path);
        // On this host the lock is the truth; a lock may not reach from one host of a network file system to another.
        Optional<Status> live = status.filter(s -> s.state() == RunState.RUNNING)
                .filter(s -> !s.host().equals(Host.name()))
                .filter(s -> !s.isStale(Instant.now(), Host.name()));
        if (live.isPresent()) {
            lock.close();
            throw new RunDirectoryException(
                    "run " + id + " is already running on " + live.get().host() + " (pid "
                            + live.get().pid() + ", last heard of " + live.get().heartbeat() + "): " + path);
        }
        return new RunDirectory(path, id, lock, status);
    }

    private static Optional<RunLock> lock(Path results, Path folder, String id) {
        try {
            Files.createDirectories(folder);
            if (!Files.isWritable(folder.getParent())) {
                throw new RunDirectoryException(unwritable(results, "permission denied: " + folder.getParent()));
            }
            return RunLock.acquire(folder.resolve(id));
        } catch (IOException e) {
            throw new RunDirectoryException(unwritable(results, Problems.reason(e)), e);
        }
    }

    private static String unwritable(Path results, String why) {
        return "cannot write to the results folder " + results + ": " + why + "; choose another with --results";
    }

    /** The status of the run that lies there already. */
    public Optional<Status> earlier() {
        return earlier;
    }

    /** One line on the finished run that lies there, if one does: then there is nothing to run. */
    public Optional<String> finishedMessage() {
        return earlier.filter(status -> status.state().isFinal())
                .map(status -> "run " + id + " exists already ("
                        + status.state().name().toLowerCase(Locale.ROOT) + " " + status.heartbeat() + "): "
                        + path + "; use --force to run it again");
    }

    /** One line on what became of an earlier run that was not finished or is run again; after {@link #create}. */
    public Optional<String> keptMessage() {
        return earlier.filter(status -> attempt > 1)
                .map(status -> "the earlier run ("
                        + (status.state() == RunState.RUNNING
                                ? "INTERRUPTED"
                                : status.state().name())
                        + " at step " + status.step() + ") is kept in " + attemptFolder(attempt - 1));
    }

    /** Makes the folder; what lies there is kept as &lt;id&gt;.attempt-k, with k = 1 for the oldest. */
    public RunDirectory create() {
        try {
            while (Files.exists(attemptFolder(attempt))) {
                attempt++;
            }
            if (Files.exists(path)) {
                Files.move(path, attemptFolder(attempt));
                attempt++;
            }
            for (String folder : List.of("matrices", "checkpoints")) {
                Files.createDirectories(path.resolve(folder));
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path + ": " + Problems.reason(e), e);
        }
    }

    private Path attemptFolder(int number) {
        return path.resolveSibling(id + ".attempt-" + number);
    }

    public Path path() {
        return path;
    }

    public String id() {
        return id;
    }

    /** 1 for the first run of this id, one more for each that was kept aside. */
    public int attempt() {
        return attempt;
    }

    /** A file in the folder. */
    public Path file(String name) {
        return path.resolve(name);
    }

    /** A file in the folder incident/, which is made when it is first asked for. */
    public Path incident(String name) {
        try {
            return Files.createDirectories(path.resolve("incident")).resolve(name);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path + ": " + Problems.reason(e), e);
        }
    }

    /** Lets other processes have the folder. */
    @Override
    public void close() {
        lock.close();
    }
}
