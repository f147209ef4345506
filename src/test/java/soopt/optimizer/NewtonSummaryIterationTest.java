package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;
import soopt.curvature.Partitioning;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Step;

/** What becomes of the rates where the cubic step has no solution, and of what a refresh reports. */
final class NewtonSummaryIterationTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);
    private final Objective bowl = new QuadraticObjective(backend, new double[][] {{2, 0}, {0, 1}});
    private final Objective saddle = new QuadraticObjective(backend, new double[][] {{-9, 0}, {0, -9}});
    private final Tensor theta = backend.allocate(2);

    @AfterEach
    void close() {
        backend.close();
    }

    /** Without cubic term, so that a saddle has no solution. */
    private static NewtonSummary withoutDamping(Average average) {
        return new NewtonSummary(
                NewtonSummaries.GRADIENT,
                new Partitioning.Discrete(),
                0.5,
                new NewtonSummary.Cubic(0),
                1,
                average,
                new LearningRateMomentum(0, LearningRateMomentum.Order.CLIP_THEN_AVERAGE),
                true,
                0,
                false);
    }

    /** Two steps at one θ; curvature from the bowl, then from the saddle. */
    private List<Step> bowlThenSaddle(Average average) {
        backend.fromHost(new double[] {1, 1}, 0, theta);
        Iterator<Objective> curvature = List.of(bowl, saddle).iterator();
        Optimizer.Iteration iteration =
                withoutDamping(average).start(new Problem(backend, bowl.layout(), InTurn.of(curvature::next), 0));
        return List.of(iteration.step(theta, bowl), iteration.step(theta, bowl));
    }

    @Test
    void withoutSolution_theStepStandsStill() {
        List<Step> steps = bowlThenSaddle(new Average.None());
        assertTrue(steps.get(0).update().isPresent());
        assertFalse(steps.get(1).update().isPresent());
        assertArrayEquals(new double[2], steps.get(1).refresh().orElseThrow().etaRaw());
    }

    /** golden/README.md: so does the author's code. */
    @Test
    void withoutSolution_underTheUniformAverage_theLastRatesStay() {
        List<Step> steps = bowlThenSaddle(new Average.Uniform(3, 0));
        Refresh first = steps.get(0).refresh().orElseThrow();
        Refresh second = steps.get(1).refresh().orElseThrow();
        assertTrue(first.solution().found());
        assertFalse(second.solution().found());
        // η of each scalar along the gradient: g²/(H g²) = 1/H
        assertArrayEquals(new double[] {0.5, 1}, first.etaRaw(), 1e-15);
        assertArrayEquals(first.etaRaw(), second.etaRaw());
        assertArrayEquals(new double[] {0.25, 0.5}, second.etaApplied(), 1e-15);
        double[] update = new double[2];
        backend.toHost(steps.get(1).update().orElseThrow(), update, 0);
        assertArrayEquals(new double[] {-0.25 * 2, -0.5 * 1}, update, 1e-15, "−η ⊙ g");
        assertTrue(steps.get(1).update().isPresent());
    }

    @Test
    void withoutDamping_noThirdOrderIsAskedFor() {
        Refresh refresh = bowlThenSaddle(new Average.None()).get(0).refresh().orElseThrow();
        assertEquals(0, refresh.sample().third().length);
    }

    @Test
    void secondsOfARefresh_areWithinTheStep() {
        long start = System.nanoTime();
        double seconds = bowlThenSaddle(new Average.None()).stream()
                .mapToDouble(step -> step.refresh().orElseThrow().seconds())
                .sum();
        assertTrue(seconds > 0 && seconds < 1e-9 * (System.nanoTime() - start), "seconds " + seconds);
    }

    /** θ = (1, −0.5) and g = (0.55, 0.4): η_s = θ_s/g_s, one of them negative; then a saddle, whose η are 0. */
    private List<Refresh> bowlThenSaddle(LearningRateMomentum momentum, boolean clipNegative) {
        Objective coupled = new QuadraticObjective(backend, new double[][] {{1, 0.9}, {0.9, 1}});
        backend.fromHost(new double[] {1, -0.5}, 0, theta);
        Iterator<Objective> curvature = List.of(coupled, saddle).iterator();
        NewtonSummary method = new NewtonSummary(
                NewtonSummaries.GRADIENT,
                new Partitioning.Discrete(),
                0.5,
                new NewtonSummary.Cubic(0),
                1,
                new Average.None(),
                momentum,
                clipNegative,
                0,
                false);
        try (Optimizer.Iteration iteration =
                method.start(new Problem(backend, coupled.layout(), InTurn.of(curvature::next), 0))) {
            return List.of(
                    iteration.step(theta, coupled).refresh().orElseThrow(),
                    iteration.step(theta, coupled).refresh().orElseThrow());
        }
    }

    private static void assertRates(double first, double second, double[] actual) {
        assertArrayEquals(new double[] {first, second}, actual, 1e-12);
    }

    @Test
    void ratesAreAveraged_fromTheFirstOn_beforeOrAfterNegativeOnesBecomeZero() {
        double a = 1 / 0.55;
        double b = -0.5 / 0.4;
        List<Refresh> after =
                bowlThenSaddle(new LearningRateMomentum(0.75, LearningRateMomentum.Order.AVERAGE_THEN_CLIP), true);
        assertRates(a, b, after.get(0).etaRaw());
        assertRates(a, b, after.get(0).etaAveraged());
        assertRates(a, 0, after.get(0).etaUsed());
        assertRates(a / 2, 0, after.get(0).etaApplied());
        assertRates(0, 0, after.get(1).etaRaw());
        assertRates(0.75 * a, 0.75 * b, after.get(1).etaAveraged());
        assertRates(0.75 * a, 0, after.get(1).etaUsed());
        List<Refresh> before =
                bowlThenSaddle(new LearningRateMomentum(0.75, LearningRateMomentum.Order.CLIP_THEN_AVERAGE), true);
        assertRates(a, b, before.get(0).etaRaw());
        assertRates(a, 0, before.get(0).etaAveraged());
        assertRates(0.75 * a, 0, before.get(1).etaAveraged());
        List<Refresh> signed =
                bowlThenSaddle(new LearningRateMomentum(0.75, LearningRateMomentum.Order.CLIP_THEN_AVERAGE), false);
        assertRates(0.75 * a, 0.75 * b, signed.get(1).etaUsed());
    }

    /** H̄ + r |diag H̄|: 3 times the ridge of −9 is above it. */
    @Test
    void ridge_addsItsPartOfTheSizeOfTheDiagonal() {
        NewtonSummary method = new NewtonSummary(
                NewtonSummaries.GRADIENT,
                new Partitioning.Discrete(),
                0.5,
                new NewtonSummary.Cubic(0),
                1,
                new Average.None(),
                new LearningRateMomentum(0, LearningRateMomentum.Order.CLIP_THEN_AVERAGE),
                true,
                3,
                false);
        backend.fromHost(new double[] {1, 1}, 0, theta);
        for (Objective objective : List.of(bowl, saddle)) {
            try (Optimizer.Iteration iteration =
                    method.start(new Problem(backend, objective.layout(), InTurn.of(() -> objective), 0))) {
                double[] raw =
                        iteration.step(theta, objective).refresh().orElseThrow().etaRaw();
                boolean up = objective == bowl;
                assertRates(up ? 1.0 / 8 : 1.0 / 18, up ? 1.0 / 4 : 1.0 / 18, raw);
            }
        }
    }

    /** Two computations, three steps apart, move nothing; the third does, and its rates stay for three steps. */
    @Test
    void warmUp_computesAndStands() {
        backend.fromHost(new double[] {1, 1}, 0, theta);
        NewtonSummary method = new NewtonSummary(
                NewtonSummaries.GRADIENT,
                new Partitioning.Discrete(),
                0.5,
                new NewtonSummary.Cubic(0),
                3,
                new Average.Uniform(2, 2),
                new LearningRateMomentum(0.5, LearningRateMomentum.Order.CLIP_THEN_AVERAGE),
                true,
                0,
                false);
        try (Optimizer.Iteration iteration =
                method.start(new Problem(backend, bowl.layout(), InTurn.of(() -> bowl), 0))) {
            for (int t = 0; t < 10; t++) {
                Step step = iteration.step(theta, bowl);
                assertEquals(t % 3 == 0, step.refresh().isPresent(), "step " + t);
                assertEquals(t >= 6, step.update().isPresent(), "step " + t);
                assertEquals(Math.sqrt(5), step.gradientNorm(), 1e-15);
                assertEquals(1.5, step.loss());
                if (step.refresh().isPresent()) {
                    Refresh refresh = step.refresh().get();
                    assertTrue(refresh.solution().found());
                    assertEquals(1, refresh.batchExamples());
                    double part = t < 6 ? 0 : 1;
                    assertRates(0.5 * part, part, refresh.etaRaw());
                    assertRates(0.5 * part, part, refresh.etaAveraged());
                    assertRates(0.25 * part, 0.5 * part, refresh.etaApplied());
                }
            }
        }
    }
}
