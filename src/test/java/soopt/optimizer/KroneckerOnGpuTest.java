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

/** K-FAC, EKFAC and Shampoo on a GPU, which the stand-in is: the parameters of the processor; factors stay there. */
class KroneckerOnGpuTest {
    private static final JsonNode PROBLEM = Golden.read("trajectory/mlp_data.json");

    /** Of its three layers: in + 1 and out. */
    private static final int FACTORS = 6;

    private static final int ROWS = 7 + 5 + 6 + 4 + 5 + 3;

    /** Numbers that come of a matrix beside its eigenvalues. */
    private static final int FACTS = 4;

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

    /** SOAP's directions hang on vectors of eigenvalues that are 0 here: DirectionsOnGpuTest has it without such. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{type: k-fac, inverse-period: 2, damping: 0.1}; 2",
                "{type: k-fac, inverse-period: 2, damping: 0.1, inverse: cholesky}; 4",
                "{type: ekfac, inverse-period: 2, damping: 0.1}; 2",
                "{type: shampoo, period: 2, epsilon: 1.0e-2}; 3"
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

    /**
     * What a step with new inverses reads more than one without: eigenvalues and endings. Of the waits that it has more
     * three are those of a step that is not one stretch, and one is for the squares of EKFAC.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{type: k-fac, statistics-period: 1, inverse-period: 2, inverse: eigen}; 4",
                "{type: k-fac, statistics-period: 1, inverse-period: 2, inverse: cholesky}; 5",
                "{type: ekfac, statistics-period: 1, inverse-period: 2}; 5"
            })
    void refresh_downloadsNoFactor(String spec, int waits) {
        try (CudaBackend backend = CudaBackend.open(Precision.FLOAT64, 0)) {
            GoldenProblem data = new GoldenProblem(backend, PROBLEM);
            List<Objective> batches = data.batches("train_batches");
            try (Tensor theta = data.start();
                    Optimizer.Iteration iteration = Methods.optimizer(spec).start(data.problem(batches))) {
                long[] waited = new long[4];
                long[] bytes = new long[4];
                for (int t = 0; t < 4; t++) {
                    waited[t] = -backend.counts().synchronizations();
                    bytes[t] = -gpu.count("downloaded");
                    iteration.step(theta, batches.get(t));
                    waited[t] += backend.counts().synchronizations();
                    bytes[t] += gpu.count("downloaded");
                }
                assertEquals(waits, waited[2] - waited[3]);
                boolean cholesky = spec.contains("cholesky");
                int ofEach = cholesky ? 2 * FACTS : FACTS;
                int values = cholesky ? 0 : ROWS;
                assertEquals(8L * (FACTORS * ofEach + values), bytes[2] - bytes[3]);
            }
        }
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
