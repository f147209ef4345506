package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Partition;
import soopt.curvature.Value;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.RateSolution;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Step;
import soopt.spec.SpecWriter;
import soopt.spec.yaml.SpecException;

/** {@code newton-summary} with {@code rates: budget}. */
final class BudgetIterationTest {
    private static Backend backend;

    @BeforeAll
    static void open() {
        backend = Backends.cpu(Precision.FLOAT64, 1);
    }

    @AfterAll
    static void close() {
        backend.close();
    }

    /** ½ Σ h_i θ_i² with gradients h_i θ_i + ξ_i, ξ_i of mean 0 and variance c_i: the loss itself without noise. */
    private static final class NoisyBowl implements Objective {
        private final ParameterLayout layout;
        private final double[] h;
        private final double[] c;
        private final Random random = new Random(3);
        private double spoils = 0;

        NoisyBowl(double[] h, double[] c) {
            this.h = h;
            this.c = c;
            this.layout = new ParameterLayout.Builder()
                    .add("theta", Role.WEIGHT, 0, 1, h.length)
                    .build();
        }

        @Override
        public ParameterLayout layout() {
            return layout;
        }

        @Override
        public Backend backend() {
            return backend;
        }

        @Override
        public int examples() {
            return 1;
        }

        @Override
        public double loss(Tensor theta) {
            double[] x = host(theta);
            double loss = 0;
            for (int i = 0; i < h.length; i++) {
                loss += h[i] * x[i] * x[i] / 2;
            }
            return loss;
        }

        @Override
        public Value gradient(Tensor theta, Tensor gradient) {
            double[] x = host(theta);
            double[] g = new double[h.length];
            Arrays.setAll(g, i -> h[i] * x[i] + Math.sqrt(c[i]) * random.nextGaussian());
            g[0] += spoils;
            backend.fromHost(g, 0, gradient);
            return Value.of(loss(theta));
        }

        @Override
        public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
            double[] x = host(theta);
            double[] along = host(u);
            double first = 0;
            double second = 0;
            for (int i = 0; i < h.length; i++) {
                first += h[i] * x[i] * along[i];
                second += h[i] * along[i] * along[i];
            }
            return new CurvatureSummary(
                    loss(theta), new double[] {first}, new double[][] {{second}}, new double[0], new double[0][][]);
        }

        @Override
        public Linearization at(Tensor theta, Linearization.Use use) {
            throw new UnsupportedOperationException("not needed");
        }
    }

    private static double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    private static Optimizer budget(String direction, String keys) {
        return Methods.optimizer(
                "{type: newton-summary, direction: " + direction + ", rates: {type: budget" + keys + "}}");
    }

    /** The last refresh of a run. */
    private static Refresh last(Optimizer method, Objective objective, double[] start, int steps) {
        Refresh last = null;
        try (Tensor theta = backend.allocate(start.length);
                Optimizer.Iteration iteration =
                        method.start(new Problem(backend, objective.layout(), Batches.always(objective), 0, steps))) {
            backend.fromHost(start, 0, theta);
            for (int t = 0; t < steps; t++) {
                Step step = iteration.step(theta, objective);
                step.update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
                last = step.refresh().orElse(last);
            }
        }
        return last;
    }

    /** ½ α² uᵀHu = ½ κ L with u = gradient, to the last digits. */
    @Test
    void firstStep_addsHalfOfKappaOfTheLossByCurvature() {
        double[] h = {4, 1, 0.5};
        NoisyBowl bowl = new NoisyBowl(h, new double[3]);
        double[] start = {1, -2, 3};
        Refresh refresh = last(budget("sgd", ", kappa: 0.3"), bowl, start, 1);
        double rate = refresh.etaApplied()[0];
        double loss = (4 + 4 + 4.5) / 2;
        double curvature = 64 + 4 + 9 * 0.125;
        assertEquals(0.3 * loss, rate * rate * curvature, 1e-13);
        assertTrue(((RateSolution.Budget) refresh.solution()).last(), "one step in all");
    }

    /**
     * In the stationary state of a rate α, E uᵀHu = Σ 2h_i c_i/(2 − αh_i): the rate that its own noise confirms solves
     * α² E uᵀHu = κL₀. With one h and c of n parameters it is the positive root of 2nc α² + κL₀ α = 2κL₀/h.
     */
    @Test
    void noisyQuadratic_goesToTheRateOfTheClosedForm() {
        for (double noise : new double[] {0.1, 1, 10}) {
            double[] h = new double[2400];
            double[] c = new double[2400];
            Arrays.fill(h, 2);
            Arrays.fill(c, noise);
            double budget = 0.1 * 2400;
            double root = (-budget + Math.sqrt(budget * budget + 8 * 2400 * noise * budget)) / (4 * 2400 * noise);
            assertEquals(root, confirmed(h, c, budget), 1e-12);
            assertClosedForm(h, c, root, 0.1);
        }
        double[] h = new double[2400];
        double[] c = new double[2400];
        Arrays.setAll(h, i -> i % 3 == 0 ? 3 : 1);
        Arrays.setAll(c, i -> i % 3 == 0 ? 0.3 : 2);
        assertClosedForm(h, c, confirmed(h, c, 0.05 * 2000), 0.05);
    }

    /** From θ = (1, −1, 1, …), where the loss is ½ Σh. */
    private static void assertClosedForm(double[] h, double[] c, double expected, double kappa) {
        Optimizer method = budget("sgd", ", kappa: " + kappa + ", calibrate: 1, window: 10");
        double[] start = new double[h.length];
        Arrays.setAll(start, i -> i % 2 == 0 ? 1 : -1);
        double rate = last(method, new NoisyBowl(h, c), start, 1_200).etaApplied()[0];
        // the square of the last gradient: 2,400 squares of normal numbers
        assertEquals(1, rate / expected, 0.05);
    }

    private static double confirmed(double[] h, double[] c, double budget) {
        double alpha = 0;
        for (int k = 0; k < 2_000; k++) {
            double curvature = 0;
            for (int i = 0; i < h.length; i++) {
                curvature += 2 * h[i] * c[i] / (2 - alpha * h[i]);
            }
            alpha = (alpha + Math.sqrt(budget / curvature)) / 2;
        }
        return alpha;
    }

    @Test
    void ratesAreKept_afterTheFirstPart() {
        NoisyBowl bowl = new NoisyBowl(new double[] {1, 2}, new double[] {0.1, 0.1});
        try (Tensor theta = backend.allocate(2);
                Optimizer.Iteration iteration = budget("{type: sgd, momentum: 0.9}", "")
                        .start(new Problem(backend, bowl.layout(), Batches.always(bowl), 0, 100))) {
            for (int t = 0; t < 100; t++) {
                assertEquals(
                        t < 15 && Integer.bitCount(t) <= 1,
                        iteration.step(theta, bowl).refresh().isPresent());
            }
        }
    }

    /** The direction has not seen it: the momentum stays. */
    @Test
    void gradientThatIsNotFinite_isLeftOut_ofBothKindsOfRates() {
        for (String rates : List.of("rates: budget", "partition: trivial, cubic: {damping: 0.0}, safeguard: 3")) {
            NoisyBowl bowl = new NoisyBowl(new double[] {1, 2}, new double[] {0.1, 0.1});
            Optimizer method = Methods.optimizer("{type: newton-summary, " + rates + "}");
            try (Tensor theta = backend.allocate(2);
                    Optimizer.Iteration iteration =
                            method.start(new Problem(backend, bowl.layout(), Batches.always(bowl), 0, 100))) {
                backend.fromHost(new double[] {3, 3}, 0, theta);
                for (int t = 0; t < 30; t++) {
                    bowl.spoils = t == 13 || t == 25 || t == 26 ? Double.NaN : 0;
                    Step step = iteration.step(theta, bowl);
                    boolean drops = t == 13 || t == 25;
                    assertEquals(drops, step.intervention().isPresent(), rates + ", step " + t);
                    assertEquals(!drops, step.update().isPresent());
                    step.update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
                    assertEquals(t < 26, Double.isFinite(host(theta)[0]), rates + ", step " + t);
                }
            }
        }
    }

    @Test
    void lossThatRisesAndStays_halvesTheRates_ofBothKinds() {
        for (String rates : List.of("rates: {type: budget, calibrate: 0.01}", "cubic: {damping: 0.0}, safeguard: 3")) {
            NoisyBowl bowl = new NoisyBowl(new double[] {1, 2}, new double[2]);
            Optimizer method = Methods.optimizer("{type: newton-summary, direction: sgd, " + rates + "}");
            try (Tensor theta = backend.allocate(2);
                    Optimizer.Iteration iteration =
                            method.start(new Problem(backend, bowl.layout(), Batches.always(bowl), 0, 100))) {
                backend.fromHost(new double[] {1, 1}, 0, theta);
                double[] lengths = new double[4];
                for (int t = 0; t < 4; t++) {
                    backend.fromHost(t < 2 ? new double[] {1, 1} : new double[] {10, 10}, 0, theta);
                    Step step = iteration.step(theta, bowl);
                    lengths[t] = -host(step.update().orElseThrow())[0];
                    assertEquals(t == 3, step.intervention().isPresent(), rates);
                }
                assertEquals(10 * lengths[1], lengths[2], 1e-13 * lengths[2], rates);
                assertEquals(0.5 * lengths[2], lengths[3], 1e-13 * lengths[2], rates);
            }
        }
    }

    @Test
    void keysOfTheCubicStep_areRefused_andCubicIsWhatIsLeftOut() {
        SpecException e = assertThrows(
                SpecException.class,
                () -> Methods.optimizer("{type: newton-summary, rates: budget, step-size: 0.3, period: 5}"));
        assertTrue(
                e.getMessage()
                        .contains(
                                "leave out step-size, period; its own are kappa, shares, spread, window, calibrate, floor"),
                e.getMessage());
        Optimizer implicit = Methods.optimizer("{type: newton-summary, period: 5}");
        assertEquals(implicit, Methods.optimizer("{type: newton-summary, period: 5, rates: cubic}"));
        assertFalse(SpecWriter.toJson(new Holder(implicit)).toString().contains("rates\""), "the id of a run stays");
    }

    private record Holder(Optimizer optimizer) {}
}
