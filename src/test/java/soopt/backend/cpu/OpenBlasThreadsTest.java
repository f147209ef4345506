package soopt.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bytedeco.openblas.global.openblas;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;

/** Who else uses OpenBLAS in the process, as ND4J when it is loaded, leaves it with threads of its own. */
final class OpenBlasThreadsTest {
    @Test
    void openBlas_hasOneThread_whenMemoryIsThere() {
        try (Backend backend = Backends.cpu(Precision.FLOAT32, 2)) {
            openblas.blas_set_num_threads(2);
            try (Tensor x = backend.allocate(1000)) {
                assertEquals(1000, x.size());
                assertEquals(1, openblas.blas_get_num_threads());
            }
        }
    }
}
