package soopt.optimizer.direction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.DirectLinearization;
import soopt.curvature.ForwardingObjective;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Partition;
import soopt.curvature.Value;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;

/** Where the diagonal of the Hessian is averaged (Yao et al. 2021, eq. 10). */
final class HessianMomentsTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);
    /** [out = 2, in = 3, 2, 2] with channels last in memory; a matrix with rows of 5; a bias. */
    private final ParameterLayout layout = new ParameterLayout.Builder()
            .addChannelsLast("kernel", Role.WEIGHT, 0, 12, 3, 2, 3, 2, 2)
            .add("matrix", Role.WEIGHT, 1, 5, 2, 5)
            .add("bias", Role.BIAS, 1, 5, 2)
            .build();

    @AfterEach
    void close() {
        backend.close();
    }

    /** With the diagonal Hessian 1, −2, 3, −4, … and all gradients 1. */
    private record Diagonal(Backend backend, ParameterLayout layout) implements Objective {
        @Override
        public int examples() {
            return 1;
        }

        @Override
        public double loss(Tensor theta) {
            return 7;
        }

        @Override
        public Value gradient(Tensor theta, Tensor gradient) {
            backend.fill(gradient, 1);
            return Value.of(7);
        }

        @Override
        public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
            throw new AssertionError();
        }

        @Override
        public Linearization at(Tensor theta, Linearization.Use use) {
            assertEquals(Linearization.Use.HESSIAN, use);
            return new DirectLinearization(this, theta);
        }

        @Override
        public void hessianVector(Tensor theta, Tensor v, Tensor out) {
            double[] x = new double[layout.size()];
            backend.toHost(v, x, 0);
            for (int i = 0; i < x.length; i++) {
                x[i] *= i % 2 == 0 ? i + 1 : -i - 1;
            }
            backend.fromHost(x, 0, out);
        }
    }

    /** |D| of the layout, from u = g/|D| without memory and ε. */
    private double[] diagonal(boolean spatialAveraging, int denseBlock) {
        Objective objective = new Diagonal(backend, layout);
        double[] u = new double[layout.size()];
        try (Tensor theta = backend.allocate(u.length);
                Tensor gradient = backend.allocate(u.length);
                Direction.Running running = new Direction.Adahessian(0, 0, 0, 1, 1, spatialAveraging, denseBlock, 0)
                        .start(new Problem(backend, layout, Batches.always(objective), 4), gradient)) {
            backend.fill(theta, 0);
            assertEquals(7, running.observe(theta, objective, gradient).loss());
            backend.toHost(running.next(theta), u, 0);
        }
        return Arrays.stream(u).map(x -> 1 / x).toArray();
    }

    private static double[] numbers(int from, int to) {
        double[] numbers = new double[to - from];
        Arrays.setAll(numbers, i -> from + i + 1);
        return numbers;
    }

    private static double[] part(double[] all, int from, int to) {
        return Arrays.copyOfRange(all, from, to);
    }

    @Test
    void withoutAveraging_itIsTheSizeOfTheDiagonal() {
        assertArrayEquals(numbers(0, 36), diagonal(false, 1), 1e-12);
    }

    /** The kernel of output o and input c has the numbers 12 o + 3 k + c + 1 of its four places k in memory. */
    @Test
    void kernels_haveOneMeanForEachPairOfChannels() {
        double[] d = diagonal(true, 1);
        for (int o = 0; o < 2; o++) {
            for (int place = 0; place < 4; place++) {
                for (int c = 0; c < 3; c++) {
                    assertEquals(12 * o + 4.5 + c + 1, d[12 * o + 3 * place + c], 1e-12);
                }
            }
        }
        assertArrayEquals(numbers(24, 36), part(d, 24, 36), 1e-12);
    }

    @Test
    void blocksOfAMatrix_endWithItsRows() {
        double[] d = diagonal(false, 2);
        assertArrayEquals(numbers(0, 24), part(d, 0, 24), 1e-12);
        assertArrayEquals(
                new double[] {25.5, 25.5, 27.5, 27.5, 29, 30.5, 30.5, 32.5, 32.5, 34}, part(d, 24, 34), 1e-12);
        assertArrayEquals(numbers(34, 36), part(d, 34, 36), 1e-12, "biases have no neighbours");
    }

    /** Between its computations the diagonal stays, and no Hessian is asked for. */
    @Test
    void diagonal_isComputedAnewAtEachPeriod() {
        int[] asked = {0};
        Diagonal own = new Diagonal(backend, layout);
        try (Tensor theta = backend.allocate(layout.size());
                Tensor gradient = backend.allocate(layout.size());
                Direction.Running running = new Direction.Adahessian(0, 0, 0, 1, 3, true, 1, 0)
                        .start(new Problem(backend, layout, Batches.always(own), 4), gradient)) {
            backend.fill(theta, 0);
            for (int t = 0; t < 7; t++) {
                assertEquals(
                        7,
                        running.observe(theta, new Counting(own, asked), gradient)
                                .loss());
                running.next(theta);
            }
        }
        assertEquals(3, asked[0]);
    }

    /** Counts passes for a Hessian. */
    private record Counting(Diagonal inner, int[] asked) implements ForwardingObjective {
        @Override
        public Linearization at(Tensor theta, Linearization.Use use) {
            asked[0]++;
            return inner.at(theta, use);
        }
    }
}
