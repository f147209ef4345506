package soopt.model.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.Golden;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.model.GoldenNetworks;
import soopt.model.Initialization;
import soopt.model.Mlp;
import soopt.model.Network;
import soopt.model.Parameterization;
import soopt.model.loss.Loss;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;
import soopt.random.RandomStreams;
import soopt.spec.yaml.SpecException;

/** Weights that PyTorch made give PyTorch's losses: golden/hbar/lenet_*.json, in float64. */
class WeightsFileTest {
    private static final double TOLERANCE = 1e-14;

    private static final Initialization NORMAL = new Initialization(1, 0, Optional.empty());

    @TempDir
    Path folder;

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private static JsonNode golden(String name) {
        return Golden.read("hbar/" + name + ".json");
    }

    /** The golden tensors as numpy.savez would write a state_dict: convolutions [O, C, k, k], dense [out, in]. */
    private static Map<String, NpyArray> stateDict(JsonNode golden) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < golden.get("params").size(); i++) {
            JsonNode tensor = golden.get("params").get(i);
            int[] shape = new int[tensor.get("shape").size()];
            for (int k = 0; k < shape.length; k++) {
                shape[k] = tensor.get("shape").get(k).asInt();
            }
            String name = golden.get("param_names").get(i).asText();
            arrays.put(name, NpyArray.of(Golden.numbers(tensor), shape));
        }
        return arrays;
    }

    private Path write(Map<String, NpyArray> arrays) {
        Path file = folder.resolve("weights.npz");
        NpzFile.write(file, arrays);
        return file;
    }

    private double loss(Network network, JsonNode golden, Tensor theta) {
        Tensor inputs = GoldenNetworks.inputs(backend, golden.get("x"));
        return network.objective(backend, inputs, GoldenNetworks.targets(backend, golden.get("y")))
                .loss(theta);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lenet_small", "lenet_16", "lenet_32", "vgg_small", "mlp_tanh"})
    void weightsOfPyTorch_giveItsLoss(String name) {
        JsonNode golden = golden(name);
        Network network = GoldenNetworks.network(golden).orElseThrow();
        try (Tensor theta = WeightsFile.read(write(stateDict(golden)), network.layout(), backend)) {
            double expected = golden.get("loss_value").asDouble();
            assertEquals(expected, loss(network, golden, theta), TOLERANCE * expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lenet_small", "lenet_32"})
    void whatIsWritten_isWhatPyTorchWrote(String name) {
        JsonNode golden = golden(name);
        ParameterLayout layout = GoldenNetworks.network(golden).orElseThrow().layout();
        Map<String, NpyArray> expected = stateDict(golden);
        Path copy = folder.resolve("copy.npz");
        try (Tensor theta = WeightsFile.read(write(expected), layout, backend)) {
            WeightsFile.write(copy, layout, theta, backend);
        }
        Map<String, NpyArray> written = NpzFile.read(copy);
        assertEquals(List.copyOf(expected.keySet()), List.copyOf(written.keySet()));
        expected.forEach((key, array) -> {
            assertArrayEquals(array.shape(), written.get(key).shape(), key);
            assertArrayEquals(array.doubles(), written.get(key).doubles(), key);
        });
    }

    @Test
    void everyMistake_isNamedOnceInOneLine() {
        JsonNode golden = golden("lenet_small");
        ParameterLayout layout = GoldenNetworks.network(golden).orElseThrow().layout();
        Map<String, NpyArray> arrays = stateDict(golden);
        arrays.remove("conv0.bias");
        arrays.remove("fc3.weight");
        arrays.put("fc2.weight", NpyArray.of(new double[128], 16, 8));
        arrays.put("extra", NpyArray.of(new double[1], 1));
        Path file = write(arrays);
        SpecException e = assertThrows(SpecException.class, () -> WeightsFile.read(file, layout, backend));
        assertEquals(2, e.problems().size(), e.getMessage());
        String missing = e.problems().get(0);
        assertTrue(
                missing.startsWith(file + " lacks 'conv0.bias' [3], 'fc3.weight' [6, 8]; it has: conv0.weight ["),
                missing);
        assertEquals(
                file + ": 'fc2.weight' has the shape [16, 8], but the model needs [8, 16]",
                e.problems().get(1));
        assertEquals(0, backend.memory().liveBytes(), "θ is closed");
    }

    private Network small() {
        return new Mlp(List.of(3, 2), Activation.TANH, Parameterization.STANDARD, Loss.SOFTMAX_CROSS_ENTROPY, NORMAL)
                .network(new int[] {4}, 2);
    }

    /** The small network's tensors, all of different numbers, under names of their own. */
    private static Map<String, NpyArray> named(ParameterLayout layout, String... names) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < layout.count(); i++) {
            double[] values = RandomStreams.of(5, "weights", i)
                    .doubles(layout.get(i).size())
                    .toArray();
            arrays.put(names[i], NpyArray.of(values, layout.get(i).dimensions()));
        }
        return arrays;
    }

    private static String[] own(ParameterLayout layout) {
        return layout.parameters().stream().map(ParameterLayout.Parameter::name).toArray(String[]::new);
    }

    private double[] read(Map<String, NpyArray> arrays, ParameterLayout layout) {
        try (Tensor theta = WeightsFile.read(write(arrays), layout, backend)) {
            double[] values = new double[layout.size()];
            backend.toHost(theta, values, 0);
            return values;
        }
    }

    private String refused(Map<String, NpyArray> arrays, ParameterLayout layout, Backend on) {
        Path file = write(arrays);
        SpecException e = assertThrows(SpecException.class, () -> WeightsFile.read(file, layout, on));
        assertEquals(1, e.problems().size(), e.getMessage());
        assertEquals(0, on.memory().liveBytes(), "θ is closed");
        return e.getMessage().substring(file.toString().length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"module.", "_orig_mod.", "module.net."})
    void namesBehindOnePrefix_areTheModels(String prefix) {
        ParameterLayout layout = small().layout();
        double[] expected = read(named(layout, own(layout)), layout);
        String[] names = own(layout);
        for (int i = 0; i < names.length; i++) {
            names[i] = prefix + names[i];
        }
        Map<String, NpyArray> arrays = named(layout, names);
        assertArrayEquals(expected, read(arrays, layout));
        arrays.remove(prefix + "layers.1.bias");
        String text = refused(arrays, layout, backend);
        assertTrue(text.startsWith(" lacks '" + prefix + "layers.1.bias' [2]; it has: "), text);
    }

    @Test
    void tensorsBehindTwoPrefixes_areRefused() {
        ParameterLayout layout = small().layout();
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        named(layout, own(layout)).forEach((name, array) -> {
            arrays.put("student." + name, array);
            arrays.put("teacher." + name, array);
        });
        String text = refused(arrays, layout, backend);
        assertTrue(text.contains("behind the prefixes 'student.', 'teacher.'"), text);
    }

    /** Also where the order in the file is another, and where some of the numbers are the model's own names. */
    @ParameterizedTest
    @ValueSource(strings = {"", "net.", "layers.", "module."})
    void namesOfSequential_areTakenInTheOrderOfTheirNumbers(String prefix) {
        ParameterLayout layout = small().layout();
        double[] expected = read(named(layout, own(layout)), layout);
        String[] numbered = {"0.weight", "0.bias", "2.weight", "2.bias", "10.weight", "10.bias"};
        for (int i = 0; i < numbered.length; i++) {
            numbered[i] = prefix + numbered[i];
        }
        Map<String, NpyArray> sorted = new TreeMap<>(named(layout, numbered));
        assertArrayEquals(expected, read(sorted, layout));
    }

    @Test
    void namesThatOrderCannotTell_areRefusedWithBothLists() {
        ParameterLayout layout = small().layout();
        String[] two = {"a.0.weight", "a.0.bias", "a.1.weight", "a.1.bias", "b.0.weight", "b.0.bias"};
        String text = refused(named(layout, two), layout, backend);
        assertTrue(text.startsWith(" lacks 'layers.0.weight' [3, 4], 'layers.0.bias' [3]"), text);
        assertTrue(
                text.endsWith("it has: a.0.weight [3, 4], a.0.bias [3], a.1.weight [2, 3], a.1.bias [2],"
                        + " b.0.weight [2, 2], b.0.bias [2]"),
                text);

        Map<String, NpyArray> swapped = named(layout, "2.weight", "2.bias", "0.weight", "0.bias", "4.weight", "4.bias");
        text = refused(swapped, layout, backend);
        assertTrue(text.contains("it has 2.weight [3, 4], 2.bias [3], 0.weight [2, 3]"), text);
        assertTrue(text.contains("but the model needs layers.0.weight [3, 4], layers.0.bias [3], layers.1"), text);
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, but weights must be finite",
        "-Infinity, but weights must be finite",
        "1e300, set precision to float64"
    })
    void numbersThatAreNotFiniteInTheRunsPrecision_areRefusedWithTheirPlace(double value, String remedy) {
        ParameterLayout layout = small().layout();
        Map<String, NpyArray> arrays = named(layout, own(layout));
        arrays.put("layers.1.weight", NpyArray.of(new double[] {0, 1, 2, 3, value, 5}, 2, 3));
        try (Backend single = Backends.cpu(Precision.FLOAT32, 1)) {
            String text = refused(arrays, layout, single);
            assertTrue(text.startsWith(": 'layers.1.weight' has the value " + value + " at [1, 1], "), text);
            assertTrue(text.endsWith(remedy), text);
            double[] flat = new double[layout.size()];
            flat[7] = value;
            text = refused(Map.of(WeightsFile.FLAT, NpyArray.of(flat, flat.length)), layout, single);
            assertTrue(text.startsWith(": theta has the value " + value + " at [7], "), text);
        }
        if (Double.isFinite(value)) {
            assertEquals(value, read(arrays, layout)[3 * 4 + 3 + 4]);
        } else {
            refused(arrays, layout, backend);
        }
    }

    @Test
    void filesOfOtherPrograms_areCalledByTheirName() throws IOException {
        ParameterLayout layout = small().layout();
        Path zip = folder.resolve("state.pt");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("state/data.pkl"));
            out.write(1);
        }
        String torch =
                "write one with python3 -c \"import numpy, torch; numpy.savez('weights.npz', **{k: v.numpy() for k, v in"
                        + " torch.load('state.pt', map_location='cpu').items()})\"";
        expectForeign(zip, layout, " is a file of torch.save, not an npz archive: " + torch);
        expectForeign(
                bytes("old.pt", 0x80, 2, 0x8a, 0x0a), layout, " is a Python pickle, as old versions of torch.save");
        expectForeign(bytes("keras.h5", 0x89, 'H', 'D', 'F', 13, 10), layout, " is an HDF5 file");
        expectForeign(bytes("one.npy", 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0), layout, " is a single NumPy array");
        expectForeign(bytes("w.safetensors", 2, 0, 0, 0, 0, 0, 0, 0, '{', '}', 0), layout, " is a safetensors file");
    }

    private Path bytes(String name, int... values) throws IOException {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return Files.write(folder.resolve(name), bytes);
    }

    private void expectForeign(Path file, ParameterLayout layout, String words) {
        SpecException e = assertThrows(SpecException.class, () -> WeightsFile.read(file, layout, backend));
        assertTrue(e.getMessage().startsWith(file + words), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }
}
