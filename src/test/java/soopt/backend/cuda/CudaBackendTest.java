package soopt.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.library.CudaException;

/**
 * What the contract of all backends does not say: memory that is short, the cache of kernels, how often the host waits.
 */
class CudaBackendTest {
    private static final int MEBIBYTE = 1 << 20;

    @TempDir
    private Path folder;

    private final Optional<String> cache = Optional.ofNullable(System.getProperty("soopt.cache"));
    private Optional<Standin> standin = Optional.empty();

    @BeforeEach
    void begin() {
        standin = Optional.of(Standin.use().set("QUIET", 1));
    }

    @AfterEach
    void end() {
        cache.ifPresentOrElse(
                value -> System.setProperty("soopt.cache", value), () -> System.clearProperty("soopt.cache"));
        standin.ifPresent(Standin::close);
    }

    private static CudaBackend open() {
        return CudaBackend.open(Precision.FLOAT32, 0);
    }

    @Test
    void idleBlocks_areGivenBack_whenMemoryIsShort() {
        standin.orElseThrow().set("MEMORY", standin.orElseThrow().live() + 50L * MEBIBYTE);
        try (CudaBackend backend = open()) {
            backend.allocate(6 * MEBIBYTE).close();
            try (Tensor larger = backend.allocate(8 * MEBIBYTE)) {
                assertEquals(8L * MEBIBYTE, larger.size());
                String message = assertThrows(CudaException.class, () -> backend.allocate(4 * MEBIBYTE))
                        .getMessage();
                assertTrue(message.contains("16 MiB wanted"), message);
                assertTrue(message.contains("lower curvature.memory or training.batch-size"), message);
            }
        }
    }

    @Test
    void tensorClosedAfterItsBackend_givesItsMemoryBack() {
        long live = standin.orElseThrow().live();
        CudaBackend backend = open();
        Tensor tensor = backend.allocate(1000);
        backend.close();
        tensor.close();
        assertEquals(live, standin.orElseThrow().live());
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("cuda"))) {
            return files.toList();
        }
    }

    private void scale() {
        try (CudaBackend backend = open();
                Tensor x = backend.allocate(3)) {
            backend.fill(x, 2);
            backend.scaleInPlace(3, x);
            double[] values = new double[3];
            backend.toHost(x, values, 0);
            assertEquals(6, values[2]);
        }
    }

    @Test
    void kernels_areCompiledOnce_andAgainWhereTheKeptCodeIsRefused() throws IOException {
        System.setProperty("soopt.cache", folder.toString());
        scale();
        assertEquals(1, kept().size(), "a file for the one theme that was used");
        long compiled = standin.orElseThrow().count("compilations");
        scale();
        assertEquals(compiled, standin.orElseThrow().count("compilations"));
        String name = kept().get(0).getFileName().toString();
        new KernelCache(Optional.of(folder.resolve("cuda"))).keep(name, new byte[] {1, 2, 3});
        scale();
        assertEquals(compiled + 1, standin.orElseThrow().count("compilations"));
    }

    /** More sums than one table has. */
    @Test
    void host_waitsOnce_howeverManyNumbersComeBackTogether() {
        int sums = 600;
        try (CudaBackend backend = open();
                Tensor x = backend.allocate(1, 2049)) {
            backend.fill(x, 1);
            double[] dots = new double[1];
            double[] gram = new double[1];
            backend.dot(x, x);
            long waits = backend.counts().synchronizations();
            long launches = backend.counts().launches();
            backend.together(() -> {
                for (int i = 0; i < sums; i++) {
                    backend.dots(1, x, x, dots);
                }
                backend.gram(1, x, gram, 1);
            });
            assertEquals(1, backend.counts().synchronizations() - waits);
            assertEquals(sums + 3, backend.counts().launches() - launches, "one more for each table");
            assertEquals(sums * 2049.0, dots[0]);
            assertEquals(2049, gram[0]);
        }
    }

    /** 1 + 2⁻¹² has 13 bits: a factor keeps 11 of them, a number that no product takes all. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, true", "TF32, false"})
    void products_roundTheirFactors_inTf32Alone(Precision precision, boolean strict) {
        double number = 1 + 0x1p-12;
        try (CudaBackend backend = CudaBackend.open(precision, 0);
                Tensor x = backend.allocate(1, 1);
                Tensor product = backend.allocate(1, 1)) {
            backend.fill(x, number);
            backend.gemm(false, false, 1, x, x, 0, product);
            double[] values = new double[1];
            backend.toHost(product, values, 0);
            assertEquals(strict ? (float) (number * number) : 1, values[0]);
            backend.multiply(x, x, product);
            backend.toHost(product, values, 0);
            assertEquals((float) (number * number), values[0]);
        }
    }
}
