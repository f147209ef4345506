package soopt.optimizer.direction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.MemoryState;
import soopt.optimizer.Methods;
import soopt.optimizer.step.NoBatches;
import soopt.optimizer.step.Problem;

/** Adam's direction without the numbers whose sign is against the gradient's. */
final class CautiousTest {
    private static final String KEYS = ", beta1: 0.5, beta2: 0.75, epsilon: 0, cautious: true";
    private static final ParameterLayout FOUR = DirectionRuns.layout(new int[] {4});

    /** Two gradients of four numbers; the second is against the mean, beyond it, 0 and along it. */
    private static final double[][] GRADIENTS = {{1, -2, 4, 1}, {-0.25, 2, 0, 1}};

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    /**
     * m̂ = g after one step, (g + 2 g′)/3 after two; v̂ = g², then (3 g² + 4 g′²)/7: what is left is not rescaled.
     */
    private static void assertByHand(double added, double[][] u) {
        assertArrayEquals(new double[] {1 + added, -1 + added, 1 + added, 1 + added}, u[0], 1e-15);
        double third = 4 / 3.0 / Math.sqrt(48 / 7.0);
        assertArrayEquals(new double[] {added, 1 / 3.0 + added, third + added, 1 + added}, u[1], 1e-15);
        assertEquals(added, u[1][0]);
    }

    @Test
    void twoSteps_areThoseByHand() {
        assertByHand(0, DirectionRuns.directions(backend, "{type: adam" + KEYS + "}", FOUR, GRADIENTS));
    }

    /** θ is ½: the sign that counts is that of g + w θ. */
    @Test
    void coupledDecay_isPartOfTheGradientThatTheSignIsComparedWith() {
        double[][] gradients = new double[2][];
        Arrays.setAll(
                gradients,
                t -> Arrays.stream(GRADIENTS[t]).map(g -> g - 0.75 * 0.5).toArray());
        assertByHand(
                0, DirectionRuns.directions(backend, "{type: adam, weight-decay: 0.75" + KEYS + "}", FOUR, gradients));
    }

    @Test
    void decoupledDecay_isAddedAfter_alsoToZeros() {
        assertByHand(
                0.375,
                DirectionRuns.directions(backend, "{type: adamw, weight-decay: 0.75" + KEYS + "}", FOUR, GRADIENTS));
    }

    /** The last layer's weight is Adam's; that of the first is made orthogonal of the same momentum. */
    @Test
    void muon_isCautiousInTheRestAlone() {
        ParameterLayout layout = DirectionRuns.layout(new int[] {5, 6}, new int[] {3, 5});
        double[][] gradients = DirectionRuns.gradients(4, 6, 45);
        double[][] plain = DirectionRuns.directions(backend, "muon", layout, gradients);
        double[][] cautious = DirectionRuns.directions(backend, "{type: muon, cautious: true}", layout, gradients);
        int zeros = 0;
        for (int t = 0; t < 6; t++) {
            for (int i = 0; i < 45; i++) {
                boolean isOff = i >= 30 && plain[t][i] * gradients[t][i] < 0;
                assertEquals(isOff ? 0 : plain[t][i], cautious[t][i], "step " + t + ", parameter " + i);
                zeros += isOff ? 1 : 0;
            }
        }
        assertTrue(zeros > 10, zeros + " of 90");
    }

    /** {@code float32}, a size with a tail; the gradients are against the mean in about a third of the numbers. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: adam, cautious: true, weight-decay: 0.1}",
                "{type: adamw, cautious: true}",
                "{type: muon, cautious: true}"
            })
    void restoredRun_goesOnToTheSameBits(String spec) {
        ParameterLayout layout = DirectionRuns.layout(new int[] {7, 5}, new int[] {3, 7});
        double[][] gradients = DirectionRuns.gradients(2, 8, 56);
        try (Backend single = Backends.cpu(Precision.FLOAT32, 1)) {
            double[][] whole = DirectionRuns.directions(single, spec, layout, gradients);
            double[] u = new double[56];
            MemoryState state = new MemoryState(single);
            try (Tensor gradient = single.allocate(56);
                    Tensor theta = single.allocate(56)) {
                single.fill(theta, 0.5);
                for (int half = 0; half < 2; half++) {
                    try (Direction.Running running =
                            Methods.direction(spec).start(new Problem(single, layout, new NoBatches(), 0), gradient)) {
                        if (half == 1) {
                            running.restore(state);
                        }
                        for (int t = 4 * half; t < 4 * half + 4; t++) {
                            single.fromHost(gradients[t], 0, gradient);
                            single.toHost(running.next(theta), u, 0);
                            assertArrayEquals(whole[t], u, "step " + t);
                        }
                        if (half == 0) {
                            running.save(state);
                        }
                    }
                }
            }
        }
    }
}
