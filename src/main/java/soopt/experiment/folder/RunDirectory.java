package soopt.experiment.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import soopt.file.Problems;
import soopt.file.Shown;
import soopt.file.Temporary;
import soopt.file.WriteException;
import soopt.host.Host;

/**
 * The folder results/&lt;experiment&gt;/runs/&lt;id&gt; of one run. It is claimed before data is loaded, which writes
 * nothing into it, and created when the run can start.
 */
public final class RunDirectory implements AutoCloseable {
    /** Begins the note in the lock of a claim that was refused: the heartbeat it saw, and when. */
    private static final String SEEN = "seen ";

    private final Path path;
    private final String id;
    private final RunLock lock;
    private final Optional<Remains> earlier;
    private Optional<Path> kept = Optional.empty();
    private int attempt = 1;
    private boolean goesOn;
    private boolean made;

    private RunDirectory(Path path, String id, RunLock lock, Optional<Remains> earlier) {
        this.path = path;
        this.id = id;
        this.lock = lock;
        this.earlier = earlier;
    }

    /** Where the runs of an experiment lie. */
    public static Path runs(Path results, String experiment) {
        return results.resolve(experiment).resolve("runs");
    }

    /** The results folder of a run folder. */
    public static Path resultsOf(Path runFolder) {
        Path results = runFolder;
        for (int i = 0; i < 3; i++) {
            results = Optional.ofNullable(results.getParent())
                    .orElseThrow(() -> new RunDirectoryException(
                            runFolder + " is no folder of a run: such lie in" + " <results>/<experiment>/runs"));
        }
        return results;
    }

    /**
     * The folder of a run.
     *
     * @param name its id or the beginning of one, or the folder itself
     * @throws RunDirectoryException if there is none, or more than one
     */
    public static Path find(Path results, String name) {
        List<Path> found = name.isBlank() ? List.of() : found(results, name);
        Path folder = Path.of(name);
        if (found.isEmpty() && Files.isDirectory(folder)) {
            found = List.of(folder.toAbsolutePath().normalize());
        }
        if (found.size() != 1) {
            throw new RunDirectoryException(
                    found.isEmpty()
                            ? "there is no run " + Shown.quoted(name) + " in " + results
                                    + ", and no folder of that name; results lie elsewhere with --results"
                            : found.size() + " runs begin with " + Shown.quoted(name) + ": "
                                    + found.stream().map(Path::toString).collect(Collectors.joining(", ")));
        }
        return found.get(0);
    }

    private static List<Path> found(Path results, String id) {
        try (Stream<Path> experiments = Files.isDirectory(results) ? Files.list(results) : Stream.empty()) {
            List<Path> found = new ArrayList<>();
            for (Path experiment : experiments.sorted().toList()) {
                Path runs = experiment.resolve("runs");
                try (Stream<Path> folders = Files.isDirectory(runs) ? Files.list(runs) : Stream.empty()) {
                    folders.filter(folder -> folder.getFileName().toString().matches("[0-9a-f]{12}"))
                            .filter(folder -> folder.getFileName().toString().startsWith(id))
                            .forEach(folder -> found.add(folder.toAbsolutePath().normalize()));
                }
            }
            return found;
        } catch (IOException e) {
            throw new RunDirectoryException("cannot read " + results + ": " + Problems.reason(e), e);
        }
    }

    /**
     * Takes the right to write a run folder, and sweeps what dead processes left half-written in it. The end of a run
     * that a kill kept out of status.json is written there.
     *
     * @param force whether to take it from a process on another host that may live, which no lock may tell from here
     * @throws RunDirectoryException if the results folder cannot be written or another process runs this run
     */
    public static RunDirectory claim(Path results, String experiment, String id, boolean force) {
        Path runs = runs(results, experiment);
        Path path = runs.resolve(id);
        RunLock lock = lock(results, runs.resolve(".locks").resolve(id))
                .orElseThrow(() -> new RunDirectoryException("run " + id + " is already running: " + path));
        try {
            Optional<Remains> earlier = Remains.of(path);
            if (!force && earlier.isPresent()) {
                refuseIfAlive(earlier.get().status(), path, lock);
            }
            for (String folder : List.of("", "matrices", "checkpoints", "incident")) {
                Temporary.sweep(path.resolve(folder));
            }
            earlier.ifPresent(remains -> remains.repair(path));
            return new RunDirectory(path, id, lock, earlier);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static Optional<RunLock> lock(Path results, Path file) {
        try {
            Optional<RunLock> lock = RunLock.acquire(file);
            Path runs = file.getParent().getParent();
            if (!Files.isWritable(runs)) {
                lock.ifPresent(RunLock::discard);
                throw new RunDirectoryException(unwritable(results, "permission denied: " + runs));
            }
            return lock;
        } catch (IOException e) {
            throw new RunDirectoryException(unwritable(results, Problems.reason(e)), e);
        }
    }

    /**
     * On this host the lock is the truth; it may not reach from one host of a network file system to another. There the
     * heartbeat tells: it must be young, or, by a clock that is not ours, must move while we look.
     */
    private static void refuseIfAlive(Status status, Path path, RunLock lock) {
        boolean elsewhere = !status.host().isEmpty() && !status.host().equals(Host.name());
        if (status.state() != RunState.RUNNING || !elsewhere || isSilent(status.heartbeat(), Instant.now(), lock)) {
            return;
        }
        throw new RunDirectoryException("run " + status.runId() + " is already running on " + status.host() + " (pid "
                + status.pid() + ", last heard of " + status.heartbeat() + "): " + path
                + "; if it is dead, use --force or wait " + Status.LEASE.toMinutes() + " minutes");
    }

    /**
     * Whether nothing was heard for {@link Status#LEASE}: by the two clocks, or by ours since an earlier claim saw the
     * same.
     */
    private static boolean isSilent(Instant heartbeat, Instant now, RunLock lock) {
        if (heartbeat.plus(Status.LEASE).isBefore(now)) {
            return true;
        }
        try {
            Optional<Instant> since = seenSince(lock.note(), heartbeat).filter(seen -> !seen.isAfter(now));
            if (since.isEmpty()) {
                lock.note(SEEN + heartbeat + " " + now);
            }
            return since.filter(seen -> !seen.plus(Status.LEASE).isAfter(now)).isPresent();
        } catch (IOException e) {
            throw new WriteException(Path.of(".locks"), e);
        }
    }

    private static Optional<Instant> seenSince(String note, Instant heartbeat) {
        String same = SEEN + heartbeat + " ";
        try {
            return note.startsWith(same) ? Optional.of(Instant.parse(note.substring(same.length()))) : Optional.empty();
        } catch (DateTimeParseException torn) {
            return Optional.empty();
        }
    }

    private static String unwritable(Path results, String why) {
        return "cannot write to the results folder " + results + ": " + why + "; choose another with --results";
    }

    /** The status of the run that lies there already: RUNNING also if it was cut off. */
    public Optional<Status> earlier() {
        return earlier.map(Remains::status);
    }

    /** One line on the finished run that lies there, if one does: then there is nothing to run. */
    public Optional<String> finishedMessage() {
        return earlier.filter(remains -> remains.status().state().isFinal())
                .map(remains -> "run " + id + " exists already ("
                        + remains.status().state().name().toLowerCase(Locale.ROOT) + " "
                        + remains.status().heartbeat() + (remains.statusWasRead() ? "" : ", by its other files") + "): "
                        + path + "; use run --force to run it again");
    }

    /** How the run stands that lies there, if it was not finished. */
    public Optional<Status> interrupted() {
        return earlier().filter(status -> !status.state().isFinal());
    }

    /** When and how the unfinished run that lies there ended, as the rest of a sentence. */
    public Optional<String> interruption() {
        return interrupted().map(status -> {
            String how = status.state() == RunState.RUNNING
                    ? "by a kill or a crash"
                    : "(" + status.state().name() + ": " + status.message().split(";", 2)[0] + ")";
            return "interrupted at " + status.heartbeat() + " " + how;
        });
    }

    /** Goes on with the folder that lies there. */
    public RunDirectory reopen() {
        goesOn = true;
        attempt = earlier().orElseThrow().attempt();
        return this;
    }

    /** The status of a run that begins or goes on in it. */
    Status begun() {
        Optional<Status> before = earlier().filter(status -> goesOn);
        return new Status(
                id,
                RunState.RUNNING,
                before.map(Status::epoch).orElse(0),
                before.map(Status::step).orElse(0L),
                Instant.now(),
                "",
                before.flatMap(Status::best),
                attempt,
                Host.name(),
                ProcessHandle.current().pid());
    }

    /** One line on what became of an earlier run that was not finished or is run again; after {@link #create}. */
    public Optional<String> keptMessage() {
        return earlier.filter(remains -> kept.isPresent())
                .map(remains -> "the earlier run ("
                        + (remains.status().state() == RunState.RUNNING
                                ? "INTERRUPTED"
                                : remains.status().state().name())
                        + " at step " + remains.status().step()
                        + (remains.statusWasRead() ? "" : ", without a status.json that says so")
                        + ") is kept in " + attemptFolder(attempt - 1));
    }

    /** Makes the folder; what lies there is kept as &lt;id&gt;.attempt-k, with k = 1 for the oldest. */
    public RunDirectory create() {
        try {
            while (Files.exists(attemptFolder(attempt))) {
                attempt++;
            }
            if (Files.exists(path)) {
                Path keeper = attemptFolder(attempt);
                Files.move(path, keeper);
                kept = Optional.of(keeper);
                attempt++;
            }
            made = true;
            for (String folder : List.of("matrices", "checkpoints")) {
                Files.createDirectories(path.resolve(folder));
            }
            return this;
        } catch (IOException e) {
            throw new WriteException(path, e);
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

    /**
     * Takes the folder away again that {@link #create} made, as nothing could be written into it; what was there is
     * back.
     */
    public void abandon() {
        if (!made) {
            return;
        }
        Temporary.discard(path);
        if (kept.isPresent()) {
            try {
                Files.move(kept.get(), path);
            } catch (IOException e) {
                throw new WriteException(path, e);
            }
        }
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
            throw new WriteException(path, e);
        }
    }

    /**
     * Lets other processes have the folder; without one there is nothing to keep locked, and no trace of the claim
     * stays.
     */
    @Override
    public void close() {
        if (Files.notExists(path)) {
            lock.discard();
        } else {
            lock.close();
        }
    }
}
