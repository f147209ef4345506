package soopt.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.backend.Backend;
import soopt.backend.Decompositions.Columns;
import soopt.backend.Decompositions.Eigen;
import soopt.backend.Decompositions.Symmetric;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.library.CudaException;

/** What the contract of decompositions does not say of a GPU: where they are done, waits, failures, graphs. */
class CudaDecompositionsTest {
    private static final int N = 12;

    @TempDir
    private Path folder;

    private Standin gpu;

    @BeforeEach
    void begin() {
        gpu = Standin.use().set("QUIET", 1);
    }

    @AfterEach
    void end() {
        if (gpu != null) {
            gpu.close();
        }
    }

    private static CudaBackend open() {
        return CudaBackend.open(Precision.FLOAT64, 0);
    }

    /** Definite: 2 on the diagonal, −1 beside it. */
    private static Tensor laplacian(Backend backend) {
        double[] matrix = new double[N * N];
        for (int i = 0; i < N * N; i++) {
            matrix[i] = i / N == i % N ? 2 : Math.abs(i / N - i % N) == 1 ? -1 : 0;
        }
        Tensor tensor = backend.allocate(N, N);
        backend.fromHost(matrix, 0, tensor);
        return tensor;
    }

    private static double[] read(Backend backend, Tensor tensor) {
        double[] numbers = new double[(int) tensor.size()];
        backend.toHost(tensor, numbers, 0);
        return numbers;
    }

    private static void invert(Backend backend, Tensor matrix, Tensor out) {
        backend.decompositions()
                .eigen(
                        List.of(Symmetric.of(matrix)),
                        found -> found.get(0).parts().orElseThrow().apply(value -> 1 / value, Columns.of(out)));
    }

    private static long waits(CudaBackend backend, Runnable work) {
        long before = backend.counts().synchronizations();
        work.run();
        return backend.counts().synchronizations() - before;
    }

    /** Of five matrices each; inverses wait for traces, and then for how they ended. */
    @Test
    void manyMatricesTogether_areWaitedForOnce() {
        try (CudaBackend backend = open();
                Tensor matrix = laplacian(backend);
                Tensor out = backend.allocate(N, N)) {
            List<Symmetric> two = List.of(Symmetric.of(matrix), Symmetric.of(matrix));
            int[] order = IntStream.range(0, N).toArray();
            invert(backend, matrix, out);
            long factorizations = gpu.count("factorizations");
            assertEquals(
                    1,
                    waits(
                            backend,
                            () -> backend.together(() -> {
                                for (int i = 0; i < 5; i++) {
                                    invert(backend, matrix, out);
                                }
                            })));
            assertEquals(factorizations + 5, gpu.count("factorizations"));
            assertEquals(
                    2,
                    waits(
                            backend,
                            () -> backend.together(() -> {
                                for (int i = 0; i < 5; i++) {
                                    backend.decompositions()
                                            .inverses(
                                                    two,
                                                    traces -> new double[2],
                                                    found -> found.get(1)
                                                            .parts()
                                                            .orElseThrow()
                                                            .write(Columns.of(out)));
                                }
                            })));
            assertEquals(
                    1,
                    waits(
                            backend,
                            () -> backend.together(() -> {
                                for (int i = 0; i < 5; i++) {
                                    backend.decompositions().orthonormalize(matrix, order, out, finite -> {});
                                }
                            })));
            assertEquals("", gpu.fault());
        }
    }

    @Test
    void withoutTheLibrary_theHostDecomposes() throws IOException {
        double[] onDevice;
        try (CudaBackend backend = open();
                Tensor matrix = laplacian(backend);
                Tensor out = backend.allocate(N, N)) {
            assertTrue(backend.hardware().solver().orElseThrow().endsWith("libcusolver.so.11"));
            invert(backend, matrix, out);
            onDevice = read(backend, out);
        }
        long factorizations = gpu.count("factorizations");
        assertTrue(factorizations > 0);
        System.setProperty(
                "soopt.cuda.libraries",
                Standin.folderWithout(folder, "libcusolver.so.11").toString());
        try (CudaBackend backend = open();
                Tensor matrix = laplacian(backend);
                Tensor out = backend.allocate(N, N)) {
            assertTrue(backend.hardware().solver().isEmpty());
            invert(backend, matrix, out);
            assertArrayEquals(onDevice, read(backend, out), 1e-12);
        }
        assertEquals(factorizations, gpu.count("factorizations"));
    }

    @Test
    void factorizationThatDoesNotEnd_hasNoParts() {
        try (CudaBackend backend = open();
                Tensor matrix = laplacian(backend);
                Tensor out = backend.allocate(N, N)) {
            Symmetric symmetric = Symmetric.of(matrix);
            List<Boolean> seen = new ArrayList<>();
            for (int failing = 0; failing < 6; failing++) {
                gpu.set("SOLVER_FAILURE", failing);
                backend.decompositions()
                        .eigen(
                                List.of(symmetric),
                                found -> seen.add(found.get(0).parts().isPresent()));
                backend.decompositions()
                        .inverses(
                                List.of(symmetric),
                                traces -> new double[1],
                                found -> seen.add(found.get(0).isFinite()
                                        && found.get(0).parts().isPresent()));
                backend.decompositions()
                        .orthonormalize(matrix, IntStream.range(0, N).toArray(), out, seen::add);
            }
            Boolean[] expected = new Boolean[18];
            Arrays.fill(expected, true);
            // syevd; potrf and potri; geqrf and orgqr
            for (int failed : new int[] {3, 7, 10, 14, 17}) {
                expected[failed] = false;
            }
            assertEquals(List.of(expected), seen);
        }
    }

    @Test
    void memoryThatIsShort_isSaid() {
        try (CudaBackend backend = open();
                Tensor matrix = laplacian(backend)) {
            gpu.set("SOLVER_MEMORY", 1);
            CudaException e = assertThrows(CudaException.class, backend::decompositions);
            assertTrue(e.isOutOfMemory());
            assertTrue(e.getMessage().contains("no memory left for cuSOLVER; lower"), e.getMessage());
            invert(backend, matrix, matrix);
        }
        try (CudaBackend backend = open();
                Tensor matrix = laplacian(backend);
                Tensor out = backend.allocate(N, N)) {
            backend.decompositions();
            long live = backend.memory().liveBytes();
            Runnable many = () -> backend.together(() -> {
                for (int i = 0; i < 40; i++) {
                    backend.decompositions()
                            .eigen(
                                    List.of(Symmetric.of(matrix)),
                                    found -> found.get(0).parts().orElseThrow().vectors(false, Columns.of(out)));
                }
            });
            gpu.set("MEMORY", gpu.live() + 1024);
            CudaException none = assertThrows(CudaException.class, many::run);
            assertTrue(none.isOutOfMemory());
            assertEquals(live, backend.memory().liveBytes());
            // room for some: they are used before the others begin
            gpu.set("MEMORY", gpu.live() + 32 * 1024);
            long waits = waits(backend, many);
            assertTrue(waits > 1 && waits < 40, waits + " waits");
            assertEquals(live, backend.memory().liveBytes());
            gpu.set("MEMORY", 1 << 30);
            invert(backend, matrix, out);
        }
    }

    /** A stretch that is replayed by graphs is cut where the solver works, and the bits are those without graphs. */
    @Test
    void recordedWork_isCutByTheSolver_withTheSameBits() {
        double[] replayed;
        try (CudaBackend backend = open()) {
            replayed = powers(backend);
            assertTrue(backend.counts().replays() >= 4, "graphs: " + backend.counts());
            assertEquals("", backend.replay().orElseThrow().problem().orElse(""));
        }
        System.setProperty("soopt.cuda.graphs", "off");
        try (CudaBackend backend = open()) {
            assertArrayEquals(powers(backend), replayed);
            assertEquals(0, backend.counts().replays());
        } finally {
            System.clearProperty("soopt.cuda.graphs");
        }
        assertEquals("", gpu.fault());
    }

    /** Stretches with operations before and after a decomposition, six times. */
    private static double[] powers(CudaBackend backend) {
        try (Tensor matrix = laplacian(backend);
                Tensor sum = backend.allocate(N, N);
                Tensor out = backend.allocate(N, N)) {
            backend.fill(sum, 0);
            for (int step = 0; step < 6; step++) {
                backend.recorded(
                        "step",
                        () -> backend.together(() -> {
                            for (int i = 0; i < 5; i++) {
                                backend.axpyInPlace(0.25, matrix, sum);
                            }
                            backend.decompositions().eigen(List.of(Symmetric.of(sum)), found -> {
                                Eigen eigen = found.get(0).parts().orElseThrow();
                                eigen.apply(Math::sqrt, Columns.of(out));
                                for (int i = 0; i < 5; i++) {
                                    backend.axpyInPlace(0.5, out, sum);
                                }
                            });
                        }));
            }
            return read(backend, sum);
        }
    }
}
