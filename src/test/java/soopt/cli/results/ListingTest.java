package soopt.cli.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
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
import soopt.experiment.claim.Claim;
import soopt.experiment.claim.Holder;
import soopt.experiment.claim.Owner;
import soopt.experiment.folder.RunDirectory;
import soopt.host.RunningProcess;

/** soopt ls and soopt show. */
class ListingTest {
    private static final Owner ELSEWHERE = new Owner("elsewhere", "i", "b", "m", 7, "1", "12_3");

    @TempDir(factory = InMemory.class)
    Path folder;

    @TempDir(factory = InMemory.class)
    static Path trained;

    private static TinyRuns model;
    private TinyRuns runs;

    @BeforeAll
    static void train() throws IOException {
        model = new TinyRuns(trained);
        model.train();
        model.train("optimizer.step-size=0.3", "seeds=[1]");
    }

    @BeforeEach
    void copy() throws IOException {
        runs = model.copiedTo(folder);
    }

    private List<String> states(Object... words) {
        List<String> states = new ArrayList<>();
        JsonNode json = runs.json(words);
        json.path("experiments")
                .forEach(each -> each.path("runs")
                        .forEach(run -> states.add(run.path("seed").asText() + " "
                                + run.path("varied").path("optimizer.step-size").asText() + " "
                                + run.path("state").asText())));
        return states;
    }

    @Test
    void runs_areListedByWhatVaries_thenBySeed() {
        assertEquals(List.of("1 0.1 COMPLETED", "2 0.1 COMPLETED", "1 0.3 COMPLETED"), states("ls"));
        String text = runs.command("ls").expect(ExitCode.OK).out();
        assertTrue(text.startsWith("tiny\n  run      state      epoch  "), text);
        assertTrue(text.contains("step-size  seed"), text);
        assertTrue(text.endsWith("\n3 runs: 3 COMPLETED\n"), text);
        assertFalse(text.contains("activation"), "what does not vary");
    }

    @Test
    void csv_hasARowPerRun_withWhatVaries() {
        List<String> lines = runs.command("ls", "tiny", "--csv")
                .expect(ExitCode.OK)
                .out()
                .lines()
                .toList();
        assertEquals(4, lines.size());
        assertEquals(
                "experiment,run_id,state,epoch,epochs,train_loss,best_metric,best_value,best_epoch,seed,"
                        + "optimizer.step-size,reason",
                lines.get(0));
        assertTrue(
                lines.get(3)
                        .matches("tiny,[0-9a-f]{12},COMPLETED,2,2,0\\.\\d+,train_loss,.*,2,1,0.3,completed 2 epochs"),
                lines.get(3));
    }

    @Test
    void states_reasonsAndFilters() throws IOException {
        Path stale = runs.folder("1", "0.1");
        Path failed = runs.folder("2", "0.1");
        TinyRuns.cutOff(stale);
        TinyRuns.status(failed, "state", "FAILED");
        TinyRuns.status(failed, "message", "failed: it broke");

        assertEquals(List.of("1 0.1 STALE", "2 0.1 FAILED", "1 0.3 COMPLETED"), states("ls"));
        assertEquals(List.of("1 0.1 STALE", "2 0.1 FAILED"), states("ls", "--state", "failed,stale"));
        assertEquals(List.of("1 0.3 COMPLETED"), states("ls", "--where", "optimizer.step-size=3e-1"));
        assertEquals(List.of("2 0.1 FAILED"), states("ls", "--where", "seed=2"));
        String text = runs.command("ls").expect(ExitCode.OK).out();
        assertTrue(text.contains("failed: it broke"), text);
        assertTrue(text.contains("is gone since 2"), text);
        assertTrue(text.contains("3 runs: 1 STALE, 1 COMPLETED, 1 FAILED"), text);
        assertTrue(
                text.contains("'soopt resume " + stale.getFileName().toString().substring(0, 7) + "' goes on"), text);
    }

    @Test
    void sort_isByAnyColumnOrSetting() {
        assertEquals(
                List.of("1 0.3 COMPLETED", "1 0.1 COMPLETED", "2 0.1 COMPLETED"),
                states("ls", "--sort", "-optimizer.step-size"));
        assertEquals(List.of("2 0.1 COMPLETED", "1 0.1 COMPLETED", "1 0.3 COMPLETED"), states("ls", "--sort", "-seed"));
        List<String> falling = states("ls", "--sort", "-train_loss");
        List<String> rising = new ArrayList<>(states("ls", "--sort", "train_loss"));
        Collections.reverse(rising);
        assertEquals(falling, rising);
    }

    @Test
    void claimOfAnotherHost_isRunning_untilItIsSilent() throws IOException {
        Path run = runs.folder("1", "0.1");
        TinyRuns.cutOff(run);
        Path claim = RunDirectory.claimFile(run);
        Claim.acquire(claim, ELSEWHERE, false);
        assertEquals("1 0.1 RUNNING", states("ls").get(0));

        Files.setLastModifiedTime(
                claim, FileTime.from(Instant.now().minus(Holder.LEASE).minusSeconds(1)));
        assertEquals("1 0.1 STALE", states("ls").get(0));
        String text = runs.command("ls").expect(ExitCode.OK).out();
        assertTrue(text.contains("elsewhere (pid 7, job 12_3) is silent since 2"), text);
    }

    @Test
    void stoppedProcess_isSaid() throws Exception {
        Process sleeper = new ProcessBuilder("sleep", "20").start();
        try {
            new ProcessBuilder("kill", "-STOP", Long.toString(sleeper.pid()))
                    .start()
                    .waitFor();
            for (int i = 0; i < 200 && !RunningProcess.isStopped(sleeper.pid()); i++) {
                Thread.sleep(10);
            }
            assumeTrue(RunningProcess.isStopped(sleeper.pid()), "no /proc");
            Path run = runs.folder("1", "0.1");
            TinyRuns.cutOff(run);
            Owner here = Owner.here();
            Owner owner = new Owner(
                    here.host(),
                    here.installation(),
                    here.boot(),
                    here.machine(),
                    sleeper.pid(),
                    RunningProcess.start(sleeper.pid()).orElseThrow(),
                    "");
            Claim.acquire(RunDirectory.claimFile(run), owner, false);

            String text = runs.command("ls").expect(ExitCode.OK).out();
            assertTrue(text.contains("(pid " + sleeper.pid() + ") is stopped; kill -CONT wakes it"), text);
            assertEquals("1 0.1 RUNNING", states("ls").get(0));
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void filesThatCannotBeRead_areALineEach_andTheRestIsListed() throws IOException {
        Path one = runs.folder("1", "0.1");
        Path other = runs.folder("2", "0.1");
        Files.writeString(one.resolve("status.json"), "{ torn");
        Files.writeString(other.resolve("config.yaml"), "a: [\n");
        Files.delete(other.resolve("metrics.csv"));

        Cli.Result result = runs.command("ls").expect(ExitCode.OK);

        assertEquals(2, result.errorLines().size(), result.err());
        assertTrue(result.err().contains(one.resolve("status.json") + " cannot be read"), result.err());
        assertTrue(result.err().contains(other.resolve("config.yaml") + ":"), result.err());
        assertTrue(result.out().contains("3 runs: 3 COMPLETED"), "by its other files: " + result.out());
    }

    @Test
    void emptyFolder_isUnknown() throws IOException {
        Files.createDirectories(runs.results().resolve("tiny/runs/0123456789ab"));
        assertTrue(runs.command("ls").expect(ExitCode.OK).out().contains("0123456  UNKNOWN"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3 | ls tini | there is no experiment 'tini' in",
                "3 | ls tini | did you mean 'tiny'?",
                "2 | ls --state nonsense | RUNNING",
                "2 | ls --where a | --where takes KEY=VALUE",
                "2 | ls --sort nonsense | a column of metrics.csv or a setting",
                "2 | ls --csv --json | exclude each other",
                "3 | show ffffffffffff | there is no run 'ffffffffffff'",
            })
    void mistakes_areOneLine(int code, String line, String words) {
        Cli.Result result = runs.command((Object[]) line.split(" ")).expect(code);
        assertTrue(result.err().contains(words), result.err());
    }

    @Test
    void missingResults_areSaid() {
        Cli.Result result = Cli.run("ls", "--results", folder.resolve("none")).expect(ExitCode.SPEC);
        assertTrue(result.err().startsWith("there is no results folder " + folder.resolve("none")), result.err());
    }

    @Test
    void show_isAPageOnOneRun() {
        Path run = runs.folder("1", "0.3");
        String id = run.getFileName().toString();
        String text =
                runs.command("show", id.substring(0, 6)).expect(ExitCode.OK).out();

        assertTrue(text.startsWith("run " + id + " of tiny, seed 1: COMPLETED\n"), text);
        for (String part :
                List.of("sgd on mlp, npz", "epoch 2 of 2, step 4", "train_loss", "status.json", "--extend")) {
            assertTrue(text.contains(part), part + " in " + text);
        }
        JsonNode json = runs.json("show", run);
        assertEquals("0.3", json.path("settings").path("optimizer.step-size").asText());
        assertEquals(2, json.path("last").path("epoch").asInt());
        assertEquals(4, json.path("step").asInt());
        assertFalse(json.path("can_go_on").asBoolean());
        assertEquals(id, json.path("meta").path("run_id").asText());
    }

    @Test
    void show_saysHowToGoOn() {
        Path run = runs.folder("1", "0.3");
        TinyRuns.cutOff(run);
        String text = runs.command("show", run).expect(ExitCode.OK).out();
        assertTrue(text.endsWith("\n'soopt resume " + run.getFileName() + "' goes on with it\n"), text);
    }
}
