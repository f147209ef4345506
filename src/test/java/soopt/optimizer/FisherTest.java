package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Fisher;
import soopt.curvature.Linearization;
import soopt.curvature.Metric;
import soopt.curvature.Objective;

/** Products with the three Fisher matrices of a softmax network. */
class FisherTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    private Tensor tensor(double... values) {
        Tensor tensor = backend.allocate(values.length);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private final GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/mlp_data.json"));

    private double[] product(Metric metric, double[] v) {
        try (Tensor vector = tensor(v);
                Tensor out = backend.allocate(v.length)) {
            metric.times(vector, out);
            return host(out);
        }
    }

    @Test
    void exactFisher_isTheMeanOfTheDrawnOnes_andNotTheEmpirical() {
        Objective batch = data.batches("train_batches").get(0);
        double[] v = new double[data.layout().size()];
        Arrays.setAll(v, i -> Math.sin(i + 1));
        try (Tensor theta = data.start();
                Linearization here = batch.at(theta, Linearization.Use.GAUSS_NEWTON)) {
            double exact = dot(v, product(here.fisher(Fisher.EXACT, 1, 0), v));
            int n = 400;
            double sum = 0;
            double squares = 0;
            for (int k = 0; k < n; k++) {
                double drawn = dot(v, product(here.fisher(Fisher.MC, 1, k), v));
                sum += drawn;
                squares += drawn * drawn;
            }
            double mean = sum / n;
            double error = Math.sqrt((squares / n - mean * mean) / (n - 1));
            assertEquals(exact, mean, 3 * error);
            assertTrue(error < 0.1 * exact, "too few draws to show anything: " + error + " beside " + exact);
            double many = dot(v, product(here.fisher(Fisher.MC, 400, 7), v));
            assertEquals(exact, many, 4 * error);
            double empirical = dot(v, product(here.fisher(Fisher.EMPIRICAL, 1, 0), v));
            assertTrue(Math.abs(empirical - exact) > 10 * error, empirical + " beside " + exact);
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** The empirical one from the gradients of the examples. */
    @Test
    void empiricalFisher_isTheMeanSquareOfTheGradients() {
        JsonNode json =
                Golden.read("trajectory/mlp_data.json").get("train_batches").get(0);
        Objective batch = data.batches("train_batches").get(0);
        int size = data.layout().size();
        double[] v = new double[size];
        Arrays.setAll(v, i -> Math.cos(2 * i + 1));
        double[] expected = new double[size];
        try (Tensor theta = data.start();
                Tensor g = backend.allocate(size);
                Linearization here = batch.at(theta, Linearization.Use.GAUSS_NEWTON)) {
            for (int i = 0; i < batch.examples(); i++) {
                data.example(json, i).gradient(theta, g);
                double[] gradient = host(g);
                double along = dot(gradient, v) / batch.examples();
                for (int j = 0; j < size; j++) {
                    expected[j] += along * gradient[j];
                }
            }
            assertArrayEquals(expected, product(here.fisher(Fisher.EMPIRICAL, 1, 0), v), 1e-14);
        }
    }
}
