package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.cuda.Standin;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;

/** K-FAC and EKFAC on a GPU, which the stand-in is: the parameters of the processor, whose factors stay there. */
class KroneckerOnGpuTest {
    private static final JsonNode PROBLEM = Golden.read("trajectory/mlp_data.json");

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

    private double[] train(Backend backend, String spec, int steps) {
        try (backend) {
            GoldenProblem data = new GoldenProblem(backend, PROBLEM);
            List<Objective> batches = data.batches("train_batches");
            try (Tensor theta = data.start();
                    Optimizer.Iteration iteration = Methods.optimizer(spec).start(data.problem(batches))) {
                for (int t = 0; t < steps; t++) {
                    iteration
                            .step(theta, batches.get(t))
                            .update()
                            .ifPresent(update -> backend.axpyInPlace(1, update, theta));
                }
                return data.inOrder(theta);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{type: k-fac, inverse-period: 2, damping: 0.1}; 2",
                "{type: k-fac, inverse-period: 2, damping: 0.1, inverse: cholesky}; 4",
                "{type: ekfac, inverse-period: 2, damping: 0.1}; 2"
            })
    void training_isThatOfTheProcessor(String spec, int factorizations) {
        double[] expected = train(Backends.cpu(Precision.FLOAT64, 1), spec, 5);
        double[] actual = train(CudaBackend.open(Precision.FLOAT64, 0), spec, 5);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, actual, 1e-10 * largest);
        long all = gpu.count("factorizations");
        assertTrue(all > 0 && all % factorizations == 0, all + " factorizations");
        assertEquals("", gpu.fault());
    }

    /** Where Cholesky's factorization fails, the host's ladder goes on. */
    @Test
    void factorThatIsNotDefinite_isMadeSoOnTheHost() {
        String spec = "{type: k-fac, inverse-period: 2, damping: 0.1, inverse: cholesky}";
        double[] expected = train(Backends.cpu(Precision.FLOAT64, 1), spec, 3);
        gpu.set("SOLVER_FAILURE", 1);
        double[] actual = train(CudaBackend.open(Precision.FLOAT64, 0), spec, 3);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, actual, 1e-10 * largest);
        assertEquals("", gpu.fault());
    }
}
