package soopt.experiment.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.experiment.SmallRun;
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
        return RunDirectory.claim(results, "x", ID, false);
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

        RunDirectoryException e =
                assertThrows(RunDirectoryException.class, () -> RunDirectory.claim(file, "x", ID, false));

        assertTrue(e.getMessage().startsWith("cannot write to the results folder " + file + ": "), e.getMessage());
        assertTrue(e.getMessage().endsWith("; choose another with --results"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
        assertEquals("not a folder", Files.readString(file));
    }

    @Test
    void kernelFolder_isNotWritable() {
        Path kernel = Path.of("/proc/soopt-results");

        RunDirectoryException e =
                assertThrows(RunDirectoryException.class, () -> RunDirectory.claim(kernel, "x", ID, false));

        assertTrue(e.getMessage().startsWith("cannot write to the results folder " + kernel + ": "), e.getMessage());
    }

    @Test
    void completedRun_isNamedWithItsFolderAndForce() throws IOException {
        leave(RunState.COMPLETED, "elsewhere", 1, Instant.parse("2026-01-02T03:04:05Z"));

        try (RunDirectory directory = claim()) {
            assertEquals(
                    "run " + ID + " exists already (completed 2026-01-02T03:04:05Z): " + folder()
                            + "; use run --force to run it again",
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

    // ---- clocks of other hosts ----

    private void leaveRunningElsewhere(Instant heartbeat) throws IOException {
        leave(RunState.RUNNING, "elsewhere", 1, heartbeat);
    }

    private Path lockFile() {
        return RunDirectory.runs(results, "x").resolve(".locks").resolve(ID);
    }

    private void assertRefused() {
        RunDirectoryException e = assertThrows(RunDirectoryException.class, this::claim);
        assertTrue(e.getMessage().contains("is already running on elsewhere (pid 1"), e.getMessage());
        assertTrue(e.getMessage().endsWith("; if it is dead, use --force or wait 10 minutes"), e.getMessage());
    }

    @Test
    void heartbeatOfTheFuture_isBelievedUntilItStoodStillForTheLease() throws IOException {
        Instant future = Instant.parse("2099-01-01T00:00:00Z");
        leaveRunningElsewhere(future);
        assertRefused();
        assertTrue(Files.readString(lockFile()).startsWith("seen 2099-01-01T00:00:00Z "), "it notes what it saw");

        Instant seen = Instant.now().minus(Status.LEASE);
        Files.writeString(lockFile(), "seen " + future + " " + seen.plusSeconds(60));
        assertRefused();
        assertEquals("seen " + future + " " + seen.plusSeconds(60), Files.readString(lockFile()));

        Files.writeString(lockFile(), "seen " + future + " " + seen.minusSeconds(1));
        claim().close();
    }

    @Test
    void heartbeatOfTheFuture_thatMoves_isALivingRun() throws IOException {
        leaveRunningElsewhere(Instant.parse("2099-01-01T00:00:10Z"));
        Files.createDirectories(lockFile().getParent());
        Files.writeString(lockFile(), "seen 2099-01-01T00:00:00Z 2026-01-01T00:00:00Z");

        assertRefused();
        assertTrue(Files.readString(lockFile()).startsWith("seen 2099-01-01T00:00:10Z "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "seen", "seen 2099-01-01T00:00:00Z then", "seen 2099-01-01T00:00:00Z 2098-01-01T00:00:00Z"})
    void noteThatSaysNothing_isWrittenAnew(String note) throws IOException {
        leaveRunningElsewhere(Instant.parse("2099-01-01T00:00:00Z"));
        Files.createDirectories(lockFile().getParent());
        Files.writeString(lockFile(), note);

        assertRefused();
        assertTrue(
                Files.readString(lockFile()).matches("seen 2099-01-01T00:00:00Z 20[2-8].*"),
                Files.readString(lockFile()));
    }

    @Test
    void force_takesARunFromAnotherHost_butNotFromALock() throws IOException {
        leaveRunningElsewhere(Instant.parse("2099-01-01T00:00:00Z"));

        try (RunDirectory directory = RunDirectory.claim(results, "x", ID, true)) {
            assertEquals(folder(), directory.path());
            assertThrows(RunDirectoryException.class, () -> RunDirectory.claim(results, "x", ID, true));
        }
    }

    // ---- locks ----

    @Test
    void claimWithoutARun_leavesNoTrace() {
        Path made = results.resolve("new/one");
        RunDirectory.claim(made, "x", ID, false).close();

        assertFalse(Files.exists(results.resolve("new")));
    }

    @Test
    void claimWithoutARun_leavesTheFoldersOfOthers() throws IOException {
        Files.createDirectories(RunDirectory.runs(results, "x").resolve(".locks"));
        claim().close();

        assertTrue(Files.exists(RunDirectory.runs(results, "x").resolve(".locks")));
        assertFalse(Files.exists(lockFile()));
    }

    @Test
    void lockOfARun_stays() throws IOException {
        try (RunDirectory directory = claim()) {
            directory.create();
        }

        assertTrue(Files.exists(lockFile()));
    }

    /** Whoever opened the file before it was deleted must see that it bears its name no more. */
    @Test
    void deletedLock_saysSoToThoseWhoOpenedIt() throws IOException {
        RunLock lock = RunLock.acquire(lockFile()).orElseThrow();
        try (FileChannel early = FileChannel.open(lockFile(), StandardOpenOption.READ)) {
            lock.discard();
            ByteBuffer bytes = ByteBuffer.allocate(10);
            early.read(bytes);
            assertEquals("gone", new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
        }
        assertFalse(Files.exists(lockFile()));
    }

    @Test
    void firstAttempt_hasNothingToKeep() throws IOException {
        leave(RunState.FAILED, Host.name(), DEAD, Instant.now());
        try (RunDirectory directory = claim()) {
            assertEquals(Optional.empty(), directory.keptMessage(), "before it is moved");
        }
    }

    @Test
    void lockThatIsGone_isNotTaken() throws IOException {
        RunLock first = RunLock.acquire(lockFile()).orElseThrow();
        first.discard();
        RunLock second = RunLock.acquire(lockFile()).orElseThrow();

        assertEquals("", second.note());
        second.note("gone");
        second.close();
        long begin = System.nanoTime();
        try (RunLock third = RunLock.acquire(lockFile()).orElseThrow()) {
            assertTrue(System.nanoTime() - begin > 400_000_000L, "it waits for whoever may still delete it");
            assertEquals(
                    "gone",
                    third.note(),
                    "left by one that died before it could delete the file: taken after some tries");
        }
    }

    @Test
    void manyClaims_atOnce_areNeverTwoAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger claims = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                for (int own = 0; own < 25; ) {
                    try (RunDirectory directory = claim()) {
                        assertEquals(ID, directory.id());
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        claims.incrementAndGet();
                        own++;
                        inside.decrementAndGet();
                    } catch (RunDirectoryException busy) {
                        Thread.onSpinWait();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertEquals(1, most.get());
        assertEquals(100, claims.get());
    }

    @Test
    void plantedLink_isNotFollowedByTheLock() throws IOException {
        Files.createDirectories(lockFile().getParent());
        Files.createSymbolicLink(lockFile(), results.resolve("made"));

        RunDirectoryException e = assertThrows(RunDirectoryException.class, this::claim);
        assertTrue(e.getMessage().contains("a link is in the way"), e.getMessage());
        assertFalse(Files.exists(results.resolve("made")));
    }

    // ---- status.json missing, damaged or behind ----

    private void leaveEvents(String... lines) throws IOException {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("events.jsonl"), String.join("\n", lines) + "\n");
    }

    private static String finished(String state) {
        return "{\"t\":\"2026-01-02T03:04:05Z\",\"event\":\"run_finished\",\"step\":30,\"epoch\":3,\"state\":\"" + state
                + "\",\"exit_code\":0,\"warnings\":[\"w\"],\"best\":{\"metric\":\"val_acc\",\"value\":0.5,\"epoch\":2},"
                + "\"message\":\"over\"}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"state\": \"RUNNING\"}", "[]", "\u0000\u0000\u0000"})
    void finishedRun_withoutAReadableStatus_isNotRunAgain(String status) throws IOException {
        leaveEvents("{\"event\":\"run_started\"}", finished("COMPLETED"));
        Files.writeString(folder().resolve("meta.json"), "{\"host\":\"h\",\"pid\":7}");
        Files.writeString(folder().resolve("status.json"), status);

        try (RunDirectory directory = claim()) {
            assertEquals(
                    "run " + ID + " exists already (completed 2026-01-02T03:04:05Z, by its other files): " + folder()
                            + "; use run --force to run it again",
                    directory.finishedMessage().orElseThrow());
        }
        Status repaired = Status.read(folder()).orElseThrow();
        assertEquals(RunState.COMPLETED, repaired.state());
        assertEquals(30, repaired.step());
        assertEquals(3, repaired.epoch());
        assertEquals("over", repaired.message());
        assertEquals(List.of("w"), repaired.ending().orElseThrow().warnings());
        assertEquals(Optional.of(new Status.Best("val_acc", 0.5, 2)), repaired.best());
        assertEquals(
                "{\"host\":\"h\",\"pid\":7,\"ended_at\":\"2026-01-02T03:04:05Z\"}",
                RunFolder.open(folder()).meta().toString());
        try (RunDirectory directory = claim()) {
            assertTrue(directory.finishedMessage().orElseThrow().contains("(completed 2026-01-02T03:04:05Z): "));
        }
    }

    /** What a kill between run_finished and status.json leaves. */
    @Test
    void runningStatus_behindTheEnd_isOver() throws IOException {
        leave(RunState.RUNNING, Host.name(), DEAD, Instant.now());
        leaveEvents("{\"event\":\"run_started\"}", finished("DIVERGED"));

        try (RunDirectory directory = claim()) {
            assertEquals(RunState.DIVERGED, directory.earlier().orElseThrow().state());
            assertTrue(directory.finishedMessage().isPresent());
        }
        assertEquals(RunState.DIVERGED, Status.read(folder()).orElseThrow().state());
    }

    @Test
    void failedRun_byItsEvent_isRunAgain() throws IOException {
        leaveEvents("{\"event\":\"run_started\"}", finished("FAILED"));

        try (RunDirectory directory = claim()) {
            assertTrue(directory.finishedMessage().isEmpty());
            directory.create();
            assertEquals(
                    "the earlier run (FAILED at step 30, without a status.json that says so) is kept in " + folder()
                            + ".attempt-1",
                    directory.keptMessage().orElseThrow());
        }
    }

    @Test
    void endAlone_isAnEnd_atTheTimeOfItsFileIfItTellsNone() throws IOException {
        leaveEvents(finished("COMPLETED").replace("2026-01-02T03:04:05Z", "yesterday"));
        Instant written = Instant.parse("2026-01-02T00:00:00Z");
        Files.setLastModifiedTime(folder().resolve("events.jsonl"), FileTime.from(written));

        try (RunDirectory directory = claim()) {
            assertEquals(RunState.COMPLETED, directory.earlier().orElseThrow().state());
            assertEquals(written, directory.earlier().orElseThrow().heartbeat());
        }
    }

    @Test
    void oneRow_isTheStateOfACutOffRun() throws IOException {
        leaveEvents("{\"event\":\"run_started\"}");
        Files.writeString(folder().resolve("metrics.csv"), "epoch,step\n4,9\n");

        try (RunDirectory directory = claim()) {
            assertEquals(9, directory.earlier().orElseThrow().step());
            assertEquals(4, directory.earlier().orElseThrow().epoch());
        }
    }

    @Test
    void abandonedFolder_givesItsPlaceBackToWhatWasThere() throws IOException {
        try (RunDirectory directory = claim().create()) {
            Files.createFile(directory.incident("a"));
            directory.abandon();
            assertFalse(Files.exists(folder()));
        }
        leave(RunState.FAILED, Host.name(), DEAD, Instant.now());
        try (RunDirectory directory = claim().create()) {
            Files.createFile(directory.file("new"));
            directory.abandon();
        }
        assertEquals(RunState.FAILED, Status.read(folder()).orElseThrow().state());
        assertFalse(Files.exists(folder().resolve("new")));
        assertFalse(Files.exists(folder().resolveSibling(ID + ".attempt-1")));
    }

    @Test
    void folderThatWasNotMade_isNotTakenAway() throws IOException {
        leave(RunState.FAILED, Host.name(), DEAD, Instant.now());
        try (RunDirectory directory = claim()) {
            directory.abandon();
        }
        assertEquals(RunState.FAILED, Status.read(folder()).orElseThrow().state());
    }

    @Test
    void endOfAnEarlierStart_isNoEnd() throws IOException {
        leaveEvents(finished("COMPLETED"), "{\"event\":\"run_started\"}", "{\"event\":\"epoch_finished\"}");

        try (RunDirectory directory = claim()) {
            assertTrue(directory.finishedMessage().isEmpty());
        }
    }

    @Test
    void cutOffRun_withoutAStatus_isToldAndKept() throws IOException {
        leaveEvents("{\"event\":\"run_started\"}", "{\"event\":\"run_fini");
        Files.writeString(folder().resolve("metrics.csv"), "epoch,step,other\n0,0,x\n2,21,x\n3,3");

        try (RunDirectory directory = claim()) {
            assertTrue(directory.finishedMessage().isEmpty());
            directory.create();
            assertEquals(
                    "the earlier run (INTERRUPTED at step 21, without a status.json that says so) is kept in "
                            + folder() + ".attempt-1",
                    directory.keptMessage().orElseThrow());
        }
        assertFalse(Files.exists(folder().resolve("status.json")));
    }

    @Test
    void runWithoutEvents_isJudgedByItsEndedMetaAndItsEpochs() throws IOException {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("meta.json"), "{\"ended_at\":\"2026-01-02T03:04:05Z\"}");
        Files.writeString(folder().resolve("config.yaml"), SmallRun.YAML);
        Files.writeString(folder().resolve("metrics.csv"), "epoch,step\n0,0\n1,7\n");
        try (RunDirectory directory = claim()) {
            assertTrue(directory.finishedMessage().isEmpty(), "one of two epochs");
        }
        Files.writeString(folder().resolve("metrics.csv"), "epoch,step\n0,0\n1,7\n2,14\n");
        try (RunDirectory directory = claim()) {
            assertEquals(RunState.COMPLETED, directory.earlier().orElseThrow().state());
        }
        Files.delete(folder().resolve("status.json"));
        Files.writeString(folder().resolve("config.yaml"), "no: experiment");
        try (RunDirectory directory = claim()) {
            assertTrue(directory.finishedMessage().isEmpty(), "of unknown length");
        }
        Files.createDirectories(folder().resolve("incident"));
        Files.writeString(folder().resolve("incident/incident.json"), "{}");
        try (RunDirectory directory = claim()) {
            assertEquals(RunState.DIVERGED, directory.earlier().orElseThrow().state());
        }
    }

    @Test
    void youngRunOfAnotherHost_withoutAStatus_isBelieved() throws IOException {
        leaveEvents("{\"event\":\"run_started\"}");
        Files.writeString(folder().resolve("meta.json"), "{\"host\":\"elsewhere\",\"pid\":1}");

        assertRefused();
        for (String name : List.of("events.jsonl", "meta.json")) {
            Files.setLastModifiedTime(
                    folder().resolve(name),
                    FileTime.from(Instant.now().minus(Status.LEASE).minusSeconds(1)));
        }
        claim().close();
    }

    @Test
    void emptyFolder_isARunThatWasCutOffBeforeItBegan() throws IOException {
        Files.createDirectories(folder());

        try (RunDirectory directory = claim()) {
            assertTrue(directory.finishedMessage().isEmpty());
        }
    }

    // ---- temporary files ----

    @Test
    void claim_sweepsWhatTheDeadLeft_andNotWhatTheLivingWrite() throws IOException {
        leave(RunState.COMPLETED, Host.name(), DEAD, Instant.now());
        String dead = ".tmp" + DEAD;
        String alive = ".tmp" + ProcessHandle.current().pid();
        for (String name : List.of("", "matrices/", "checkpoints/")) {
            Files.createDirectories(folder().resolve(name));
            Files.createFile(folder().resolve(name + "a" + dead));
            Files.createFile(folder().resolve(name + "a" + alive));
        }
        claim().close();

        for (String name : List.of("", "matrices/", "checkpoints/")) {
            assertFalse(Files.exists(folder().resolve(name + "a" + dead)), name);
            assertTrue(Files.exists(folder().resolve(name + "a" + alive)), name);
        }
        assertTrue(Files.exists(folder().resolve("status.json")));
    }

    @Test
    void status_readsBack() throws IOException {
        Status status = new Status(
                ID,
                RunState.FAILED,
                3,
                30,
                Instant.parse("2026-01-02T03:04:05.678Z"),
                "it said \"no\"",
                Optional.of(new Status.Best("val_acc", 0.5, 2)),
                4,
                "host",
                99,
                Optional.of(
                        new Ending(RunState.FAILED, 3, "it said \"no\"", List.of("one", "two"), RefreshCount.NONE)));
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("status.json"), status.json());

        assertEquals(status, Status.read(folder()).orElseThrow());
    }
}
