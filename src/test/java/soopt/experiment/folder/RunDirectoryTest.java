package soopt.experiment.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.experiment.SmallRun;
import soopt.experiment.claim.Claim;
import soopt.experiment.claim.ClaimLostException;
import soopt.experiment.claim.Holder;
import soopt.experiment.claim.Owner;
import soopt.file.LineStream;
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

    // ---- claims ----

    private static final Owner ELSEWHERE = new Owner("elsewhere", "i", "b", "0000000a", 1, "1", "");

    private Path claimFile() {
        return RunDirectory.claimFile(folder());
    }

    private Claim takenElsewhere() throws IOException {
        return Claim.acquire(claimFile(), ELSEWHERE, false).claim().orElseThrow();
    }

    private void beSilent() throws IOException {
        Files.setLastModifiedTime(
                claimFile(), FileTime.from(Instant.now().minus(Holder.LEASE).minusSeconds(1)));
    }

    @Test
    void processOnAnotherHost_isBelievedWhileItsHeartIsYoung() throws IOException {
        leave(RunState.RUNNING, "elsewhere", 1, Instant.now());
        takenElsewhere();

        RunDirectoryException e = assertThrows(RunDirectoryException.class, this::claim);
        assertTrue(
                e.getMessage().startsWith("run " + ID + " is already running on elsewhere (pid 1), last heard of 2"),
                e.getMessage());
        assertTrue(
                e.getMessage().endsWith("; if it is dead, use --force or wait 10 minutes: " + folder()),
                e.getMessage());
        beSilent();
        claim().close();
    }

    /** Its status.json says so, but nobody claims it: it was cut off, or copied from another results folder. */
    @Test
    void runningStatus_withoutAClaim_isThatOfACutOffRun() throws IOException {
        leave(RunState.RUNNING, "elsewhere", 1, Instant.now());

        try (RunDirectory directory = claim()) {
            assertTrue(directory.interrupted().isPresent());
        }
    }

    @Test
    void force_takesARunFromAnotherHost_butNotFromALivingProcess() throws IOException {
        takenElsewhere();

        try (RunDirectory directory = RunDirectory.claim(results, "x", ID, true)) {
            assertEquals(folder(), directory.path());
            assertThrows(RunDirectoryException.class, () -> RunDirectory.claim(results, "x", ID, true));
        }
    }

    /** What a stopped process does when it goes on after another took its run over. */
    @Test
    void processThatComesBack_writesNothingThatTheNewOwnerReads() throws IOException {
        leave(RunState.RUNNING, "elsewhere", 1, Instant.now());
        Claim slept = takenElsewhere();
        Files.createDirectories(folder().resolve("matrices"));
        Path metrics = folder().resolve("metrics.csv");
        Path half = folder().resolve(".status.json.0123456789abcdef.0000000a.tmp1");
        Files.writeString(half, "what it was about to rename");
        try (LineStream open = LineStream.open(metrics);
                LineStream events = LineStream.open(folder().resolve("matrices/a.csv"))) {
            open.append("epoch,step");
            beSilent();
            try (RunDirectory directory = claim()) {
                open.append("5,55");
                events.append("5,55");
                assertThrows(ClaimLostException.class, slept::require);
                slept.close();

                assertEquals("epoch,step\n", Files.readString(metrics));
                assertEquals("", Files.readString(folder().resolve("matrices/a.csv")));
                assertFalse(Files.exists(half));
                directory.require();
                directory.write(folder().resolve("status.json"), "{}");
            }
        }
    }

    @Test
    void fileOfARunThatWasTakenOver_isNotReplaced() throws IOException {
        RunDirectory directory = claim().create();
        directory.write(directory.file("status.json"), "ours");
        Files.delete(claimFile());
        takenElsewhere();

        assertThrows(ClaimLostException.class, () -> directory.write(directory.file("status.json"), "lost"));
        directory.close();

        assertEquals("ours", Files.readString(directory.file("status.json")));
        assertTrue(Files.exists(claimFile()));
        try (Stream<Path> files = Files.list(folder())) {
            assertTrue(files.noneMatch(file -> file.toString().contains(".tmp")));
        }
    }

    @Test
    void claimWithoutARun_leavesNoTrace() {
        Path made = results.resolve("new/one");
        RunDirectory.claim(made, "x", ID, false).close();

        assertFalse(Files.exists(results.resolve("new")));
    }

    @Test
    void claimWithoutARun_leavesTheFoldersOfOthers() throws IOException {
        Files.createDirectories(RunDirectory.runs(results, "x").resolve(".claims"));
        claim().close();

        assertTrue(Files.exists(RunDirectory.runs(results, "x").resolve(".claims")));
        assertFalse(Files.exists(claimFile()));
    }

    @Test
    void firstAttempt_hasNothingToKeep() throws IOException {
        leave(RunState.FAILED, Host.name(), DEAD, Instant.now());
        try (RunDirectory directory = claim()) {
            assertEquals(Optional.empty(), directory.keptMessage(), "before it is moved");
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
    void plantedLink_isNotFollowedByTheClaim() throws IOException {
        Files.createDirectories(claimFile().getParent());
        Files.createSymbolicLink(claimFile(), results.resolve("made"));

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
