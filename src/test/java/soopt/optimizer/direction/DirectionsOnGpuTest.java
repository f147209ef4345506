package soopt.optimizer.direction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.cuda.Standin;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Value;
import soopt.file.JsonObject;
import soopt.optimizer.Methods;
import soopt.optimizer.step.NoBatches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;

/** SOAP and Shampoo on a GPU, which the stand-in is: the directions of the processor, whose factors stay there. */
class DirectionsOnGpuTest {
    /** No factor has 0 for two of its eigenvalues, whose vectors would be anybody's choice. */
    private static final int[][] SHAPES = {{5, 5}, {3, 4}, {7}, {1, 2}, {4, 3, 2}};

    private static final int SIZE = 25 + 12 + 7 + 2 + 24;

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

    private static double[][] directions(Backend backend, String spec) {
        try (backend) {
            double[][] all = DirectionRuns.directions(
                    backend, spec, DirectionRuns.layout(SHAPES), DirectionRuns.gradients(7, 7, SIZE));
            assertEquals(0, backend.memory().liveBytes());
            return all;
        }
    }

    /** Rounding that Adam's division by small moments makes more of. */
    private static void assertSame(double[][] expected, double[][] actual) {
        for (int t = 0; t < expected.length; t++) {
            double largest = Arrays.stream(expected[t]).map(Math::abs).max().orElse(0);
            assertArrayEquals(expected[t], actual[t], 1e-9 * largest, "step " + t);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: soap, period: 2}",
                "{type: soap, period: 2, basis: power-iteration}",
                "{type: soap, period: 2, basis: eigen, block-size: 3}",
                "{type: shampoo, period: 2, epsilon: 1.0e-2}",
                "{type: shampoo, period: 3, epsilon: 1.0e-2, grafting: adam, block-size: 3, weight-decay: 0.1}"
            })
    void directions_areThoseOfTheProcessor_withCusolverAndWithout(String spec) throws IOException {
        double[][] expected = directions(Backends.cpu(Precision.FLOAT64, 1), spec);
        assertSame(expected, directions(CudaBackend.open(Precision.FLOAT64, 0), spec));
        long factorizations = gpu.count("factorizations");
        assertTrue(factorizations > 0);
        Path libraries = Standin.folderWithout(folder, "libcusolver.so.11");
        System.setProperty("soopt.cuda.libraries", libraries.toString());
        assertSame(expected, directions(CudaBackend.open(Precision.FLOAT64, 0), spec));
        assertEquals(factorizations, gpu.count("factorizations"));
        assertEquals("", gpu.fault());
    }

    /** A step that makes new roots or bases reads eigenvalues and endings, in one wait or two, and no matrix. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1 {type: shampoo, period: 1}",
                "1 {type: soap, period: 1, basis: eigen}",
                "2 {type: soap, period: 1, basis: power-iteration}"
            })
    void refresh_downloadsNoFactor(String waitsAndSpec) {
        int expected = waitsAndSpec.charAt(0) - '0';
        int n = 40;
        ParameterLayout layout = DirectionRuns.layout(new int[] {n, n}, new int[] {n, n});
        try (CudaBackend backend = CudaBackend.open(Precision.FLOAT32, 0);
                Tensor gradient = backend.allocate(2 * n * n);
                Tensor theta = backend.allocate(2 * n * n);
                Direction.Running running = Methods.direction(waitsAndSpec.substring(2))
                        .start(new Problem(backend, layout, new NoBatches(), 0), gradient)) {
            backend.fill(theta, 0);
            for (double[] slope : DirectionRuns.gradients(3, 3, 2 * n * n)) {
                backend.fromHost(slope, 0, gradient);
                long waits = backend.counts().synchronizations();
                long bytes = gpu.count("downloaded");
                running.next(theta);
                waits = backend.counts().synchronizations() - waits;
                bytes = gpu.count("downloaded") - bytes;
                assertTrue(waits <= expected, waits + " waits");
                assertTrue(bytes <= 4 * (2 * n + 8) * Double.BYTES, bytes + " bytes");
                assertTrue(bytes > 0);
            }
        }
    }

    @Test
    void factorThatIsNotDecomposed_keepsItsBasis_andIsNamed() {
        ParameterLayout layout = DirectionRuns.layout(new int[] {3, 3}, new int[] {2, 2});
        double[] fine = DirectionRuns.gradients(5, 1, 13)[0];
        double[] ill = fine.clone();
        ill[4] = Double.NaN;
        for (String kind : new String[] {"bases", "roots"}) {
            String spec = kind.equals("bases") ? "{type: soap, period: 1}" : "{type: shampoo, period: 1, decay: 0.5}";
            try (Backend backend = CudaBackend.open(Precision.FLOAT64, 0);
                    Tensor gradient = backend.allocate(13);
                    Tensor theta = backend.allocate(13);
                    Direction.Running running =
                            Methods.direction(spec).start(new Problem(backend, layout, new NoBatches(), 0), gradient)) {
                backend.fill(theta, 0);
                for (int t = 0; t < 4; t++) {
                    boolean failing = t == 1;
                    backend.fromHost(t == 3 ? ill : fine, 0, gradient);
                    gpu.set("SOLVER_FAILURE", failing ? 1 : 0);
                    running.next(theta);
                    Step step = running.recorded(Step.moving(Value.of(0), 0, theta));
                    String names = t == 1 || t == 3 ? "w0" : "";
                    assertEquals(
                            "{\"" + kind + "_kept\":\"" + names + "\"}",
                            step.details().map(JsonObject::line).orElse("none").strip());
                }
            }
        }
        assertEquals("", gpu.fault());
    }
}
