package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.cli.options.ExitCode;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;

/** What users get wrong: one line each, an exit code that says whose fault, and nothing half-written. */
class BadInputTest {
    private static final String GOOD = """
            experiment: bad
            dataset: {type: mnist-sample, limit: 100, validation: 10}
            model: {type: mlp, hidden: [4]}
            optimizer: {type: newton-summary}
            training: {epochs: 1}
            """;

    @TempDir
    Path folder;

    private Path spec(String text) throws IOException {
        return Files.writeString(folder.resolve("bad.yaml"), text);
    }

    private Path results() {
        return folder.resolve("results");
    }

    private void expectOneLine(int code, String part, Object... arguments) {
        Cli.Result result = Cli.run(arguments).expect(code);
        assertEquals(1, result.errorLines().size(), result.err());
        assertTrue(result.err().contains(part), result.err());
        assertEquals("", result.out());
    }

    private void expectNothingWritten() {
        Path runs = results().resolve("bad").resolve("runs");
        if (Files.exists(runs)) {
            try (var entries = Files.list(runs)) {
                assertTrue(entries.allMatch(entry -> entry.endsWith(".claims")), "a run folder was left");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "optimizer.stepsize=1 | bad.yaml",
                "optimizer.stepsize=1 | did you mean 'step-size'",
                "training.epochs=many | training.epochs must be a whole number",
                "optimizer.cubic.damping=-1 | optimizer.cubic.damping must be ≥ 0",
                "model.type=mpl | mlp",
                "dataset.type=minst | did you mean",
                "training=3 | must be a mapping",
                "dataset.limit=.nan | dataset.limit",
            })
    void wrongValue_isOneLineWithItsPlace(String override, String part) throws IOException {
        expectOneLine(
                ExitCode.SPEC,
                part.strip().equals("bad.yaml") ? "stepsize" : part.strip(),
                "run",
                spec(GOOD),
                override.strip(),
                "--results",
                results());
        expectNothingWritten();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"batch-norm", "batchnorm", "batch_norm", "batchNorm", "BatchNorm", "batch-normalization", "bn"})
    void batchNormalization_isRefusedWithItsReason(String key) throws IOException {
        String reason = "model." + key + " is not offered: it couples the examples of a batch";
        for (String model : List.of("vgg11-prime", "vgg13-prime", "vgg16-prime", "vgg19-prime", "lenet")) {
            Path file = spec(GOOD.replace("mlp, hidden: [4]", model + ", " + key + ": true"));
            String place = file + ":3:" + (model.length() + 17) + ": ";
            expectOneLine(ExitCode.SPEC, place + reason, "run", file, "--results", results());
        }
        expectOneLine(ExitCode.SPEC, reason, "run", spec(GOOD), "model." + key + "=true", "--results", results());
        expectNothingWritten();
    }

    @Test
    void severalMistakes_areReportedTogether() throws IOException {
        Path file = spec(GOOD.replace("epochs: 1", "epochs: -1, batch-sise: 3"));
        Cli.Result result = Cli.run("config", "validate", file).expect(ExitCode.SPEC);
        assertEquals(2, result.errorLines().size(), result.err());
        assertTrue(result.errorLines().get(0).startsWith(file + ":5:"), result.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | is empty",
                "'# nothing' | is empty",
                "'- a list' | mapping",
                "'{a: [' | bad.yaml:1",
                "'a: b: c' | bad.yaml:1"
            })
    void notAnExperimentFile_isOneLine(String text, String part) throws IOException {
        expectOneLine(ExitCode.SPEC, part, "run", spec(text), "--results", results());
        expectNothingWritten();
    }

    @Test
    void wordsThatTerminalsObey_areShownAsCodes() throws IOException {
        Path file = spec(GOOD.replace("experiment: bad", "experiment: \"\\e[2J\\e]0;owned\\a\""));
        expectOneLine(ExitCode.SPEC, "but is '\\u001b[2J\\u001b]0;owned\\u0007'", "config", "validate", file);
        String groups = "optimizer.partition={groups: [{name: \"a\\nb\\e[31m\", match: [\"*\"]}]}";
        expectOneLine(
                ExitCode.SPEC,
                "optimizer.partition.groups.0.name must be 1 to 100 letters, digits and _ . - * / [ ], but is 'a b\\u001b[31m'",
                "run",
                spec(GOOD),
                groups,
                "--results",
                results());
        expectOneLine(ExitCode.DATASET, "there is no data set 'a\\u001b[2J'", "datasets", "verify", "a\u001b[2J");
        Cli.Result unknown = Cli.run("run", spec(GOOD), "--x\u001b[2J").expect(ExitCode.USAGE);
        String line = unknown.errorLines().get(0);
        assertTrue(line.startsWith("soopt: unknown option '--x\\u001b[2J'; known: "), line);
    }

    @ParameterizedTest
    @CsvSource({"run, --seed, 1.5", "run, --threads, two", "curvature, --limit, 1e3"})
    void optionThatIsNoWholeNumber_saysSo(String command, String option, String value) throws IOException {
        Cli.Result result = Cli.run(command, spec(GOOD), option, value).expect(ExitCode.USAGE);
        String line = result.errorLines().get(0);
        assertTrue(line.contains("'" + option + "'") && line.endsWith("'" + value + "' is not a whole number"), line);
    }

    @Test
    void fileWithASweep_isNotRun() throws IOException {
        Path file = spec(GOOD + "sweep: {grid: {training.epochs: [1, 2]}}\n");
        expectOneLine(
                ExitCode.SPEC,
                file + ":6:8: sweep: the file has a sweep block: use soopt sweep, or '~sweep'",
                "run",
                file,
                "--results",
                results());
        expectNothingWritten();
        Cli.run("config", "validate", file).expect(ExitCode.OK);
        expectOneLine(
                ExitCode.SPEC,
                "sweep.grid.training.epoch is unknown; did you mean 'epochs'?",
                "config",
                "validate",
                file,
                "~sweep.grid.training.epochs",
                "sweep.grid={training.epoch: [1]}");
    }

    @Test
    void missingFile_isOneLine() {
        expectOneLine(ExitCode.SPEC, "no such file", "run", folder.resolve("none.yaml"));
    }

    @Test
    void binaryFile_isOneLine() throws IOException {
        Path file = Files.write(folder.resolve("bad.yaml"), new byte[] {(byte) 0xff, 0, 1, 2});
        expectOneLine(ExitCode.SPEC, "bad.yaml", "config", "validate", file);
    }

    @Test
    void unwritableResults_isOneLine() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        expectOneLine(ExitCode.SPEC, "results folder", "run", spec(GOOD), "--results", file.resolve("results"));
    }

    @Test
    void deviceThatIsNotThere_isOneLine() throws IOException {
        expectOneLine(ExitCode.DEVICE, "or use device: cpu", "run", spec(GOOD), "device=cuda", "--results", results());
        expectOneLine(ExitCode.DEVICE, "or use device: cpu", "check", spec(GOOD), "device=cuda");
        expectOneLine(ExitCode.DEVICE, "or use device: cpu", "curvature", spec(GOOD), "device=cuda");
        expectNothingWritten();
    }

    @Test
    void unknownDatasetName_isOneLine() {
        expectOneLine(ExitCode.DATASET, "there is no data set 'minst'", "datasets", "verify", "minst");
    }

    @Test
    void missingDatasetOffline_saysHowToGetIt() throws IOException {
        expectOneLine(
                ExitCode.DATASET,
                "soopt datasets fetch mnist",
                "run",
                spec(GOOD.replace("mnist-sample", "mnist")),
                "--offline",
                "--datasets",
                folder.resolve("data"),
                "--results",
                results());
        expectNothingWritten();
    }

    private Path sampleCopy() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("data").resolve("mnist-sample"));
        try (var files = Files.list(Path.of("datasets", "mnist-sample"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    @Test
    void truncatedFile_isOneLine() throws IOException {
        Path file = sampleCopy().resolve("train-images-idx3-ubyte.gz");
        byte[] content = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(content, content.length / 2));
        expectOneLine(
                ExitCode.DATASET,
                file.toString(),
                "run",
                spec(GOOD),
                "--datasets",
                folder.resolve("data"),
                "--results",
                results());
        expectNothingWritten();
    }

    @Test
    void wrongChecksum_isOneLine() throws IOException {
        Path file = sampleCopy().resolve("t10k-labels-idx1-ubyte.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(new byte[1008]);
        }
        expectOneLine(
                ExitCode.DATASET,
                "SHA-256",
                "run",
                spec(GOOD),
                "--datasets",
                folder.resolve("data"),
                "--results",
                results());
        expectNothingWritten();
    }

    private Path npz(double label, double entry) {
        Path file = folder.resolve("own.npz");
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("x", NpyArray.of(new double[] {1, 2, 3, entry, 5, 6}, 3, 2));
        arrays.put("y", NpyArray.of(new double[] {0, 1, label}, 3));
        NpzFile.write(file, arrays);
        return file;
    }

    private Path npzSpec(Path data) throws IOException {
        return spec(GOOD.replace(
                "{type: mnist-sample, limit: 100, validation: 10}",
                "{type: npz, classes: 2, train: '" + data + "', test: '" + data + "'}"));
    }

    @ParameterizedTest
    @CsvSource({"7, 4, own.npz", "-1, 4, own.npz", "0, NaN, own.npz", "0, Infinity, own.npz"})
    void numbersThatMakeNoSense_areOneLine(double label, double entry, String part) throws IOException {
        expectOneLine(ExitCode.DATASET, part, "run", npzSpec(npz(label, entry)), "--results", results());
        expectNothingWritten();
    }

    @Test
    void notAnArchive_isOneLine() throws IOException {
        Path file = Files.write(folder.resolve("own.npz"), "text".getBytes(StandardCharsets.UTF_8));
        expectOneLine(ExitCode.DATASET, "own.npz", "run", npzSpec(file), "--results", results());
    }

    @Test
    void weightsOfAnotherModel_areNamed() throws IOException {
        Path file = folder.resolve("weights.npz");
        NpzFile.write(file, Map.of("theta", NpyArray.of(new double[] {1, 2, 3}, 3)));
        expectOneLine(ExitCode.SPEC, "weights.npz: theta has 3 numbers", "curvature", spec(GOOD), "--weights", file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "curvature"})
    void startingWeightsThatDoNotFit_areOneLineWithTheirPlace(String command) throws IOException {
        Path file = folder.resolve("weights.npz");
        Path spec = spec(GOOD.replace("hidden: [4]", "hidden: [4], init: {from: '" + file + "'}"));
        String place = spec + ":3:46: model.init.from: " + file;
        List<Object> words = new ArrayList<>(List.of(command, spec));
        if (command.equals("run")) {
            words.addAll(List.of("--results", results()));
        }
        expectOneLine(ExitCode.SPEC, place + " does not exist", words.toArray());
        NpzFile.write(file, Map.of("layers.0.weight", NpyArray.of(new double[4 * 784], 4, 784)));
        expectOneLine(
                ExitCode.SPEC,
                place + " lacks 'layers.0.bias' [4], 'layers.1.weight' [10, 4], 'layers.1.bias' [10]; it has: ",
                words.toArray());
        NpzFile.write(file, Map.of("theta", NpyArray.of(new double[3], 3)));
        expectOneLine(ExitCode.SPEC, place + ": theta has 3 numbers, but the model has 3190", words.toArray());
        expectNothingWritten();
    }

    @Test
    void peersOfAnotherMeasurement_areRefused() throws IOException {
        Path file =
                Files.writeString(folder.resolve("peers.json"), "{\"model\": \"lenet\", \"batch\": 1, \"threads\": 1}");
        expectOneLine(ExitCode.SPEC, "measures lenet", "bench", "curvature", "--threads", 1, "--against", file);
    }
}
