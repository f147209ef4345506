package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.backend.cuda.Standin;
import soopt.cli.options.ExitCode;
import soopt.experiment.folder.RunFolder;

/** Runs on a GPU, which the stand-in is, with graphs: the same bits as without them, also when a run goes on. */
class CudaGraphsTest {
    private static final String PROPERTY = "soopt.cuda.graphs";
    private static final String SPEC = """
            experiment: gpu
            dataset: {type: mnist-sample, limit: 14, validation: 3}
            model: {%s}
            optimizer: {%s}
            training: {epochs: 4, batch-size: 4, curvature-batch-size: 4}
            evaluate: {limit: 10}
            record: {steps: {every: never}}
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
        System.clearProperty(PROPERTY);
        if (gpu != null) {
            gpu.close();
        }
    }

    private Path run(Path file, String results, int epochs) throws IOException {
        Path target = folder.resolve(results);
        Cli.run("run", file, "training.epochs=" + epochs, "--device", "cuda", "--results", target, "--extend")
                .expect(ExitCode.OK);
        try (Stream<Path> runs = Files.list(target.resolve("gpu/runs"))) {
            return runs.filter(path -> !path.getFileName().toString().startsWith("."))
                    .filter(path -> RunFolder.open(path).config().training().epochs() == epochs)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static double[] losses(Path run) {
        return RunFolder.open(run).metrics().numbers("train_loss");
    }

    private static void assertSameBits(Path expected, Path actual) throws IOException {
        assertArrayEquals(losses(expected), losses(actual));
        String weights = "checkpoints/weights.npz";
        assertArrayEquals(Files.readAllBytes(expected.resolve(weights)), Files.readAllBytes(actual.resolve(weights)));
    }

    /** Batches of 4, 4 and 3. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "type: lenet; type: newton-summary, period: 2, average: {type: uniform, window: 2, warm-up: 1}",
                "'type: mlp, hidden: [8]'; type: adam",
                "'type: mlp, hidden: [4]'; type: muon"
            })
    void run_hasTheSameBits_withGraphsAndWithout_andWhenItGoesOn(String model, String optimizer) throws IOException {
        Path file = Files.writeString(folder.resolve("gpu.yaml"), SPEC.formatted(model, optimizer));
        Path replayed = run(file, "replayed", 4);
        assertTrue(gpu.count("graphs") > 16, "graphs: " + gpu.count("graphs"));
        long launches = gpu.count("launches");
        long kernels = launches + gpu.count("replayed");
        run(file, "begun", 2);
        Path extended = run(file, "begun", 4);
        gpu.reset();
        System.setProperty(PROPERTY, "off");
        Path plain = run(file, "plain", 4);
        assertEquals(0, gpu.count("graphs"));
        assertEquals(kernels, gpu.count("launches"), "the same kernels");
        assertSameBits(plain, replayed);
        assertSameBits(plain, extended);
        assertEquals(List.of(), gpu.fault().lines().toList());
    }

    /** A quarter of the free memory does not hold it. */
    @Test
    void setThatIsNotKept_isCopiedBesideTheWork_withTheSameBits() throws IOException {
        Path file =
                Files.writeString(folder.resolve("gpu.yaml"), SPEC.formatted("type: mlp, hidden: [8]", "type: adam"));
        Path kept = run(file, "kept", 2);
        assertEquals(0, gpu.count("waits"));
        gpu.reset();
        gpu.set("FREE", 4 * 11 * 28 * 28);
        Path copied = run(file, "copied", 2);
        assertEquals(2 * 2 * 2, gpu.count("waits"), "two of each second and third batch");
        assertSameBits(kept, copied);
        assertEquals("", gpu.fault());
    }
}
