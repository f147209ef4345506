package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.cli.options.ExitCode;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;
import soopt.random.RandomStreams;

/**
 * Data, model, loss and partition that do not fit one another: one line at the key, before any step, from every
 * command.
 */
class MisfitTest {
    private static final int EXAMPLES = 12;
    private static final List<String> COMMANDS = List.of("run", "partition", "check", "curvature");

    @TempDir
    Path folder;

    private String spec(String model, String optimizer) throws IOException {
        return Files.writeString(folder.resolve("misfit.yaml"), """
                experiment: misfit
                seeds: [1]
                threads: 1
                dataset: {type: npz, train: %s, test: %s}
                model: %s
                optimizer: %s
                training: {epochs: 1, batch-size: 4}
                """.formatted(data(), data(), model, optimizer))
                .toString();
    }

    private Path data() {
        return folder.resolve("data.npz");
    }

    private void write(NpyArray targets, int... shape) {
        int[] whole =
                IntStream.concat(IntStream.of(EXAMPLES), IntStream.of(shape)).toArray();
        int size = IntStream.of(whole).reduce(1, (a, b) -> a * b);
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put(
                "x", NpyArray.of(RandomStreams.of(3, "inputs", 0).doubles(size).toArray(), whole));
        arrays.put("y", targets);
        NpzFile.write(data(), arrays);
    }

    /** k mod 3 [N]. */
    private static NpyArray labels() {
        return NpyArray.of(IntStream.range(0, EXAMPLES).mapToDouble(k -> k % 3).toArray(), EXAMPLES);
    }

    private static NpyArray oneHot() {
        double[] rows = new double[3 * EXAMPLES];
        IntStream.range(0, EXAMPLES).forEach(k -> rows[3 * k + k % 3] = 1);
        return NpyArray.of(rows, EXAMPLES, 3);
    }

    private Cli.Result run(String command, String spec, String... overrides) {
        List<Object> words = new ArrayList<>(List.of(command, spec));
        words.addAll(List.of(overrides));
        if (command.equals("run")) {
            words.addAll(List.of("--results", folder.resolve("results"), "--progress", "plain"));
        }
        return Cli.run(words.toArray());
    }

    private void expectFromAll(String start, String part, String spec, String... overrides) {
        for (String command : COMMANDS) {
            Cli.Result result = run(command, spec, overrides).expect(ExitCode.SPEC);
            assertEquals(1, result.errorLines().size(), command + ": " + result.err());
            assertTrue(result.err().startsWith(start), command + ": " + result.err());
            assertTrue(result.err().contains(part), command + ": " + result.err());
            assertEquals("", result.out());
        }
        assertFalse(Files.exists(folder.resolve("results/misfit/runs/meta.json")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "28,28 | [N, 28, 28]: write x[:, None]",
                "28,28,1 | [N, 28, 28, 1] (| numpy.transpose(x, (0, 3, 1, 2))",
                "32,32,3 | [N, 32, 32, 3] (| numpy.transpose(x, (0, 3, 1, 2))",
                "1,8,8 | at least 16×16 pixels| [N, 1, 8, 8] (| enlarge or pad",
                "1,16,15 | at least 16×16 pixels| [N, 1, 16, 15] (",
                "784 | [N, 784]: write x.reshape(-1, 1, 28, 28)",
                "3072 | x.reshape(-1, 3, 32, 32)",
                "7 | take a model of vectors such as mlp",
                "1,2,3,4 | [N, 1, 2, 3, 4]: reshape x",
            })
    void inputsThatAreNoImages_areRefusedAtTheModel(String line, String part) throws IOException {
        int[] shape = List.of(line.strip().split(",")).stream()
                .mapToInt(Integer::parseInt)
                .toArray();
        write(labels(), shape);
        String spec = spec("lenet", "adam");
        expectFromAll(spec + ":5:8: model: lenet takes images of at least 16×16 pixels, ", part.strip(), spec);
    }

    @ParameterizedTest
    @ValueSource(strings = {"vgg11-prime", "vgg13-prime", "vgg16-prime", "vgg19-prime"})
    void imagesSmallerThanTheWindows_areRefusedWithTheLeastSize(String model) throws IOException {
        write(labels(), 1, 28, 28);
        String spec = spec(model, "adam");
        expectFromAll(
                spec + ":5:8: model: " + model + " takes images of at least 32×32 pixels",
                "a max-pool window of 2 does not fit into images of 1×1",
                spec);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[100000,100000] | 10,000,600,000",
                "[2000000000,2] | parameters",
                "[60000,30000] | 6.7 GiB in float32, but an array holds at most 1.8 GiB",
            })
    void networksBeyondAnArray_areRefusedInWords(String hidden, String part) throws IOException {
        write(labels(), 5);
        String spec = spec("{type: mlp}", "adam");
        for (String command : List.of("run", "partition", "curvature")) {
            Cli.Result result = run(command, spec, "model.hidden=" + hidden).expect(ExitCode.SPEC);
            assertTrue(result.err().contains(": model: "), result.err());
            assertTrue(result.err().contains(part.strip()), result.err());
            assertEquals(1, result.errorLines().size(), result.err());
        }
    }

    @Test
    void batchesBeyondAnArray_areRefusedAtTheirKey() throws IOException {
        int examples = 300000;
        NpyArray ones =
                NpyArray.of(DoubleStream.generate(() -> 1).limit(examples).toArray(), examples);
        NpzFile.write(data(), Map.of("x", ones, "y", ones));
        String spec = spec("{type: mlp, hidden: [2000]}", "adam");
        Cli.Result result = run("run", spec, "training.batch-size=300000").expect(ExitCode.SPEC);
        assertTrue(
                result.err().contains("training.batch-size: a layer's numbers for 300,000 examples take 2.2 GiB"),
                result.err());
        assertTrue(result.err().contains("lower it"), result.err());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void numbers_areRefusedByALossOfClasses(int width) throws IOException {
        double[] values = RandomStreams.of(1, "targets", 0)
                .doubles((long) width * EXAMPLES)
                .toArray();
        write(NpyArray.of(values, EXAMPLES, width), 6);
        String spec = spec("{type: mlp, hidden: [3]}", "{type: newton-summary}");
        String place = ":5:8: model.loss: softmax-cross-entropy takes class labels, but y in " + data()
                + " is float64 [12, " + width + "]";
        expectFromAll(spec + place, "set model.loss to mean-squared-error", spec);
    }

    @Test
    void aColumnOfZerosAndOnes_isNotTakenForClasses() throws IOException {
        write(NpyArray.of(IntStream.range(0, EXAMPLES).mapToDouble(k -> k % 2).toArray(), EXAMPLES, 1), 6);
        String spec = spec("{type: mlp, hidden: [3], loss: softmax-cross-entropy}", "adam");
        expectFromAll(spec + ":5:39: model.loss: ", "is float64 [12, 1]", spec);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{type: mlp, hidden: [3], loss: mean-squared-error}", "{type: lenet, loss: mean-squared-error}"})
    void labels_areRefusedByALossOfNumbers(String model) throws IOException {
        write(labels(), 1, 16, 16);
        String spec = spec(model, "adam");
        expectFromAll(
                spec + ":5:",
                "model.loss: mean-squared-error takes numbers [N, K], but y in " + data() + " is float64 [12]",
                spec);
        expectFromAll(spec + ":5:", "numpy.eye(classes)[y]", spec);
    }

    @Test
    void oneHotRows_areClassesOrNumbersAsTheLossTakesThem() throws IOException {
        write(oneHot(), 6);
        String rows = run("run", spec("{type: mlp, hidden: [3]}", "adam"))
                .expect(ExitCode.OK)
                .out();
        write(labels(), 6);
        String labels = run("run", spec("{type: mlp, hidden: [3]}", "adam"), "experiment=labels")
                .expect(ExitCode.OK)
                .out();
        assertEquals(first(labels, "test accuracy .*% after"), first(rows, "test accuracy .*% after"));
        write(oneHot(), 6);
        String numbers = run("run", spec("{type: mlp, hidden: [3], loss: mean-squared-error}", "adam"))
                .expect(ExitCode.OK)
                .out();
        assertTrue(numbers.contains("test loss"), numbers);
    }

    private static String first(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .findFirst()
                .orElseThrow()
                .group();
    }

    @Test
    void autoencoders_doNotAskForTargets() throws IOException {
        write(labels(), 6);
        run("run", spec("{type: autoencoder-mlp, hidden: [4], code: 2}", "adam"))
                .expect(ExitCode.OK);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "blocks-9 | blocks-9 needs at least 9 layers with parameters, but there are 2",
                "{type: alternate, count: 2, final-layer-apart: true} | alternate-2 needs at least 2 layers",
                "{groups: [{name: a, match: [layers.0.*]}, {name: b, match: ['*weight', layers.1.bias]}]} "
                        + "| tensor layers.0.weight is in 2 groups: a, b",
                "{groups: [{name: a, match: ['*weight', layers.0.bias]}]} | tensor layers.1.bias is in no group",
                "{groups: [{name: a, match: ['*', nothing]}]} | pattern 'nothing' of group 'a' matches no tensor",
                "discrete | discrete needs a matrix of 7003 × 7003",
            })
    void partitionsThatDoNotFit_areReportedWhereTheyStand(String partition, String part) throws IOException {
        write(labels(), 6);
        String hidden = partition.strip().equals("discrete") ? "700" : "3";
        String spec = spec(
                "{type: mlp, hidden: [" + hidden + "]}",
                "{type: newton-summary, partition: " + partition.strip() + "}");
        expectFromAll(spec + ":6:46: optimizer.partition: ", part.strip(), spec);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model=vgg11-prime | model: vgg11-prime takes images of at least 32×32 pixels",
                "model={type: mlp, loss: mean-squared-error} | model.loss: mean-squared-error takes numbers",
                "model={type: mlp, hidden: [60000, 30000]} | model: 1,847,",
                "optimizer.partition=blocks-9 | optimizer.partition: blocks-9 needs at least 9 layers",
                "optimizer.partition={groups: [{name: a, match: ['*']}, {name: b, match: ['*bias']}]} | is in 2 groups: a, b",
                "optimizer.partition={groups: [{name: a, match: ['*weight']}]} | layers.0.bias is in no group",
                "model.init.from=nowhere.npz | model.init.from: nowhere.npz does not exist; tried ",
            })
    void validate_findsWhatDoesNotFitAKnownDataSet(String override, String part) throws IOException {
        String spec = spec("{type: mlp, hidden: [5]}", "newton-summary");
        Cli.Result result = Cli.run("config", "validate", spec, "dataset=mnist", override.strip())
                .expect(ExitCode.SPEC);
        assertTrue(result.err().startsWith("override '" + override.strip().substring(0, 10)), result.err());
        assertTrue(result.err().contains(part.strip()), result.err());
        Cli.run("config", "validate", spec, "dataset=mnist").expect(ExitCode.OK);
    }

    @Test
    void validate_namesEveryFileThatIsNotThere() throws IOException {
        String spec = spec("{type: mlp, init: {from: none.npz}}", "adam");
        Cli.Result result = Cli.run("config", "validate", spec).expect(ExitCode.SPEC);
        assertEquals(3, result.errorLines().size(), result.err());
        assertTrue(
                result.errorLines().get(0).startsWith(spec + ":4:29: dataset.train: " + data() + " does not exist"),
                result.err());
        assertTrue(
                result.errorLines().get(2).startsWith(spec + ":5:33: model.init.from: none.npz does not exist"),
                result.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model=lenet | model: lenet takes images of at least 16×16 pixels",
                "model.loss=mean-squared-error | model.loss: mean-squared-error takes numbers [N, K], but y in ",
                "optimizer.partition=blocks-9 | optimizer.partition: blocks-9 needs at least 9 layers",
                "model.hidden=[100000,100000] | model: layers.1.weight of shape [100000, 100000] makes 10,000,700,000",
            })
    void validate_readsTheHeadersOfOwnData(String override, String part) throws IOException {
        write(labels(), 6);
        String spec = spec("{type: mlp, hidden: [5]}", "newton-summary");
        Cli.Result result =
                Cli.run("config", "validate", spec, override.strip()).expect(ExitCode.SPEC);
        assertTrue(result.err().contains(part.strip()), result.err());
        Cli.run("config", "validate", spec).expect(ExitCode.OK);
        write(oneHot(), 6);
        Cli.run("config", "validate", spec).expect(ExitCode.OK);
        Cli.run("config", "validate", spec, "model.loss=mean-squared-error").expect(ExitCode.OK);
        write(NpyArray.of(new double[EXAMPLES], EXAMPLES, 1), 6);
        Cli.run("config", "validate", spec).expect(ExitCode.SPEC);
    }
}
