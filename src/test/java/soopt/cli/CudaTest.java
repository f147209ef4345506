package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.backend.cuda.Standin;
import soopt.backend.engine.Backends;
import soopt.cli.options.ExitCode;
import soopt.experiment.folder.RunFolder;

/** Whole commands on a GPU, which the stand-in is, and what becomes of them when it fails. */
class CudaTest {
    private static final String SPEC = """
            experiment: gpu
            precision: float64
            dataset: {type: mnist-sample, limit: 240, validation: 40}
            model: {type: mlp, hidden: [8]}
            optimizer: {type: newton-summary, period: 2, average: {type: uniform, window: 2, warm-up: 1}}
            training: {epochs: 3, batch-size: 20}
            record: {checkpoint: {every: 1 epoch}}
            """;

    @TempDir
    private Path folder;

    private Standin gpu;

    @BeforeEach
    void begin() {
        gpu = Standin.use();
    }

    @AfterEach
    void end() {
        if (gpu != null) {
            gpu.close();
        }
    }

    private Cli.Result run(String device, String results, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("gpu.yaml"), SPEC);
        List<Object> words = new ArrayList<>(
                List.of("run", file, "--device", device, "--results", folder.resolve(results), "--progress", "plain"));
        words.addAll(List.of(more));
        return Cli.run(words.toArray());
    }

    private Path runFolder(String results) throws IOException {
        try (Stream<Path> runs = Files.list(folder.resolve(results).resolve("gpu/runs"))) {
            return runs.findFirst().orElseThrow();
        }
    }

    private static void requireProcessor() {
        assumeTrue(Backends.processor().problem().isEmpty(), "a build for GPUs has no engine for the processor");
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    private static void assertSameLosses(Path expected, Path actual) {
        double[] right = losses(expected);
        assertEquals(4, right.length);
        assertArrayEquals(right, losses(actual), 1e-10);
    }

    private static double[] losses(Path run) {
        return RunFolder.open(run).metrics().numbers("train_loss");
    }

    @Test
    void run_onTheGpu_isThatOfTheProcessor_andHasItsName() throws IOException {
        requireProcessor();
        run("cuda", "gpu").expect(ExitCode.OK);
        assertTrue(gpu.count("launches") > 0);
        assertEquals("", gpu.fault());
        run("cpu", "cpu").expect(ExitCode.OK);
        assertEquals(runFolder("cpu").getFileName(), runFolder("gpu").getFileName());
        assertSameLosses(runFolder("cpu"), runFolder("gpu"));
        JsonNode device = json(runFolder("gpu").resolve("meta.json")).path("device");
        assertEquals("cuda", device.path("kind").asText());
        assertEquals("12.8", device.path("driver").asText());
        assertEquals(
                Standin.folder().resolve("libcusolver.so.11").toString(),
                device.path("cusolver").asText());
        assertEquals(1L << 30, device.path("memory_bytes").asLong());
        assertEquals(
                "cpu",
                json(runFolder("cpu").resolve("meta.json"))
                        .path("device")
                        .path("kind")
                        .asText());
    }

    @Test
    void gpuLostInMidRun_keepsTheCheckpoint_andTheRunGoesOnAnywhere() throws IOException {
        requireProcessor();
        run("cpu", "whole").expect(ExitCode.OK);
        run("cuda", "count").expect(ExitCode.OK);
        long launches = gpu.count("launches") + gpu.count("replayed");
        gpu.reset();
        gpu.set("LAUNCH_FAILURE", launches * 3 / 4).set("QUIET", 1);
        Cli.Result failed = run("cuda", "results").expect(ExitCode.DEVICE);
        String line = failed.errorLines().get(failed.errorLines().size() - 1);
        assertTrue(line.contains("CUDA_ERROR_LAUNCH_FAILED"), failed.err());
        Path run = runFolder("results");
        JsonNode status = json(run.resolve("status.json"));
        assertEquals("FAILED", status.path("state").asText());
        assertTrue(status.path("message").asText().contains("CUDA_ERROR_LAUNCH_FAILED"), status.toString());
        assertTrue(Files.exists(run.resolve("checkpoints/last.npz")));
        gpu.reset();
        Cli.Result resumed =
                Cli.run("resume", run, "--device", "cpu", "--progress", "plain").expect(ExitCode.OK);
        assertFalse(resumed.err().contains("begins anew"), resumed.err());
        assertTrue(resumed.err().contains("backend 'cpu' instead of 'cuda'"), resumed.err());
        assertSameLosses(runFolder("whole"), run);
    }

    @Test
    void tf32_isOfGpusThatHaveIt_andARunOfItsOwn() throws IOException {
        run("cuda", "float32", "precision=float32", "training.epochs=1").expect(ExitCode.OK);
        run("cuda", "tf32", "precision=tf32", "training.epochs=1").expect(ExitCode.OK);
        Path tf32 = runFolder("tf32");
        assertFalse(runFolder("float32").getFileName().equals(tf32.getFileName()));
        assertEquals("tf32", json(tf32.resolve("meta.json")).path("precision").asText());
        double[] strict = losses(runFolder("float32"));
        double[] rounded = losses(tf32);
        assertFalse(Arrays.equals(strict, rounded));
        assertArrayEquals(strict, rounded, 1e-2);
        gpu.set("CAPABILITY", 75);
        Cli.Result old = run("cuda", "old", "precision=tf32").expect(ExitCode.DEVICE);
        assertTrue(old.err().contains("tf32 needs compute capability 8.0 or above; use precision: float32"), old.err());
        requireProcessor();
        Cli.Result processor = run("cpu", "cpu", "precision=tf32").expect(ExitCode.DEVICE);
        assertEquals(1, processor.errorLines().size(), processor.err());
        assertTrue(processor.err().contains("; use precision: float32, or device: cuda"), processor.err());
        assertFalse(Files.exists(folder.resolve("cpu/gpu")));
    }

    @Test
    void memoryTooSmall_namesWhatWasWanted_whatIsFree_andTheSettings() throws IOException {
        gpu.set("MEMORY", 60_000);
        Cli.Result failed = run("cuda", "results").expect(ExitCode.DEVICE);
        assertEquals(
                1,
                failed.err()
                        .lines()
                        .filter(line -> line.contains("OUT_OF_MEMORY"))
                        .count(),
                failed.err());
        assertTrue(
                failed.err().contains(" free on GPU 0; lower curvature.memory or training.batch-size"), failed.err());
    }

    @Test
    void nvrtcThatIsMissing_isOneLine_thatSaysWhereToGetIt() throws IOException {
        requireProcessor();
        Path without = Standin.folderWithout(Files.createDirectory(folder.resolve("libraries")), "libnvrtc.so.12");
        String before = System.setProperty("soopt.cuda.libraries", without.toString());
        try {
            Cli.Result refused = run("cuda", "results").expect(ExitCode.DEVICE);
            assertEquals(1, refused.errorLines().size(), refused.err());
            assertTrue(
                    refused.err().contains("libnvrtc of CUDA 11.2 to 13 is not on this machine: set CUDA_HOME"),
                    refused.err());
            assertFalse(Files.exists(folder.resolve("results/gpu")));
            Cli.Result auto = run("auto", "auto").expect(ExitCode.OK);
            assertTrue(auto.err().contains("device: auto takes the processor, as no GPU can be used"), auto.err());
        } finally {
            System.setProperty("soopt.cuda.libraries", before);
        }
    }

    /** As in the payload of scripts/gpu-check.sh. */
    @Test
    void run_onTheGpu_needsNothingOfNd4j() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("gpu.yaml"), SPEC);
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.matches(".*(nd4j|openblas|javacpp|deeplearning4j|protobuf|guava)-[^/]*jar"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dsoopt.cuda.libraries=" + Standin.folder(),
                        "-cp",
                        path,
                        "soopt.cli.Main",
                        "run",
                        file.toString(),
                        "--device",
                        "cuda",
                        "--results",
                        folder.resolve("alone").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertEquals(
                "cuda",
                json(runFolder("alone").resolve("meta.json"))
                        .path("device")
                        .path("kind")
                        .asText());
    }

    @Test
    void deviceOption_isReadAsTheFileIs() {
        Cli.Result wrong = Cli.run("bench", "curvature", "--device", "gpu").expect(ExitCode.USAGE);
        assertTrue(wrong.err().contains("must be one of auto, cpu, cuda, cuda:N, but is 'gpu'"), wrong.err());
    }
}
