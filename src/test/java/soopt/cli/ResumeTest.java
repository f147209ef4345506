package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.cli.options.ExitCode;
import soopt.experiment.InMemory;
import soopt.experiment.RunFiles;
import soopt.experiment.claim.Claim;
import soopt.experiment.claim.Owner;
import soopt.experiment.folder.RunDirectory;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;

/** soopt resume, and the options of soopt run on what becomes of an earlier run. */
class ResumeTest {
    @TempDir(factory = InMemory.class)
    Path folder;

    private Path spec;

    @BeforeEach
    void write() throws IOException {
        data(1);
        spec = Files.writeString(folder.resolve("tiny.yaml"), """
                experiment: tiny
                seeds: [1, 2]
                dataset: {type: npz, train: data.npz, test: data.npz}
                model: {type: mlp, hidden: [2], activation: tanh}
                optimizer: {type: sgd, step-size: 0.1}
                training: {epochs: 2, batch-size: 4}
                """);
    }

    private void data(double first) {
        double[] x = {first, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 2, 2, 1, 1};
        long[] y = {0, 1, 0, 1, 0, 1, 1, 0};
        NpzFile.write(folder.resolve("data.npz"), Map.of("x", NpyArray.of(x, 8, 2), "y", NpyArray.of(y, 8)));
    }

    private Path results() {
        return folder.resolve("results");
    }

    private Cli.Result run(String... more) {
        return command("run", spec.toString(), more);
    }

    private Cli.Result resume(String run, String... more) {
        return command("resume", run, more);
    }

    private Cli.Result command(String name, String argument, String... more) {
        List<Object> words = new ArrayList<>(List.of(name, argument, "--results", results(), "--json"));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray());
    }

    /** Folders of both seeds, by id. */
    private List<Path> folders() throws IOException {
        try (Stream<Path> folders = Files.list(results().resolve("tiny/runs"))) {
            return folders.filter(path -> path.getFileName().toString().matches("[0-9a-f]{12}"))
                    .sorted()
                    .toList();
        }
    }

    /** As a kill leaves it right after its last checkpoint. */
    private static void interrupt(Path run) throws IOException {
        Path status = run.resolve("status.json");
        ObjectNode object = (ObjectNode) RunFiles.json(status);
        Files.writeString(status, object.put("state", "RUNNING").toString());
        List<String> events = Files.readAllLines(run.resolve("events.jsonl"));
        Files.write(run.resolve("events.jsonl"), events.subList(0, events.size() - 1));
    }

    private static JsonNode runs(Cli.Result result) {
        try {
            return new ObjectMapper().readTree(result.out()).path("runs");
        } catch (IOException e) {
            throw new AssertionError(result.out() + result.err(), e);
        }
    }

    @Test
    void runs_goOn_byIdBeginningOrFolder_andWhatIsFinishedStays() throws IOException {
        run().expect(ExitCode.OK);
        Path first = folders().get(0);
        Path second = folders().get(1);
        interrupt(first);
        interrupt(second);
        String id = first.getFileName().toString();
        Cli.Result result = resume(id.substring(0, 11), second.toString(), id).expect(ExitCode.OK);

        assertEquals(3, runs(result).size());
        assertEquals(
                List.of(false, false, true),
                Stream.of(0, 1, 2)
                        .map(i -> runs(result).path(i).path("existed").asBoolean())
                        .toList());
        assertTrue(
                result.err().contains("run " + id + " goes on from step 4 (epoch 2), interrupted at 2"), result.err());
        assertTrue(runs(result).path(2).path("message").asText().contains("exists already (completed"));
        assertFalse(result.out().contains("mean"), "they may be of several experiments");
        assertFalse(Files.exists(first.resolveSibling(id + ".attempt-1")));
        assertEquals(4, runs(result).path(0).path("step").asInt());
        assertTrue(runs(result).path(0).has("test_loss"), result.out());
    }

    @Test
    void runThatIsNotThere_isOneLine() throws IOException {
        Cli.Result none = resume("0123").expect(ExitCode.SPEC);
        assertEquals(
                List.of("there is no run '0123' in " + results()
                        + ", and no folder of that name; results lie elsewhere with --results"),
                none.errorLines());
        Path empty = Files.createDirectories(folder.resolve("a/b/c/d"));
        assertTrue(resume(empty.toString()).expect(ExitCode.SPEC).err().contains("config.yaml"));
        run().expect(ExitCode.OK);
        for (int i = 0; i < 10; i++) {
            Files.createDirectories(results().resolve("tiny/runs/abcdef00000" + i));
        }
        assertTrue(resume("abc").expect(ExitCode.SPEC).err().startsWith("10 runs begin with 'abc': "));
    }

    @Test
    void runWhoseDataChanged_isRefused_andSoIsAFolderThatWasMoved() throws IOException {
        run("--seed", "1").expect(ExitCode.OK);
        Path run = folders().get(0);
        Path moved = folder.resolve("moved/tiny/runs/000000000000");
        Files.createDirectories(moved);
        Files.copy(run.resolve("config.yaml"), moved.resolve("config.yaml"));
        assertTrue(resume(moved.toString()).expect(ExitCode.SPEC).err().contains("or the folder was renamed"));
        data(2);
        Cli.Result result = resume(run.toString()).expect(ExitCode.SPEC);
        assertEquals(1, result.errorLines().size());
        assertTrue(result.err().startsWith(run + " cannot go on: its config.yaml means run "), result.err());
        assertTrue(result.err().contains("a file that it names holds other data than when it began"), result.err());
        Files.delete(folder.resolve("data.npz"));
        assertTrue(resume(run.toString()).expect(ExitCode.DATASET).err().contains("dataset.train"));
    }

    @Test
    void runThatIsRunning_isRefused() throws IOException {
        run("--seed", "1").expect(ExitCode.OK);
        Path run = folders().get(0);
        interrupt(run);
        try (RunDirectory other =
                RunDirectory.claim(results(), "tiny", run.getFileName().toString(), false)) {
            Cli.Result result = resume(other.id(), "--force").expect(ExitCode.SPEC);
            assertTrue(result.err().contains("run " + other.id() + " is already running"), result.err());
        }
    }

    @Test
    void runOfADeadHost_goesOn_ifItIsForced() throws IOException {
        run("--seed", "1").expect(ExitCode.OK);
        Path run = folders().get(0);
        interrupt(run);
        Owner elsewhere = new Owner("elsewhere", "i", "b", "m", 1, "1", "");
        Claim.acquire(RunDirectory.claimFile(run), elsewhere, false);
        assertTrue(resume(run.toString()).expect(ExitCode.SPEC).err().contains("use --force or wait"));
        assertTrue(resume(run.toString(), "--force").expect(ExitCode.OK).err().contains("goes on from step 4"));
    }

    @Test
    void run_beginsAnew_extends_orForces_butOnlyOneOfThem() throws IOException {
        run("--seed", "1").expect(ExitCode.OK);
        Path run = folders().get(0);
        interrupt(run);
        Cli.Result restarted = run("--seed", "1", "--restart").expect(ExitCode.OK);
        assertTrue(restarted.err().contains("is kept in " + run + ".attempt-1"), restarted.err());
        Cli.Result extended =
                run("--seed", "1", "--extend", "training.epochs=3").expect(ExitCode.OK);
        assertTrue(
                extended.err()
                        .contains("goes on from step 4 (epoch 3), with the numbers of run " + run.getFileName()
                                + " of 2 epochs"),
                extended.err());
        assertEquals(6, runs(extended).path(0).path("step").asInt());
        Cli.Result refused = run("--extend", "--force").expect(ExitCode.USAGE);
        assertTrue(
                refused.err().startsWith("soopt: --restart, --force and --extend exclude each other"), refused.err());
    }
}
