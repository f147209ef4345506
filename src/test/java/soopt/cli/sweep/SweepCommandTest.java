package soopt.cli.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.folder.RunState;
import soopt.experiment.folder.Status;
import soopt.experiment.stress.Differences;

/** soopt sweep and soopt task, with processes of their own where they have them. */
class SweepCommandTest {
    private static final String SPEC = """
            experiment: grid
            seeds: [1, 2]
            threads: 1
            dataset: {type: mnist-sample, limit: 60, validation: 20}
            model: {type: mlp, hidden: [4], activation: tanh}
            optimizer: {type: sgd, step-size: 0.1}
            training: {epochs: 2, batch-size: 20}
            record: {curvature: {every: never}}
            sweep: {grid: {optimizer.step-size: [0.1, 0.3]}}
            """;

    @TempDir
    Path folder;

    private Path spec;
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        spec = Files.writeString(folder.resolve("grid.yaml"), SPEC);
    }

    @AfterEach
    void end() {
        started.forEach(SweepCommandTest::kill);
    }

    private Path results() {
        return folder.resolve("results");
    }

    private Cli.Result command(String name, Object... more) {
        List<Object> words = new ArrayList<>(List.of(name));
        words.addAll(Arrays.asList(more));
        words.addAll(List.of("--results", results(), "--progress", "plain"));
        return Cli.run(words.toArray());
    }

    private Cli.Result sweep(Object... more) {
        Object[] words = new Object[more.length + 1];
        words[0] = spec;
        System.arraycopy(more, 0, words, 1, more.length);
        return command("sweep", words);
    }

    private static JsonNode json(Cli.Result result) {
        try {
            return new ObjectMapper().readTree(result.out());
        } catch (JsonProcessingException e) {
            throw new AssertionError(result.out() + result.err(), e);
        }
    }

    private static List<String> values(JsonNode report, String key) {
        return StreamSupport.stream(report.path("runs").spliterator(), false)
                .map(run -> run.path(key).asText())
                .toList();
    }

    private long runFolders() throws IOException {
        try (Stream<Path> runs = Files.list(results().resolve("grid/runs"))) {
            return runs.filter(run -> run.getFileName().toString().length() == 12)
                    .count();
        }
    }

    @Test
    void sweep_doesWhatIsMissing_andNothingTwice() throws IOException {
        command("run", spec, "~sweep", "optimizer.step-size=0.3", "--seed", 2).expect(ExitCode.OK);
        JsonNode list = json(sweep("--dry-run", "--json").expect(ExitCode.OK));
        assertEquals(List.of("new", "new", "new", "completed"), values(list, "state"));
        assertFalse(Files.exists(results().resolve("grid/plan.json")), "a look leaves no trace");

        Cli.Result first = sweep("--jobs", 1).expect(ExitCode.OK);
        assertTrue(first.out().startsWith("4 runs: 4 completed (1 before)"), first.out());
        assertTrue(first.err().contains("(step-size=0.3 seed 1) completed 2 epochs"), first.err());
        assertEquals(4, runFolders());

        Cli.Result again = sweep("--json").expect(ExitCode.OK);
        assertEquals(List.of("true", "true", "true", "true"), values(json(again), "existed"));
        Cli.Result task = command("task", "grid", "3", "0-1").expect(ExitCode.OK);
        assertEquals(
                3,
                task.out()
                        .lines()
                        .filter(line -> line.contains("exists already"))
                        .count(),
                task.out());
    }

    @Test
    void changedSweep_isRefused_orExtended() {
        command("run", spec, "~sweep", "dataset.limit=30", "training.epochs=0", "--seed", 1, "optimizer.step-size=0.3")
                .expect(ExitCode.OK);
        Object[] first = {"dataset.limit=30", "training.epochs=0", "seed=1", "optimizer.step-size=0.3", "--json"};
        assertEquals(List.of("true"), values(json(sweep(first).expect(ExitCode.OK)), "existed"));

        Cli.Result refused =
                sweep("dataset.limit=31", "training.epochs=0", "seed=1").expect(ExitCode.SPEC);
        assertTrue(
                refused.err().contains("2 of the 2 are not in its plan, e.g. with dataset.limit 31 instead of 30"),
                refused.err());

        command("run", spec, "~sweep", "dataset.limit=30", "training.epochs=0", "--seed", 1, "optimizer.step-size=0.5")
                .expect(ExitCode.OK);
        Object[] more = {
            "dataset.limit=30", "training.epochs=0", "seed=1", "optimizer.step-size=0.3,0.5", "--extend", "--json"
        };
        JsonNode report = json(sweep(more).expect(ExitCode.OK));
        assertEquals(List.of("0", "1"), values(report, "index"));
        assertEquals(List.of("true", "true"), values(report, "existed"));
        assertTrue(command("task", "grid", "2").expect(ExitCode.SPEC).err().contains("has the runs 0 to 1"));
    }

    @Test
    void failedRuns_areNamed_andTheOthersAreDone() throws IOException {
        Path init = Files.writeString(folder.resolve("broken.npz"), "no weights");

        Cli.Result result = sweep(
                        "--jobs",
                        1,
                        "seed=1",
                        "~sweep",
                        "training.epochs=0",
                        "model.init=choice({}, {from: " + init + "})")
                .expect(ExitCode.SOME_FAILED);

        assertTrue(result.out().startsWith("2 runs: 1 completed, 1 failed"), result.out());
        assertTrue(result.out().contains("1 of 2 failed: 1 ("), result.out());
        assertTrue(result.out().contains("model.init.from"), result.out());
    }

    @Test
    void mistakes_areToldBeforeAnythingRuns() {
        Cli.Result result =
                sweep("optimizer.step-size=0.1,-1,x", "training.epochs=2,3").expect(ExitCode.SPEC);

        assertEquals(2, result.err().lines().count(), result.err());
        assertTrue(sweep("--jobs", 0).expect(ExitCode.USAGE).err().contains("--jobs must be from 1 to 1024"));
        assertTrue(sweep("--combinations", "x").expect(ExitCode.USAGE).err().contains("must be numbers like 3,5-7"));
        assertTrue(sweep("--time-limit", "soon").expect(ExitCode.USAGE).err().contains("'soon' is no time"));
        assertFalse(Files.exists(results()));
        Cli.Result run =
                command("run", spec, "~sweep", "optimizer.step-size=0.1,0.3").expect(ExitCode.SPEC);
        assertTrue(run.err().contains("several values: use soopt sweep"), run.err());
    }

    @Test
    void seedsToMeasureWith_areAskedFor() {
        List<Object> words = List.of("sweep.seeds={tune: [1], final: [1, 2, 3]}", "--dry-run", "--json");

        assertEquals(List.of("1", "1"), values(json(sweep(words.toArray())), "seed"));
        List<Object> last = new ArrayList<>(words);
        last.addAll(List.of("--seeds", "final", "--combinations", "1"));
        JsonNode list = json(sweep(last.toArray()));
        assertEquals(List.of("1", "2", "3"), values(list, "seed"));
        assertEquals(List.of("3", "4", "5"), values(list, "index"));
    }

    // ---- killed ----

    private Process start(Path results, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-XX:+UseSerialGC",
                "-Dorg.nd4j.log.initialization=false",
                "-cp",
                System.getProperty("java.class.path"),
                "soopt.cli.Main",
                "sweep",
                spec.toString(),
                "--results",
                results.toString(),
                "--jobs",
                "2"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("sweep.out").toFile())
                .start();
        started.add(process);
        return process;
    }

    /** First the process, so that it starts no others. */
    private static void kill(Process process) {
        List<ProcessHandle> workers = process.descendants().toList();
        process.destroyForcibly();
        workers.forEach(ProcessHandle::destroyForcibly);
    }

    private static long steps(Path runs) throws IOException {
        if (!Files.isDirectory(runs)) {
            return 0;
        }
        try (Stream<Path> folders = Files.list(runs)) {
            return folders.flatMap(run -> Status.read(run).stream())
                    .mapToLong(Status::step)
                    .sum();
        }
    }

    private static long begun(Path runs) throws IOException {
        if (!Files.isDirectory(runs)) {
            return 0;
        }
        try (Stream<Path> folders = Files.list(runs)) {
            return folders.flatMap(run -> Status.read(run).stream())
                    .filter(status -> status.step() > 0)
                    .count();
        }
    }

    @Test
    void killedSweep_goesOn_toTheSameNumbers() throws IOException, InterruptedException {
        String[] longer = {"training.epochs=30", "record.checkpoint.every=20 steps", "optimizer.step-size=0.1,0.2"};
        Process process = start(results(), longer);
        Path runs = results().resolve("grid/runs");
        for (int i = 0; i < 600 && steps(runs) < 60; i++) {
            Thread.sleep(50);
        }
        kill(process);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        long before = steps(runs);

        JsonNode report = json(sweep(longer[0], longer[1], longer[2], "--jobs", "1", "--json"));

        assertEquals(4, report.path("counts").path("completed").asInt(), report.toString());
        assertTrue(before >= 60, Files.readString(folder.resolve("sweep.out")));
        Path whole = folder.resolve("whole");
        Cli.run("run", spec, "~sweep", "--results", whole, longer[0], longer[1], "optimizer.step-size=0.2")
                .expect(ExitCode.OK);
        try (Stream<Path> found = Files.list(whole.resolve("grid/runs"))) {
            for (Path run : found.filter(it -> it.getFileName().toString().length() == 12)
                    .toList()) {
                assertEquals(List.of(), Differences.of(run, runs.resolve(run.getFileName())));
            }
        }
    }

    @Test
    void stoppedSweep_savesEveryRun_andSaysHowToGoOn() throws IOException, InterruptedException {
        Process process = start(results(), "training.epochs=100000");
        Path runs = results().resolve("grid/runs");
        for (int i = 0; i < 600 && begun(runs) < 2; i++) {
            Thread.sleep(50);
        }

        process.toHandle().destroy();

        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        String said = Files.readString(folder.resolve("sweep.out"));
        assertEquals(RunState.PREEMPTED.exitCode(), process.exitValue(), said);
        assertTrue(said.contains("4 runs: 4 not done"), said);
        assertTrue(said.contains("the same command goes on"), said);
        try (Stream<Path> folders = Files.list(runs)) {
            List<RunState> states = folders.flatMap(run -> Status.read(run).stream())
                    .map(Status::state)
                    .toList();
            assertEquals(List.of(RunState.PREEMPTED, RunState.PREEMPTED), states, said);
        }
    }
}
