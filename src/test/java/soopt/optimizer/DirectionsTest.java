package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.Trial;
import soopt.spec.Choices;

/** What every direction must do, with and without its momentum and decay. */
final class DirectionsTest {
    private static final int STEPS = 5;

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);
    private final GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/mlp_data.json"));
    private final List<Objective> batches = data.batches("train_batches");

    @AfterEach
    void close() {
        backend.close();
    }

    private static List<String> directions() {
        return List.of(
                "sgd",
                "{type: sgd, momentum: 0.9}",
                "{type: sgd, momentum: 0.9, dampening: 0.3, weight-decay: 0.1}",
                "{type: sgd, momentum: 0.9, nesterov: true, weight-decay: 0.1}",
                "adam",
                "{type: adam, beta1: 0.7, beta2: 0.8, weight-decay: 0.1}",
                "adamw",
                "{type: adam, cautious: true, weight-decay: 0.1}",
                "{type: adamw, beta1: 0.95, cautious: true}",
                "k-fac",
                "{type: k-fac, momentum: 0, weight-decay: 0.1, statistics-period: 2, inverse-period: 2}",
                "{type: k-fac, weight-decay: 0.1, weight-decay-delay: 2, statistics-period: 1, inverse-period: 2}",
                "{type: ekfac, statistics-period: 2, inverse-period: 2}",
                "{type: ekfac, momentum: 0, weight-decay: 0.1}",
                "{type: adahessian, hessian-power: 0.5, period: 2, weight-decay: 0.1}",
                "adahessian",
                "{type: shampoo, period: 2, weight-decay: 0.1, grafting: adam}",
                "{type: shampoo, momentum: 0, decay: 0.9, grafting: sgd}",
                "muon",
                "{type: muon, weight-decay: 0.1}",
                "{type: muon, cautious: true, weight-decay: 0.1}",
                "auto",
                "{type: soap, period: 2}",
                "{type: soap, period: 2, hold: 2, weight-decay: 0.1}",
                "{type: muon, hold: 3, block-size: 2, weight-decay: 0.1}",
                "{type: soap, period: 1, block-size: 3, weight-decay: 0.1}");
    }

    @Test
    void everyDirection_isTriedHere() {
        Set<String> tried = directions().stream()
                .map(d -> Choices.name(Methods.direction(d).getClass()))
                .collect(Collectors.toSet());
        assertEquals(
                Choices.of(Direction.class).stream().map(Choices.Choice::name).collect(Collectors.toSet()), tried);
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    /** One direction on its way. */
    private final class Way implements AutoCloseable {
        private final Tensor theta = data.start();
        private final Tensor gradient = backend.allocate(data.layout().size());
        private final Tensor out = backend.allocate(data.layout().size());
        private final Direction.Running running;

        Way(String yaml) {
            Problem problem = data.problem(List.of());
            running = Methods.direction(yaml).start(problem, gradient);
        }

        double[] next(int t) {
            running.observe(theta, batches.get(t), gradient);
            return host(running.next(theta));
        }

        double[] nextScaled(int t, double scale) {
            running.observe(theta, batches.get(t), gradient);
            running.nextScaled(theta, scale, out);
            return host(out);
        }

        @Override
        public void close() {
            running.close();
            out.close();
            gradient.close();
            theta.close();
        }
    }

    @ParameterizedTest
    @MethodSource("directions")
    void scaledDirection_isTheDirectionTimesTheScale(String yaml) {
        try (Way plain = new Way(yaml);
                Way scaled = new Way(yaml)) {
            for (int t = 0; t < STEPS; t++) {
                double[] expected = plain.next(t);
                double[] actual = scaled.nextScaled(t, -0.25);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(-0.25 * expected[i], actual[i], 1e-13 * Golden.maxAbs(expected), "step " + t);
                }
                assertTrue(Golden.maxAbs(expected) > 0);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("directions")
    void restoredDirection_goesOnToTheSameBits(String yaml) {
        try (Way way = new Way(yaml);
                Way restored = new Way(yaml)) {
            for (int t = 0; t < 3; t++) {
                way.next(t);
            }
            MemoryState state = new MemoryState(backend);
            way.running.save(state);
            restored.running.restore(state);
            for (int t = 3; t < 3 + STEPS; t++) {
                assertArrayEquals(way.next(t), restored.next(t), 0, "step " + t);
            }
        }
    }

    /** Also a step whose gradient was not finite. */
    @ParameterizedTest
    @MethodSource("directions")
    void stepThatIsTakenBack_leavesNoTrace(String yaml) {
        long before = backend.memory().liveBytes();
        try (Way plain = new Way(yaml);
                Way kept = new Way(yaml)) {
            if (!kept.running.keepsLast()) {
                assertThrows(IllegalStateException.class, kept.running::takeBack);
                return;
            }
            for (int t = 0; t < STEPS; t++) {
                if (t % 2 == 0) {
                    backend.fill(kept.gradient, Double.NaN);
                    kept.running.next(kept.theta);
                    kept.running.takeBack();
                }
                assertArrayEquals(plain.next(t), kept.next(t), "step " + t);
            }
        }
        assertEquals(before, backend.memory().liveBytes());
    }

    @ParameterizedTest
    @MethodSource("directions")
    void closedDirection_givesItsMemoryBack(String yaml) {
        long before = backend.memory().liveBytes();
        try (Way way = new Way(yaml)) {
            way.next(0);
            long after = backend.memory().liveBytes();
            way.next(1);
            way.nextScaled(2, 0.5);
            assertEquals(after, backend.memory().liveBytes(), "no new memory, once started");
        }
        assertEquals(before, backend.memory().liveBytes());
    }

    /** Directions are functions of the gradients and θ alone: two runs are alike, and memories are none of others. */
    @ParameterizedTest
    @MethodSource("directions")
    void newDirection_hasNoMemoryOfEarlierOnes(String yaml) {
        double[] first;
        try (Way way = new Way(yaml)) {
            first = way.next(0);
            way.next(1);
        }
        try (Way way = new Way(yaml)) {
            assertArrayEquals(first, way.next(0), 0);
            assertTrue(Arrays.stream(first).allMatch(Double::isFinite));
        }
    }

    // ---- Kronecker factors ----

    private static final String AT_ONCE =
            "statistics-period: 1, inverse-period: 1, statistics-decay: 0, momentum: 0, damping: 0.1, ";

    /** Of the same batch twice. */
    private double[][] twice(String fisher) {
        try (Way way = new Way("{type: k-fac, " + AT_ONCE + fisher + "}")) {
            return new double[][] {way.next(0), way.next(0)};
        }
    }

    @Test
    void labels_areDrawnAnewAtEachStep() {
        double[][] exact = twice("fisher: exact");
        assertArrayEquals(exact[0], exact[1], 0);
        double[][] drawn = twice("fisher: mc, draws: 2");
        assertTrue(Golden.relativeError(drawn[0], drawn[1]) > 1e-6);
    }

    @Test
    void manyDraws_approachTheExactFactors() {
        double[] exact = twice("fisher: exact")[0];
        double few = Golden.relativeError(exact, twice("fisher: mc, draws: 1")[0]);
        double many = Golden.relativeError(exact, twice("fisher: mc, draws: 400")[0]);
        assertTrue(many < 0.2 * few, few + " to " + many);
    }

    /** The first of batch 0, then all of batch 1: its factors join at the fourth. */
    @ParameterizedTest
    @ValueSource(strings = {"k-fac", "ekfac"})
    void factorsAreSampled_atTheirPeriod(String type) {
        try (Way way = new Way("{type: " + type
                + ", statistics-period: 3, inverse-period: 1, statistics-decay: 0.5, momentum: 0, fisher: exact}")) {
            way.next(0);
            double[] second = way.next(1);
            assertArrayEquals(second, way.next(1), 1e-12 * Golden.maxAbs(second));
            assertTrue(Golden.relativeError(second, way.next(1)) > 1e-6);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"k-fac", "ekfac"})
    void inversions_areTold_atTheirPeriod(String type) {
        try (Way way = new Way("{type: " + type + ", statistics-period: 1, inverse-period: 2, damping: 0.25}")) {
            for (int t = 0; t < 5; t++) {
                way.next(t);
                Step step = way.running.recorded(Step.resting(Value.of(3), 4));
                Trial trial = step.trial().orElseThrow();
                assertEquals(0.25, trial.damping());
                assertTrue(trial.accepted());
                assertEquals(t % 2 == 0, step.details().isPresent(), "step " + t);
                assertEquals(t % 2 == 0, trial.solve().isPresent());
                if (t % 2 == 0) {
                    String line = step.details().get().line();
                    assertTrue(line.startsWith("{\"kl_clip\":1.0,\"factors\":[{\"weight\":"), line);
                    assertEquals(
                            data.layout().count() / 2, line.split("\"ending\":\"converged\"", -1).length - 1, line);
                }
            }
        }
    }
}
