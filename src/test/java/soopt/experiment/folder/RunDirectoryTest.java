package soopt.experiment.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.host.Host;

class RunDirectoryTest {
    private static final String ID = "0123456789ab";
    /** Above the largest pid of Linux: no such process. */
    private static final long DEAD = 1L << 23;

    @TempDir
    Path results;

    private Path folder() {
        return RunDirectory.runs(results, "x").resolve(ID);
    }

    private RunDirectory claim() {
        return RunDirectory.claim(results, "x", ID);
    }

    private void leave(RunState state, String host, long pid, Instant heartbeat) throws IOException {
        Files.createDirectories(folder());
        Status status = new Status(ID, state, 3, 30, heartbeat, "over", Optional.empty(), 1, host, pid);
        Files.writeString(folder().resolve("status.json"), status.json());
    }

    @Test
    void claim_makesNoRunFolder() {
        claim().close();

        assertFalse(Files.exists(folder()));
    }

    @Test
    void fileInTheWay_isOneLineThatSaysWhatToDo() throws IOException {
        Path file = Files.writeString(results.resolve("taken"), "not a folder");

        RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> RunDirectory.claim(file, "x", ID));

        assertTrue(e.getMessage().startsWith("cannot write to the results folder " + file + ": "), e.getMessage());
        assertTrue(e.getMessage().endsWith("; choose another with --results"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
        assertEquals("not a folder", Files.readString(file));
    }

    @Test
    void kernelFolder_isNotWritable() {
        Path kernel = Path.of("/proc/soopt-results");

        RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> RunDirectory.claim(kernel, "x", ID));

        assertTrue(e.getMessage().startsWith("cannot write to the results folder " + kernel + ": "), e.getMessage());
    }

    @Test
    void completedRun_isNamedWithItsFolderAndForce() throws IOException {
        leave(RunState.COMPLETED, "elsewhere", 1, Instant.parse("2026-01-02T03:04:05Z"));

        try (RunDirectory directory = claim()) {
            assertEquals(
                    "run " + ID + " exists already (completed 2026-01-02T03:04:05Z): " + folder()
                            + "; use --force to run it again",
                    directory.finishedMessage().orElseThrow());
        }
    }

    @Test
    void secondClaim_isRefusedUntilTheFirstIsClosed() {
        RunDirectory first = claim();

        RunDirectoryException e = assertThrows(RunDirectoryException.class, this::claim);
        assertTrue(e.getMessage().contains("is already running"), e.getMessage());
        first.close();
        claim().close();
    }

    @Test
    void lock_excludesAnotherProcess() throws Exception {
        try (RunDirectory directory = claim()) {
            Path lock = RunDirectory.runs(results, "x").resolve(".locks").resolve(directory.id());
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            LockProbe.class.getName(),
                            lock.toString())
                    .redirectErrorStream(true)
                    .start();
            assertEquals("held", new String(other.getInputStream().readAllBytes()).strip());
        }
    }

    /** Says whether a lock is held by somebody else. */
    static final class LockProbe {
        public static void main(String[] arguments) throws IOException {
            System.out.println(RunLock.acquire(Path.of(arguments[0])).isPresent() ? "free" : "held");
        }
    }

    @Test
    void finishedFolder_isKeptAsAttempt() throws IOException {
        leave(RunState.COMPLETED, Host.name(), DEAD, Instant.now());
        try (RunDirectory directory = claim().create()) {
            assertEquals(2, directory.attempt());
        }
        leave(RunState.FAILED, Host.name(), DEAD, Instant.now());
        try (RunDirectory directory = claim().create()) {
            assertEquals(3, directory.attempt());
            assertEquals(
                    "the earlier run (FAILED at step 30) is kept in " + folder() + ".attempt-2",
                    directory.keptMessage().orElseThrow());
            assertEquals(
                    RunState.COMPLETED,
                    Status.read(folder().resolveSibling(ID + ".attempt-1"))
                            .orElseThrow()
                            .state());
            assertEquals(
                    RunState.FAILED,
                    Status.read(folder().resolveSibling(ID + ".attempt-2"))
                            .orElseThrow()
                            .state());
            assertTrue(Status.read(folder()).isEmpty());
        }
    }

    @Test
    void deadProcess_leavesAStaleRunThatMayStartAfresh() throws IOException {
        leave(RunState.RUNNING, Host.name(), DEAD, Instant.now());

        try (RunDirectory directory = claim()) {
            assertTrue(directory.earlier().orElseThrow().isStale(Instant.now(), Host.name()));
            assertTrue(directory.finishedMessage().isEmpty());
            directory.create();
            assertTrue(directory.keptMessage().orElseThrow().startsWith("the earlier run (INTERRUPTED at step 30)"));
        }
    }

    @Test
    void processOnAnotherHost_isBelievedWhileItsHeartIsYoung() throws IOException {
        leave(RunState.RUNNING, "elsewhere", 1, Instant.now());
        RunDirectoryException e = assertThrows(RunDirectoryException.class, this::claim);
        assertTrue(e.getMessage().contains("is already running on elsewhere (pid 1"), e.getMessage());

        leave(
                RunState.RUNNING,
                "elsewhere",
                1,
                Instant.now().minus(Status.LEASE).minusSeconds(1));
        claim().close();
    }

    @Test
    void status_readsBack() throws IOException {
        Status status = new Status(
                ID,
                RunState.DIVERGED,
                3,
                30,
                Instant.parse("2026-01-02T03:04:05.678Z"),
                "it said \"no\"",
                Optional.of(new Status.Best("val_acc", 0.5, 2)),
                4,
                "host",
                99);
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("status.json"), status.json());

        assertEquals(status, Status.read(folder()).orElseThrow());
    }
}
