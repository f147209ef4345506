package soopt.experiment.claim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimTest {
    private static final Owner HERE = Owner.here();
    /** The same process as another host would see it. */
    private static final Owner ELSEWHERE = new Owner("elsewhere", "i", "b", "m", HERE.pid(), HERE.started(), "12_3");
    /** Above the largest pid of Linux: no such process. */
    private static final Owner DEAD =
            new Owner(HERE.host(), HERE.installation(), HERE.boot(), HERE.machine(), 1L << 23, HERE.started(), "");

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("claims/a");
    }

    private Claim.Attempt attempt(Owner owner) throws IOException {
        return Claim.acquire(file(), owner, false);
    }

    private Claim take(Owner owner) throws IOException {
        return attempt(owner).claim().orElseThrow();
    }

    /** Nothing is heard of its owner any more. */
    private void age(Duration age) throws IOException {
        Files.setLastModifiedTime(file(), FileTime.from(Instant.now().minus(age)));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(file().getParent())) {
            return files.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void heldClaim_isRefusedUntilItIsGivenBack() throws IOException {
        Claim first = take(HERE);
        Claim.Attempt second = attempt(HERE);
        assertTrue(second.claim().isEmpty());
        assertEquals(HERE, second.holder().orElseThrow().owner());
        assertEquals(List.of("a"), names(), "nothing else stays");

        first.close();
        assertEquals(List.of(), names());
        try (Claim third = take(HERE)) {
            assertTrue(third.predecessor().isEmpty());
        }
    }

    @Test
    void discardedClaim_takesTheFoldersAwayThatItMade() throws IOException {
        Claim claim = take(HERE);
        claim.discard();
        assertFalse(Files.exists(file().getParent()));
        assertTrue(Files.exists(folder));
    }

    @Test
    void goneProcess_givesWayAtOnce() throws IOException {
        take(DEAD);
        try (Claim claim = take(HERE)) {
            assertEquals(DEAD, claim.predecessor().orElseThrow().owner());
            assertEquals(List.of("a"), names());
            claim.require();
        }
    }

    /** The pid runs, but it is another process's now. */
    @Test
    void laterProcessOfTheSamePid_isAnother() throws IOException {
        take(new Owner(HERE.host(), HERE.installation(), HERE.boot(), HERE.machine(), HERE.pid(), "7", ""));
        take(HERE).close();
    }

    @Test
    void hostThatWasStartedAnew_runsNothingOfBefore() throws IOException {
        Owner before = new Owner("node7", "i", "before", "m1", HERE.pid(), HERE.started(), "");
        Owner now = new Owner("node7", "i", "now", "m2", HERE.pid(), HERE.started(), "");
        assertTrue(before.isGone(now));
        assertFalse(before.isGone(new Owner("node8", "i", "now", "m2", 1, "", "")));
        assertFalse(before.isGone(new Owner("node7", "", "now", "m2", 1, "", "")));
        assertFalse(before.isGone(new Owner("node7", "i", "before", "m2", 1, "", "")), "another container");
    }

    @Test
    void ownerOfAnotherHost_isBelievedForALease() throws IOException {
        take(ELSEWHERE);
        age(Holder.LEASE.minusSeconds(5));
        Claim.Attempt refused = attempt(HERE);
        assertTrue(refused.claim().isEmpty());
        String words = refused.holder().orElseThrow().refusal(HERE);
        assertTrue(words.startsWith(" on elsewhere (pid " + HERE.pid() + ", job 12_3), last heard of "), words);
        assertTrue(words.endsWith("; if it is dead, use --force or wait 10 minutes"), words);

        age(Holder.LEASE.plusSeconds(1));
        try (Claim claim = take(HERE)) {
            assertEquals(ELSEWHERE, claim.predecessor().orElseThrow().owner());
        }
    }

    @Test
    void force_takesWhatCannotBeAsked_butNotALivingProcessOfThisHost() throws IOException {
        take(ELSEWHERE);
        Claim claim = Claim.acquire(file(), HERE, true).claim().orElseThrow();
        assertTrue(Claim.acquire(file(), HERE, true).claim().isEmpty());
        age(Holder.LEASE.plusSeconds(1));
        assertTrue(attempt(HERE).claim().isEmpty(), "it was stopped, or the machine slept");
        Claim.acquire(file(), HERE, true).claim().orElseThrow().close();
        assertThrows(ClaimLostException.class, claim::require);
    }

    @Test
    void silentOwnerThatComesBack_noticesAndChangesNothing() throws IOException {
        Claim slept = take(ELSEWHERE);
        slept.require();
        age(Holder.LEASE.plusSeconds(1));
        try (Claim claim = take(HERE)) {
            byte[] before = Files.readAllBytes(file());
            FileTime time = Files.getLastModifiedTime(file());

            ClaimLostException lost = assertThrows(ClaimLostException.class, slept::require);
            assertTrue(lost.getMessage().startsWith("taken over by " + HERE.host()), lost.getMessage());
            slept.beat();
            slept.close();

            assertEquals(new String(before), Files.readString(file()));
            assertEquals(time, Files.getLastModifiedTime(file()));
            claim.require();
        }
    }

    @Test
    void beat_isHeard() throws IOException {
        try (Claim claim = take(ELSEWHERE)) {
            age(Holder.LEASE.plusSeconds(1));
            claim.beat();
            claim.beat();
            assertTrue(attempt(HERE).claim().isEmpty());
            assertTrue(Files.readString(file()).endsWith("\n00000000000000000002\n"));
            claim.require();
        }
    }

    @Test
    void claimThatWasDeleted_isLost_butAResultsFolderThatIsGoneIsForWritersToTell() throws IOException {
        Claim claim = take(HERE);
        Files.delete(file());
        assertTrue(assertThrows(ClaimLostException.class, claim::require)
                .getMessage()
                .contains("was removed"));
        Files.delete(file().getParent());
        claim.require();
        claim.close();
    }

    /** A process that was killed while it replaced a claim must not keep others from it. */
    @Test
    void rightToReplace_ofADeadProcess_isTakenOver_andItsFileDeleted() throws IOException {
        take(DEAD);
        String token = Holder.read(file()).orElseThrow().token();
        Path right = file().resolveSibling("a." + token + ".next");
        Path unused = Files.writeString(file().resolveSibling(".unused"), "its claim");
        Files.writeString(
                right,
                DEAD.json().put("token", "t").put("replacement", ".unused").line() + "\n");

        try (Claim claim = take(HERE)) {
            claim.require();
            assertFalse(Files.exists(unused), "it would be renamed if the process came back");
            assertEquals(List.of("a"), names());
        }
    }

    @Test
    void rightToReplace_ofALivingProcess_isWaitedFor() throws IOException {
        take(DEAD);
        String token = Holder.read(file()).orElseThrow().token();
        Path right = file().resolveSibling("a." + token + ".next");
        Files.writeString(right, HERE.json().put("token", "t").line() + "\n");

        assertEquals(DEAD, attempt(HERE).holder().orElseThrow().owner());
        assertTrue(Files.exists(right));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "\u0000\u0000"})
    void fileWithoutAnOwner_isBelievedForALease(String text) throws IOException {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), text);
        assertTrue(attempt(HERE).claim().isEmpty());
        age(Holder.LEASE.plusSeconds(1));
        take(HERE).close();
        assertEquals(List.of(), names());
    }

    @Test
    void linkInTheWay_isNotFollowed() throws IOException {
        Files.createDirectories(file().getParent());
        Files.createSymbolicLink(file(), folder.resolve("made"));
        assertThrows(IOException.class, () -> attempt(HERE));
        assertFalse(Files.exists(folder.resolve("made")));
    }

    @Test
    void withoutHardLinks_oneMakesTheFile() throws IOException {
        Path own = Files.writeString(folder.resolve("own"), "x");
        assertTrue(Taker.copy(own, folder.resolve("name")));
        assertFalse(Taker.copy(own, folder.resolve("name")));
        assertEquals("x", Files.readString(folder.resolve("name")));
    }

    @Test
    void job_isNamedAsSlurmDoes() {
        assertEquals("", Owner.job(Map.of()));
        assertEquals("7", Owner.job(Map.of("SLURM_JOB_ID", "7")));
        assertEquals(
                "5_2", Owner.job(Map.of("SLURM_JOB_ID", "7", "SLURM_ARRAY_JOB_ID", "5", "SLURM_ARRAY_TASK_ID", "2")));
    }

    // ---- races ----

    @Test
    void processes_thatRace_haveOneWinnerEach() throws Exception {
        int claims = 60;
        Path dead = folder.resolve("dead");
        for (int i = 0; i < claims; i++) {
            Claim.acquire(dead.resolve("c" + i), DEAD, false);
        }
        assertEquals(claims, ClaimRace.run(3, claims, folder.resolve("new")));
        assertEquals(claims, ClaimRace.run(3, claims, dead));
    }

    @Test
    void threads_thatTakeAndGiveBack_areNeverTwoAtATime() throws Exception {
        Map<Integer, Integer> counts = new TreeMap<>();
        int[] inside = {0};
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int name = i;
            threads.add(new Thread(() -> {
                for (int own = 0; own < 25; ) {
                    try {
                        var claim = attempt(HERE).claim();
                        if (claim.isPresent()) {
                            inside[0]++;
                            counts.merge(inside[0], 1, Integer::sum);
                            inside[0]--;
                            own++;
                            claim.get().close();
                        }
                    } catch (IOException busy) {
                        counts.merge(-name, 1, Integer::sum);
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(Map.of(1, 100), counts);
    }
}
