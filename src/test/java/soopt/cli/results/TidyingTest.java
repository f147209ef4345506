package soopt.cli.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.InMemory;
import soopt.experiment.RunFiles;
import soopt.experiment.claim.Claim;
import soopt.experiment.claim.Owner;
import soopt.experiment.folder.RunDirectory;
import soopt.file.Temporary;

/** soopt clean, soopt merge and soopt watch. */
class TidyingTest {
    private static final Owner HERE = Owner.here();
    private static final Owner DEAD =
            new Owner(HERE.host(), HERE.installation(), HERE.boot(), HERE.machine(), 1L << 23, "1", "");
    private static final Owner ELSEWHERE = new Owner("elsewhere", "i", "b", "m", 7, "1", "");

    @TempDir(factory = InMemory.class)
    static Path trained;

    private static TinyRuns model;

    @TempDir(factory = InMemory.class)
    Path folder;

    private TinyRuns runs;

    @BeforeAll
    static void train() throws IOException {
        model = new TinyRuns(trained);
        model.train();
    }

    @BeforeEach
    void copy() throws IOException {
        runs = model.copiedTo(folder);
    }

    private List<Path> folders() {
        return runs.folders("tiny");
    }

    // ---- clean ----

    @Test
    void clean_showsWhatWouldGo_andDoesItWhenAsked() throws IOException {
        Path run = folders().get(0);
        Path attempt = run.resolveSibling(run.getFileName() + ".attempt-1");
        Files.createDirectories(attempt);
        Files.writeString(attempt.resolve("steps.csv"), "x".repeat(1234));
        Claim.acquire(RunDirectory.claimFile(run), DEAD, false);

        String text = runs.command("clean").expect(ExitCode.OK).out();
        assertTrue(text.contains("tiny/runs/" + attempt.getFileName() + "  1,234  an earlier start, kept aside"), text);
        assertTrue(text.contains("the claim of " + HERE.host() + " (pid 8388608), last heard of "), text);
        assertTrue(text.endsWith("2 of 1,234 bytes would go; --yes takes them away\n"), text);
        assertTrue(Files.exists(attempt));

        assertTrue(runs.command("clean", "--yes").expect(ExitCode.OK).out().contains("taken away: 2 of 1,234 bytes"));
        assertFalse(Files.exists(attempt));
        assertFalse(Files.exists(RunDirectory.claimFile(run)));
        assertTrue(Files.exists(run.resolve("status.json")));
        assertEquals(
                "nothing to take away\n",
                runs.command("clean").expect(ExitCode.OK).out());
    }

    @Test
    void clean_takesRunsByTheirState_butNotWhatRuns() throws IOException {
        Path failed = folders().get(0);
        Path running = folders().get(1);
        TinyRuns.status(failed, "state", "FAILED");
        TinyRuns.cutOff(running);
        Claim.acquire(RunDirectory.claimFile(running), ELSEWHERE, false);

        runs.command("clean", "--state", "failed,stale", "--yes").expect(ExitCode.OK);

        assertEquals(List.of(running), folders());
        assertTrue(Files.exists(RunDirectory.claimFile(running)));
        assertFalse(Files.exists(RunDirectory.claimFile(failed)));
    }

    @Test
    void clean_leavesARunThatBeginsMeanwhile() throws IOException {
        Path failed = folders().get(0);
        TinyRuns.status(failed, "state", "FAILED");
        Claim.acquire(RunDirectory.claimFile(failed), ELSEWHERE, false);

        Cli.Result result = runs.command("clean", "--state", "failed", "--yes").expect(ExitCode.SPEC);

        assertTrue(result.err().contains(failed + " stays: its run goes on"), result.err());
        assertTrue(Files.exists(failed));
    }

    // ---- merge ----

    private Path into() {
        return folder.resolve("into");
    }

    private Cli.Result merge(Object... more) {
        List<Object> words = new ArrayList<>(List.of("merge", runs.results(), into()));
        words.addAll(List.of(more));
        return Cli.run(words.toArray());
    }

    /** The folder of a run in the other results folder. */
    private Path there(Path run) {
        return into().resolve(runs.results().relativize(run).toString());
    }

    @Test
    void merge_copiesRunsWhole_andDoesItOnce() throws IOException {
        Files.writeString(runs.results().resolve("tiny/plan.json"), "{}");
        String text = merge("--dry-run").expect(ExitCode.OK).out();
        assertTrue(text.endsWith("2 runs in " + runs.results() + ": 2 copied (nothing was done)\n"), text);
        assertFalse(Files.exists(into()));

        merge().expect(ExitCode.OK);
        for (Path run : folders()) {
            try (var files = Files.walk(run)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path copy = there(run).resolve(run.relativize(file).toString());
                    assertEquals(-1, Files.mismatch(file, copy), file.toString());
                }
            }
        }
        assertEquals("{}", Files.readString(into().resolve("tiny/plan.json")));
        assertTrue(merge().expect(ExitCode.OK).out().contains("2 there already"));
        String listed = Cli.run("ls", "--results", into()).expect(ExitCode.OK).out();
        assertTrue(listed.contains("2 runs: 2 COMPLETED"), listed);
    }

    @Test
    void merge_neverReplacesFinishedWork_butWhatIsLessFar() throws IOException {
        merge().expect(ExitCode.OK);
        Path first = folders().get(0);
        Path second = folders().get(1);
        TinyRuns.status(there(first), "message", "mine");
        TinyRuns.cutOff(there(second));

        String text = merge().expect(ExitCode.OK).out();

        assertTrue(text.contains("1 copied in the place of others, 1 there already"), text);
        assertEquals(
                "mine",
                RunFiles.json(there(first).resolve("status.json"))
                        .path("message")
                        .asText());
        assertEquals(
                "COMPLETED",
                RunFiles.json(there(second).resolve("status.json"))
                        .path("state")
                        .asText());
        assertTrue(Files.exists(there(second).resolveSibling(second.getFileName() + ".attempt-1")));
        TinyRuns.cutOff(second);
        assertTrue(merge().expect(ExitCode.OK).out().contains("2 there already"), "unfinished instead of finished");
    }

    @Test
    void merge_refusesWhatIsNotWhatItsNameSays_orRuns() throws IOException {
        Path changed = folders().get(0);
        Path running = folders().get(1);
        TinyRuns.status(changed, "run_id", "0123456789ab");
        TinyRuns.cutOff(running);
        Claim.acquire(RunDirectory.claimFile(running), ELSEWHERE, false);

        Cli.Result result = merge().expect(ExitCode.SPEC);

        assertTrue(result.err().contains("is left out: its status.json is that of run 0123456789ab"), result.err());
        assertTrue(result.err().contains("is left out: it is RUNNING"), result.err());
        assertFalse(Files.exists(there(changed)));
        assertFalse(Files.exists(there(running)));
    }

    @Test
    void merge_checksTheIdAgainstTheSettings() throws IOException {
        Cli.run(
                        "run",
                        "configs/quickstart.yaml",
                        "training.epochs=0",
                        "--progress",
                        "none",
                        "--results",
                        runs.results())
                .expect(ExitCode.OK);
        Path run = runs.folders("quickstart").get(0);
        String config = RunFiles.text(run.resolve("config.yaml"));
        Files.writeString(run.resolve("config.yaml"), config.replace("epochs: 0", "epochs: 1"));

        Cli.Result result = merge("quickstart").expect(ExitCode.SPEC);
        assertTrue(result.err().contains("is left out: its config.yaml means run "), result.err());
        Files.writeString(run.resolve("config.yaml"), config);
        merge("quickstart").expect(ExitCode.OK);
        assertTrue(Files.exists(there(run).resolve("status.json")));
    }

    // ---- watch ----

    @Test
    void watch_endsAtOnce_whereNothingRuns() {
        assertEquals(
                "2 runs: 2 COMPLETED\n",
                runs.command("watch").expect(ExitCode.OK).out());
    }

    @Test
    void watch_saysWhatHappens_andEnds() throws Exception {
        Path run = runs.folder("1", "0.1");
        TinyRuns.cutOff(run);
        Claim claim =
                Claim.acquire(RunDirectory.claimFile(run), HERE, false).claim().orElseThrow();
        Thread owner = new Thread(() -> {
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            TinyRuns.status(run, "state", "COMPLETED");
            claim.close();
        });
        owner.start();
        List<String> lines = runs.command("watch", "--every", "0.05")
                .expect(ExitCode.OK)
                .out()
                .lines()
                .toList();
        owner.join();

        assertEquals(3, lines.size(), lines.toString());
        assertTrue(
                lines.get(0).matches("tiny [0-9a-f]{7} seed 1: RUNNING epoch 2/2 loss 0\\.\\d+ best .*"), lines.get(0));
        assertTrue(lines.get(1).contains(": COMPLETED epoch 2/2 "), lines.get(1));
        assertEquals("2 runs: 2 COMPLETED", lines.get(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clean --state running | what runs never goes",
                "watch --every 0 | --every must be > 0",
                "merge $R $R | are the same folder",
                "merge $R | Missing required parameter: 'INTO'",
            })
    void mistakes_areOneLine(String line, String words) {
        Object[] all = line.replace("$R", runs.results().toString()).split(" ");
        Cli.Result result = Cli.run(all).expect(ExitCode.USAGE);
        assertTrue(result.err().contains(words), result.err());
    }

    /** A disk that is full in the midst of a copy leaves what was there. */
    @Test
    void merge_intoAFileInTheWay_isOneLine() throws IOException {
        Files.createDirectories(into());
        Files.writeString(into().resolve("tiny"), "a file");
        Cli.Result result = merge().expect(ExitCode.SPEC);
        assertTrue(result.err().contains("Not a directory"), result.err());
        assertEquals(1, result.errorLines().size(), result.err());
        Temporary.discard(into());
    }
}
