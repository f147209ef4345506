package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.backend.cuda.Standin;
import soopt.cli.options.ExitCode;
import soopt.experiment.folder.RunFolder;

/** Runs with convolutions by cuDNN, which the stand-in is, where somebody asks for it; and what doctor says of it. */
class CudnnTest {
    private static final String DNN = "soopt.cuda.dnn";
    private static final String GRAPHS = "soopt.cuda.graphs";
    private static final String LIBRARIES = "soopt.cuda.libraries";

    /** Batches of 3, 3 and 1. */
    private static final String SPEC = """
            experiment: gpu
            precision: float64
            dataset: {type: mnist-sample, limit: 9, validation: 2}
            model: {type: lenet}
            optimizer: {%s}
            training: {epochs: 2, batch-size: 3, curvature-batch-size: 3}
            evaluate: {limit: 3}
            record: {steps: {every: never}}
            """;

    private static final String NEWTON =
            "type: newton-summary, period: 2, average: {type: uniform, window: 2, warm-up: 1}";

    @TempDir
    private Path folder;

    private Standin gpu;

    @BeforeEach
    void begin() {
        gpu = Standin.use();
    }

    @AfterEach
    void end() {
        System.clearProperty(DNN);
        System.clearProperty(GRAPHS);
        if (gpu != null) {
            gpu.close();
        }
    }

    private Cli.Result run(String results, String optimizer) throws IOException {
        Path file = Files.writeString(folder.resolve("gpu.yaml"), SPEC.formatted(optimizer));
        return Cli.run("run", file, "--device", "cuda", "--results", folder.resolve(results))
                .expect(ExitCode.OK);
    }

    private Cli.Result run(String results) throws IOException {
        return run(results, "type: adam");
    }

    private Path runFolder(String results) throws IOException {
        try (Stream<Path> runs = Files.list(folder.resolve(results).resolve("gpu/runs"))) {
            return runs.filter(path -> !path.getFileName().toString().startsWith("."))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private double[] losses(String results) throws IOException {
        return RunFolder.open(runFolder(results)).metrics().numbers("train_loss");
    }

    private byte[] weights(String results) throws IOException {
        return Files.readAllBytes(runFolder(results).resolve("checkpoints/weights.npz"));
    }

    private JsonNode device(String results) throws IOException {
        return new ObjectMapper()
                .readTree(runFolder(results).resolve("meta.json").toFile())
                .path("device");
    }

    @Test
    void training_isThatByPatches_andNamesTheLibrary() throws IOException {
        run("patches", NEWTON);
        assertEquals(0, gpu.count("convolutions"));
        assertFalse(device("patches").has("cudnn"));
        System.setProperty(DNN, "on");
        Cli.Result said = run("cudnn", NEWTON);
        assertTrue(gpu.count("convolutions") > 60, "convolutions: " + gpu.count("convolutions"));
        assertArrayEquals(losses("patches"), losses("cudnn"), 1e-10);
        assertEquals(
                Standin.folder().resolve("libcudnn.so.9") + ", 9.1.0",
                device("cudnn").path("cudnn").asText());
        assertFalse(said.out().contains("cuDNN"), said.out());
        assertEquals("", gpu.fault());
    }

    @Test
    void training_hasTheSameBits_withGraphsAndWithout() throws IOException {
        System.setProperty(DNN, "on");
        run("replayed");
        assertTrue(gpu.count("graphs") > 4, "graphs: " + gpu.count("graphs"));
        System.setProperty(GRAPHS, "off");
        run("plain");
        assertArrayEquals(losses("plain"), losses("replayed"));
        assertArrayEquals(weights("plain"), weights("replayed"));
        assertEquals("", gpu.fault());
    }

    @Test
    void failureInMidRun_isSaidOnce_andTheRunGoesOnByPatches() throws IOException {
        run("patches");
        System.setProperty(DNN, "on");
        gpu.set("DNN_FAILURE", 20);
        Cli.Result said = run("failed");
        assertEquals(19, gpu.count("convolutions"));
        assertArrayEquals(losses("patches"), losses("failed"), 1e-10);
        String shown = said.out() + said.err();
        assertEquals(2, shown.split("cuDNN failed", -1).length, shown);
        assertTrue(shown.contains("convolutions are patches times weights from there on"), shown);
        assertTrue(Files.readString(runFolder("failed").resolve("run.log")).contains("cuDNN failed"));
        assertEquals("", gpu.fault());
    }

    @Test
    void libraryThatIsMissing_isSaid_andNothingElseChanges() throws IOException {
        run("patches");
        System.setProperty(
                LIBRARIES, Standin.folderWithout(folder, "libcudnn.so.9").toString());
        System.setProperty(DNN, "on");
        Cli.Result said = run("missing");
        String shown = said.out() + said.err();
        assertTrue(shown.contains("cuDNN cannot be used: not found"), shown);
        assertArrayEquals(weights("patches"), weights("missing"));
        assertFalse(device("missing").has("cudnn"));
    }

    private static String doctorsLine() {
        return Cli.run("doctor")
                .expect(ExitCode.OK)
                .out()
                .lines()
                .filter(line -> line.contains("libcudnn"))
                .reduce((a, b) -> a + "\n" + b)
                .orElseThrow()
                .strip();
    }

    @Test
    void doctor_saysWhetherItIsUsed() throws IOException {
        String library = Standin.folder().resolve("libcudnn.so.9") + ", 9.1.0";
        String off = doctorsLine();
        assertTrue(off.endsWith(library + "; not used: -Dsoopt.cuda.dnn=on takes it for convolutions"), off);
        System.setProperty(DNN, "on");
        JsonNode found = new ObjectMapper()
                .readTree(Cli.run("doctor", "--json").expect(ExitCode.OK).out())
                .path("cuda_libraries")
                .path(3);
        assertEquals("9.1.0", found.path("version").asText(), found.toString());
        assertFalse(found.has("problem"), found.toString());
        gpu.set("DNN_CUDA", 13000);
        String tooNew = doctorsLine();
        assertTrue(tooNew.startsWith("absent"), tooNew);
        assertTrue(tooNew.contains(library + "; it is of CUDA 13"), tooNew);
        System.setProperty(
                LIBRARIES, Standin.folderWithout(folder, "libcudnn.so.9").toString());
        String missing = doctorsLine();
        assertTrue(missing.startsWith("absent"), missing);
        assertTrue(missing.contains("not found"), missing);
        assertEquals("", gpu.fault());
    }
}
