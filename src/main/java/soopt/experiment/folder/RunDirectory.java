package soopt.experiment.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import soopt.experiment.claim.Claim;
import soopt.experiment.claim.ClaimLostException;
import soopt.experiment.claim.Holder;
import soopt.experiment.claim.Owner;
import soopt.file.Problems;
import soopt.file.Shown;
import soopt.file.Temporary;
import soopt.file.WholeFile;
import soopt.file.WriteException;
import soopt.host.Host;

/**
 * The folder results/&lt;experiment&gt;/runs/&lt;id&gt; of one run. It is claimed before data is loaded, which writes
 * nothing into it, and created when the run can start.
 */
public final class RunDirectory implements AutoCloseable {
    /** Of the folder of runs, where claims lie; one does not go with a run folder that is kept aside. */
    private static final String CLAIMS = ".claims";

    private final Path path;
    private final String id;
    private final Claim claim;
    private final Optional<Remains> earlier;
    private Optional<Path> kept = Optional.empty();
    private int attempt = 1;
    private boolean goesOn;
    private boolean made;

    private RunDirectory(Path path, String id, Claim claim, Optional<Remains> earlier) {
        this.path = path;
        this.id = id;
        this.claim = claim;
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
     * @param force whether to take it from a process that may live, as far as that cannot be told from here
     * @throws RunDirectoryException if the results folder cannot be written or another process runs this run
     */
    public static RunDirectory claim(Path results, String experiment, String id, boolean force) {
        Path path = runs(results, experiment).resolve(id);
        Claim claim = claim(results, path, force);
        try {
            claim.predecessor().ifPresent(before -> fence(path, before));
            for (String folder : List.of("", "matrices", "checkpoints", "incident")) {
                Temporary.sweep(path.resolve(folder));
            }
            Optional<Remains> earlier = Remains.of(path);
            earlier.ifPresent(remains -> remains.repair(path));
            return new RunDirectory(path, id, claim, earlier);
        } catch (RuntimeException | Error e) {
            claim.close();
            throw e;
        }
    }

    /** The file that says who writes a run folder. */
    public static Path claimFile(Path runFolder) {
        return runFolder.resolveSibling(CLAIMS).resolve(runFolder.getFileName());
    }

    private static Claim claim(Path results, Path path, boolean force) {
        Owner here = Owner.here();
        Claim.Attempt attempt;
        try {
            attempt = Claim.acquire(claimFile(path), here, force);
        } catch (IOException e) {
            throw new RunDirectoryException(unwritable(results, Problems.reason(e)), e);
        }
        Claim claim = attempt.claim()
                .orElseThrow(() -> RunDirectoryException.inUse("run " + path.getFileName() + " is already running"
                        + attempt.holder().orElseThrow().refusal(here) + ": " + path));
        if (!Files.isWritable(path.getParent())) {
            claim.discard();
            throw new RunDirectoryException(unwritable(results, "permission denied: " + path.getParent()));
        }
        return claim;
    }

    /**
     * A process that was silent may come back to open files and half-written ones. The files that it has open are
     * replaced by copies, so that its lines go into files without a name; what it was about to rename is deleted.
     * Before it writes another file it looks whether it still may ({@link #write}).
     */
    private static void fence(Path path, Holder before) {
        if (!Files.isDirectory(path) || before.life(Owner.here(), Instant.now()) == Holder.Life.GONE) {
            return;
        }
        for (String name : List.of("", "matrices", "checkpoints", "incident")) {
            Path folder = path.resolve(name);
            Temporary.sweep(folder, before.owner().machine(), before.owner().pid());
            if (!name.equals("checkpoints") && Files.isDirectory(folder)) {
                renew(folder);
            }
        }
    }

    private static void renew(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = Temporary.beside(file);
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new WriteException(folder, e);
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
     * Makes sure that no other process has taken the run over.
     *
     * @throws ClaimLostException if one has
     */
    public void require() {
        claim.require();
    }

    /**
     * Replaces a file of the folder by this text, unless the run was taken over meanwhile.
     *
     * @throws ClaimLostException if it was; the file is as the other process wants it
     */
    void write(Path file, String text) {
        WholeFile.write(file, text, this::require);
    }

    /**
     * Lets other processes have the folder; without one there is nothing to keep, and no trace of the claim stays.
     */
    @Override
    public void close() {
        if (Files.notExists(path)) {
            claim.discard();
        } else {
            claim.close();
        }
    }
}
