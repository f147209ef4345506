package soopt.experiment.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;
import soopt.experiment.Runner;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.file.NamedFile;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.SpecWriter;
import soopt.spec.yaml.SpecException;

/** A run is named by what its file says and by what the files hold that it names. */
class IdentityTest {
    private static final String YAML = """
            experiment: identity
            seeds: [1, 2]
            dataset: {type: npz, train: train.npz, test: data/test.npz}
            model: {type: mlp, hidden: [3], activation: tanh}
            optimizer: {type: sgd, step-size: 0.1}
            training: {epochs: 1, batch-size: 4}
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        project(folder.resolve("project"));
    }

    private static void project(Path project) throws IOException {
        Files.createDirectories(project.resolve("data"));
        Files.writeString(project.resolve("spec.yaml"), YAML);
        data(project.resolve("train.npz"), 1);
        data(project.resolve("data/test.npz"), 2);
    }

    private static void data(Path file, double first) {
        double[] x = {first, 1, 2, 3, 4, 5, 6, 7};
        NpzFile.write(file, Map.of("x", NpyArray.of(x, 4, 2), "y", NpyArray.of(new long[] {0, 1, 0, 1}, 4)));
    }

    private static Experiment experiment(Path spec, String... overrides) {
        return Binder.bind(SpecSource.read(spec).with(List.of(overrides)), Experiment.class);
    }

    private Path spec() {
        return folder.resolve("project/spec.yaml");
    }

    @Test
    void eachFileThatTheSpecNames_isPartOfTheId() throws IOException {
        String id = experiment(spec()).runId(1);
        for (String name : List.of("train.npz", "data/test.npz")) {
            Path file = folder.resolve("project").resolve(name);
            byte[] before = Files.readAllBytes(file);
            data(file, 9);
            assertNotEquals(id, experiment(spec()).runId(1), name);
            Files.write(file, before);
            assertEquals(id, experiment(spec()).runId(1), name);
        }
        data(folder.resolve("project/val.npz"), 1);
        String held = experiment(spec(), "dataset.validation=val.npz").runId(1);
        data(folder.resolve("project/val.npz"), 2);
        assertNotEquals(held, experiment(spec(), "dataset.validation=val.npz").runId(1));
        Path weights = folder.resolve("project/w.npz");
        data(weights, 1);
        String from = experiment(spec(), "+model.init.from=w.npz").runId(1);
        assertNotEquals(id, from);
        data(weights, 2);
        assertNotEquals(from, experiment(spec(), "+model.init.from=w.npz").runId(1));
    }

    @Test
    void idDoesNotDependOnThePlace_norOnTheName_norOnTheThreads() throws IOException {
        String id = experiment(spec()).runId(1);
        Path elsewhere = folder.resolve("elsewhere/deeper");
        project(elsewhere);
        assertEquals(id, experiment(elsewhere.resolve("spec.yaml")).runId(1));
        Files.move(elsewhere.resolve("train.npz"), elsewhere.resolve("renamed.npz"));
        assertEquals(
                id,
                experiment(elsewhere.resolve("spec.yaml"), "dataset.train=renamed.npz")
                        .runId(1));
        Path absolute = folder.resolve("project/train.npz");
        assertEquals(
                id,
                experiment(elsewhere.resolve("spec.yaml"), "dataset.train=" + absolute)
                        .runId(1));
        assertEquals(id, experiment(spec(), "threads=3").runId(1));
        assertNotEquals(id, experiment(spec()).runId(2));
        assertNotEquals(
                id,
                experiment(spec(), "dataset.train=data/test.npz", "dataset.test=train.npz")
                        .runId(1));
    }

    record Jars(List<NamedFile> jars) {}

    @Test
    void filesInLists_standForWhatTheyHold() throws IOException {
        Path jar = Files.writeString(folder.resolve("a.jar"), "one");
        Path same = Files.writeString(folder.resolve("b.jar"), "one");
        Path other = Files.writeString(folder.resolve("c.jar"), "other");
        String hash = SpecWriter.hash(new Jars(List.of(NamedFile.of(jar), NamedFile.of(other))));
        assertEquals(hash, SpecWriter.hash(new Jars(List.of(NamedFile.of(same), NamedFile.of(other)))));
        assertNotEquals(hash, SpecWriter.hash(new Jars(List.of(NamedFile.of(other), NamedFile.of(jar)))));
    }

    @Test
    void resolvedFile_means_the_sameRun_fromEveryFolder() throws IOException {
        Experiment experiment = experiment(spec(), "threads=2").run(1);
        Path copy = Files.createDirectories(folder.resolve("runs/x")).resolve("config.yaml");
        Files.writeString(copy, SpecWriter.toYaml(experiment));
        assertEquals(experiment, experiment(copy));
        assertEquals(experiment.runId(1), experiment(copy).runId(1));
    }

    /** Every config.yaml is read, from another folder, as the run that wrote it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void resolvedFilesOfRandomSpecs_haveTheIdOfTheirRun(long seed) throws IOException {
        RandomGenerator random = new SplittableRandom(seed);
        for (int k = 0; k < 40; k++) {
            String[] overrides = randomSpec(random);
            Experiment experiment = experiment(spec(), overrides);
            long run = experiment.seeds().get(0);
            Path copy = Files.createDirectories(folder.resolve("runs/" + k)).resolve("config.yaml");
            Files.writeString(copy, SpecWriter.toYaml(experiment.run(run)));
            String what = "seed " + seed + ": " + List.of(overrides);
            assertEquals(experiment.run(run), experiment(copy), what);
            assertEquals(experiment.runId(run), experiment(copy).runId(run), what);
        }
    }

    private static String[] randomSpec(RandomGenerator random) {
        String name = pick(
                random, "x", "a: b", "it's", "#x", "0x10", "1e3", "yes", "null", "~", " é", "-", "{", "[a", "\\n", "%");
        String quoted = "'" + name.replace("'", "''") + "'";
        double number = random.nextDouble() * Math.pow(10, random.nextInt(-12, 4));
        String size = pick(random, "1", "1_000", "17");
        return new String[] {
            "seeds=[" + random.nextLong() + "]",
            "threads=" + random.nextInt(4),
            "precision=" + pick(random, "float32", "float64"),
            "dataset={type: npz, train: " + pick(random, "train.npz", "data/test.npz", "./train.npz")
                    + ", test: data/test.npz"
                    + pick(random, "", ", validation: 1", ", validation: train.npz", ", validation: 0")
                    + pick(random, "", ", x: " + quoted + ", y: " + quoted) + pick(random, "", ", classes: 3") + "}",
            "model={type: mlp, hidden: " + pick(random, "[3]", "[3, 4]", "[]") + ", activation: "
                    + pick(random, "tanh", "relu", "elu")
                    + pick(random, "", ", init: {weights: " + number + "}", ", init: {from: train.npz}") + "}",
            "optimizer="
                    + pick(
                            random,
                            "{type: sgd, step-size: " + (number + 1e-9) + "}",
                            "{type: adam, step-size: " + (number + 1e-9) + "}",
                            "{type: newton-summary, step-size: " + (number + 1e-9) + ", partition: "
                                    + pick(random, "canonical", "trivial", "blocks-2", "weights-biases") + "}"),
            "training.epochs=" + random.nextInt(5),
            "training.batch-size=" + size,
            "record.curvature.every=" + pick(random, "never", "1 epoch", "3 steps"),
        };
    }

    private static String pick(RandomGenerator random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    @Test
    void aChangedFile_isANewRun_andMetaSaysWhichContentItWas() throws IOException {
        RunResult first = run();
        assertTrue(run().existed());
        String meta = Files.readString(first.folder().resolve("meta.json"));
        String sha = experiment(spec()).files().get("dataset.train").checksum().sha256();
        assertTrue(meta.contains(sha) && meta.contains("\"dataset.train\"") && meta.contains("\"dataset.test\""), meta);
        data(folder.resolve("project/train.npz"), 7);
        RunResult second = run();
        assertFalse(second.existed());
        assertNotEquals(first.runId(), second.runId());
        assertFalse(Files.readString(second.folder().resolve("meta.json")).contains(sha));
    }

    @Test
    void classesWithoutExamples_areSaidOnTheTerminalAndInTheLog_andDoNotHinderTheRun() throws IOException {
        for (String name : List.of("train.npz", "data/test.npz")) {
            NpyArray x = NpyArray.of(new double[8], 4, 2);
            NpzFile.write(
                    folder.resolve("project").resolve(name),
                    Map.of("x", x, "y", NpyArray.of(new long[] {1, 2, 1, 2}, 4)));
        }
        List<String> said = new ArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public void message(String text) {
                said.add(text);
            }
        };
        RunResult result = Runner.run(request(), listener, new StopSignal());
        String line = "no training example is of class 0 (1 of 3 classes, 0…2): classes are counted from 0; write y - 1"
                + " if there are 2";
        assertTrue(said.contains(line), said.toString());
        assertTrue(Files.readString(result.folder().resolve("run.log")).contains(line));
        assertTrue(Files.readString(result.folder().resolve("events.jsonl")).contains("\"empty_classes\""));
    }

    @Test
    void scheduleThatTheRunIsTooShortFor_isSaid_andDoesNotHinderTheRun() throws IOException {
        Files.writeString(
                spec(), YAML.replace("batch-size: 4", "batch-size: 4, schedule: {type: constant, warm-up: 4 steps}"));
        List<String> said = new ArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public void message(String text) {
                said.add(text);
            }
        };
        RunResult result = Runner.run(request(), listener, new StopSignal());
        String line =
                "training.schedule.warm-up needs 4 steps, but the run has 1, the last of them with 0.250 of the step"
                        + " size: shorten it or raise training.epochs";
        assertEquals(List.of(line), said);
        assertTrue(Files.readString(result.folder().resolve("run.log")).contains(line));
        assertTrue(Files.readString(result.folder().resolve("events.jsonl")).contains("\"schedule_cut_short\""));
    }

    @Test
    void numbersBeyondFloat32_endTheRunBeforeItsFolderIsMade() {
        data(folder.resolve("project/train.npz"), 1e39);
        String message = assertThrows(DatasetException.class, this::run).getMessage();
        assertTrue(message.contains("train.npz: x has the value 1.0E39 at [0, 0], beyond float32"), message);
    }

    private RunResult run() {
        return Runner.run(request(), RunListener.SILENT, new StopSignal());
    }

    private Runner.Request request() {
        Experiment experiment = experiment(spec());
        return new Runner.Request(
                experiment,
                1,
                folder.resolve("results"),
                new Store(folder, true),
                YAML,
                List.of(),
                List.of("soopt"),
                Runner.Again.GO_ON);
    }

    @Test
    void missingFiles_areNamedWithTheirKey_andAllPlacesTried() throws IOException {
        Files.delete(folder.resolve("project/data/test.npz"));
        String message = assertThrows(DatasetException.class, this::run).getMessage();
        assertEquals(
                "dataset.test: data/test.npz does not exist; tried " + folder.resolve("project/data/test.npz") + " and "
                        + Path.of("data/test.npz").toAbsolutePath(),
                message);
        Experiment noWeights = experiment(spec(), "+model.init.from=w.npz", "dataset.test=train.npz");
        message = assertThrows(SpecException.class, noWeights::requireFiles).getMessage();
        assertTrue(message.startsWith("model.init.from: w.npz does not exist; tried "), message);
    }
}
