package soopt.curvature.fisher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.random.RandomStreams;

/** Draws, matrices cut where weights and biases are, and layers of a part of a batch. */
final class FisherPiecesTest {
    /** A sampler that draws so much of (0, 1), to 2⁻⁵³. */
    private static Sampler at(double uniform) {
        RandomGenerator generator = () -> (long) (uniform * 0x1p53) << 11;
        return new Sampler.Random(generator);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0.24999, 1", "0.25001, 3", "0.74999, 3", "0.75001, 4", "0.99999, 4"})
    void label_isTheFirstWhoseProbabilitiesAddUpToTheDraw(double uniform, int label) {
        double[] p = {9, 9, 0, 0.25, 0, 0.5, 0.25, 9};
        assertEquals(label, at(uniform).label(p, 2, 5));
    }

    /** Probabilities in float32 may add up to a little less than 1. */
    @Test
    void labelBeyondAllProbabilities_isTheLastThatMayBe() {
        assertEquals(1, at(0.9999).label(new double[] {0.3, 0.6, 0}, 0, 3));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0", "0.9750021048517795, 1.96", "0.15865525393145707, -1", "0.9986501019683699, 3"})
    void normal_isTheQuantileOfTheDraw(double uniform, double quantile) {
        assertEquals(quantile, at(uniform).normal(), 1e-9);
    }

    /** All bits 0 and all bits 1: no draw is 0 or 1, whose quantiles are infinite. */
    @Test
    void extremeDraws_areFinite_andOpposite() {
        double least = new Sampler.Random(() -> 0).normal();
        double most = new Sampler.Random(() -> -1).normal();
        assertTrue(least < -8 && least > -9, "least " + least);
        assertEquals(-least, most, 1e-1);
    }

    @Test
    void drawsOfOneSeed_haveMeanZeroAndVarianceOne() {
        Sampler sampler = new Sampler.Random(RandomStreams.of(1, "normal", 0));
        int n = 20_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double x = sampler.normal();
            sum += x;
            squares += x * x;
        }
        assertEquals(0, sum / n, 4 / Math.sqrt(n));
        assertEquals(1, squares / n, 4 * Math.sqrt(2.0 / n));
    }

    @Test
    void augmentedMatrix_isCutBeforeItsLastColumn() {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            long before = backend.memory().liveBytes();
            try (Augmented matrix = Augmented.allocate(backend, 2)) {
                matrix.set(backend, new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
                assertEquals(2, matrix.inputs());
                assertArrayEquals(new double[] {1, 2, 4, 5, 7, 8}, host(backend, matrix.columns()));
                assertArrayEquals(new double[] {3, 6, 9}, host(backend, matrix.last()));
            }
            assertEquals(before, backend.memory().liveBytes());
        }
    }

    private static double[] host(Backend backend, Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    /** A layer that notes what it is asked for. */
    private record Noting(List<String> calls) implements FactoredLayer {
        @Override
        public int weight() {
            return 4;
        }

        @Override
        public int bias() {
            return 5;
        }

        @Override
        public int positions() {
            return 6;
        }

        @Override
        public int rows() {
            return 7;
        }

        @Override
        public double addInputGram(double alpha, Tensor gram, Tensor sums) {
            calls.add("inputs " + alpha);
            return alpha / 2;
        }

        @Override
        public void addOutputGram(double alpha, Tensor gram) {
            calls.add("outputs " + alpha);
        }

        @Override
        public void addSquares(double alpha, Tensor u, Augmented w, Tensor out) {
            calls.add("squares " + alpha);
        }

        @Override
        public void addProduct(double alpha, Tensor g, Augmented a, Tensor weight, Tensor bias) {
            calls.add("product " + alpha);
        }
    }

    @Test
    void layerOfAPart_givesItsShareOfEverything() {
        Noting whole = new Noting(new ArrayList<>());
        WeightedLayer part = new WeightedLayer(whole, 0.25);
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor any = backend.allocate(1);
                Augmented matrix = Augmented.allocate(backend, 1)) {
            assertEquals(1, part.addInputGram(8, any, any));
            part.addOutputGram(4, any);
            part.addSquares(12, any, matrix, any);
            part.addProduct(-4, any, matrix, any, any);
        }
        assertEquals(List.of("inputs 2.0", "outputs 1.0", "squares 3.0", "product -1.0"), whole.calls());
        assertEquals(List.of(4, 5, 6, 7), List.of(part.weight(), part.bias(), part.positions(), part.rows()));
    }
}
