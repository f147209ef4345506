package soopt.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;
import soopt.spec.yaml.SpecException;

/** Weights that PyTorch made give PyTorch's losses: golden/hbar/lenet_*.json, in float64. */
class WeightsFileTest {
    private static final double TOLERANCE = 1e-14;

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
        assertTrue(missing.startsWith(file + " lacks 'conv0.bias' [3], 'fc3.weight' [6, 8]; it has: conv0"), missing);
        assertEquals(
                file + ": 'fc2.weight' has the shape [16, 8], but the model needs [8, 16]",
                e.problems().get(1));
        assertEquals(0, backend.memory().liveBytes(), "θ is closed");
    }
}
