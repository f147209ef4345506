package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.Trial;
import soopt.solver.Solve;

/** What second-order methods decide on, with losses that are said and not computed. */
final class DecisionsTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private record Moved(Step step, double[] update) {
        Trial trial() {
            return step.trial().orElseThrow();
        }
    }

    /** One step from θ with the factor of a schedule; the update is empty where the step rests. */
    private Moved step(String yaml, Objective objective, double factor, double... start) {
        try (Tensor theta = backend.allocate(start.length);
                Optimizer.Iteration iteration = Methods.optimizer(yaml)
                        .start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            backend.fromHost(start, 0, theta);
            iteration.stepSize().schedule(factor);
            Step step = iteration.step(theta, objective);
            double[] update = new double[step.update().isPresent() ? start.length : 0];
            step.update().ifPresent(tensor -> backend.toHost(tensor, update, 0));
            return new Moved(step, update);
        }
    }

    // ---- going back over the iterates of conjugate gradients ----

    private static final double LAMBDA = 0.5;
    private static final double[] DIAGONAL = {1, 2, 4, 8, 16, 32};
    private static final double[] SLOPE = {1, -2, 3, 1, -1, 2};
    private static final double[] PLACE = {0.5, 0, -1, 2, 0, 1};

    private static double[] times(double[] v, double shift) {
        double[] product = new double[v.length];
        Arrays.setAll(product, i -> (DIAGONAL[i] + shift) * v[i]);
        return product;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    /** x_i of (B + λI) x = −g from 0 (Nocedal and Wright 2006, alg. 5.2). */
    private static double[] iterate(int count) {
        double[] x = new double[SLOPE.length];
        double[] r = SLOPE.clone();
        double[] p = Arrays.stream(r).map(v -> -v).toArray();
        for (int i = 0; i < count; i++) {
            double[] product = times(p, LAMBDA);
            double square = dot(r, r);
            double alpha = square / dot(p, product);
            for (int j = 0; j < x.length; j++) {
                x[j] += alpha * p[j];
                r[j] += alpha * product[j];
            }
            double beta = dot(r, r) / square;
            for (int j = 0; j < x.length; j++) {
                p[j] = beta * p[j] - r[j];
            }
        }
        return x;
    }

    /**
     * Martens 2010, §4.6: from x_5 to x_4, x_3, … for as long as the loss falls; a loss that is no number is worse than
     * any. The losses are those that are seen, in this order; 0 is where the step starts.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-1 -2 -3 -2.5      | 3",
                "-1 -0.5            | 5",
                "-1 -1              | 5",
                "NaN NaN -1 -0.5    | 3",
                "Infinity -1 -1     | 4",
                "-1 -2 -3 -4 -5     | 1",
                "3 2 2.5            | 4",
                "-1 NaN             | 5"
            })
    void iterates_areGoneBackOver_forAsLongAsTheLossFalls(String losses, int taken) {
        double[] seen = Arrays.stream(losses.trim().split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
        List<double[]> points = new ArrayList<>();
        Objective objective = new GivenObjective(
                backend,
                6,
                theta -> {
                    if (Arrays.equals(theta, PLACE)) {
                        return 0;
                    }
                    points.add(theta);
                    return seen[points.size() - 1];
                },
                theta -> SLOPE.clone(),
                (theta, v) -> times(v, 0));
        Moved moved = step(
                "{type: gauss-newton, line-search: none, damping: {type: fixed, lambda: " + LAMBDA + "}, solver: {type:"
                        + " cg, kept: 12, iterations: 5, stop: {type: residual, tolerance: 1e-12}}}",
                objective,
                1,
                PLACE);
        assertEquals(seen.length, points.size());
        assertEquals(seen.length, moved.trial().tries());
        for (int i = 0; i < points.size(); i++) {
            double[] expected = iterate(5 - i);
            double[] point = points.get(i);
            Arrays.setAll(expected, j -> PLACE[j] + expected[j]);
            assertArrayEquals(expected, point, 1e-13, "x_" + (5 - i));
        }
        double[] x = iterate(taken);
        assertArrayEquals(x, moved.update(), 1e-13);
        assertEquals(
                dot(SLOPE, x) + dot(x, times(x, 0)) / 2, moved.trial().predicted(), 1e-12, "the model is without λ");
        String details = moved.step().details().orElseThrow().line();
        assertEquals(taken < 5, details.contains("\"cg_iterate\":" + taken), details);
        assertEquals(taken < 5, details.contains("cg_iterate\""), details);
    }

    // ---- steps that are judged ----

    private GivenObjective line(double[] slope, double curvature, double elsewhere) {
        return new GivenObjective(
                backend, 1, theta -> theta[0] == 0 ? 0 : elsewhere, theta -> slope.clone(), (theta, v) ->
                        new double[] {curvature * v[0]});
    }

    @Test
    void systemThatCannotBeSolved_countsAsAStepThatFailed() {
        Moved moved = step(
                "{type: damped-newton, tries: 3, damping: {type: lm-ratio, lambda: 0.03, factor: 0.5}}",
                line(new double[] {1}, Double.NaN, 0),
                1,
                0);
        assertEquals(0, moved.update().length);
        assertEquals(0.03 * 4, moved.trial().damping(), 1e-15);
        assertEquals(0, moved.trial().tries());
        assertTrue(Double.isNaN(moved.trial().actual()));
        assertEquals(
                Solve.Ending.NOT_FINITE, moved.trial().solve().orElseThrow().ending());
    }

    @Test
    void stepThatChangesNoLoss_isNotTaken() {
        Moved moved = step(
                "{type: damped-newton, tries: 1, damping: {type: lm-ratio, lambda: 0.5}}",
                line(new double[] {1}, 1, 0),
                1,
                0);
        assertEquals(0, moved.update().length);
        assertFalse(moved.trial().accepted());
        assertEquals(0, moved.trial().actual());
        assertEquals(1, moved.trial().tries());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: newton, line-search: {type: armijo, tries: 3}}",
                "{type: gauss-newton, line-search: {type: armijo, tries: 3}, damping: {type: fixed, lambda: 0.1},"
                        + " solver: dense}",
                "{type: l-bfgs, line-search: {type: armijo, tries: 3}}"
            })
    void searchThatFindsNothingBelow_rests(String yaml) {
        for (double loss : new double[] {1, Double.NaN}) {
            Moved moved = step(yaml, line(new double[] {1}, 1, loss), 1, 0);
            assertEquals(0, moved.update().length);
            assertFalse(moved.trial().accepted());
            assertEquals(0, moved.trial().stepLength());
            assertEquals(3, moved.trial().tries());
        }
    }

    // ---- natural gradient ----

    private static final String NATURAL = "{type: natural-gradient, fisher: exact, solver: dense, damping: {type:"
            + " schedule, lambda: 0.5, factor: 0.25, period: 2}}";

    @Test
    void dampingOfTheNaturalGradient_followsItsSchedule() {
        Objective objective = new QuadraticObjective(backend, new double[][] {{2}});
        try (Tensor theta = backend.allocate(1);
                Optimizer.Iteration iteration = Methods.optimizer(NATURAL)
                        .start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            backend.fill(theta, 3);
            for (double lambda : new double[] {0.5, 0.5, 0.125, 0.125, 0.03125}) {
                Step step = iteration.step(theta, objective);
                assertEquals(lambda, step.trial().orElseThrow().damping());
                double[] update = new double[1];
                backend.toHost(step.update().orElseThrow(), update, 0);
                assertEquals(-0.1 * 6 / (2 + lambda), update[0], 1e-14);
            }
        }
    }

    @Test
    void naturalGradientOfAMatrixThatIsNoNumber_rests() {
        Moved moved = step(NATURAL, line(new double[] {1}, Double.NaN, 0), 1, 0);
        assertEquals(0, moved.update().length);
        assertFalse(moved.trial().accepted());
        assertEquals(0, moved.trial().stepLength());
        assertEquals(
                Solve.Ending.NOT_FINITE, moved.trial().solve().orElseThrow().ending());
    }

    // ---- cubic steps ----

    /** The minimum of g s + h s²/2 + (ρ/6)|s|³ with g = −2, h = 1, ρ = 3: s = (√(1 + 12) − 1)/3. */
    private static final double MINIMUM = (Math.sqrt(13) - 1) / 3;

    private static double cubic(double s) {
        return -2 * s + s * s / 2 + s * s * s / 2;
    }

    private static String cubic(boolean adaptive) {
        return cubic(adaptive, "dense");
    }

    private static String cubic(boolean adaptive, String solver) {
        return "{type: cubic-newton, rho: 3, tries: 1, adaptive: " + adaptive + ", solver: " + solver + "}";
    }

    /** A schedule's part of a step is judged by what the model says of that part: else a small one never passed. */
    @ParameterizedTest
    @CsvSource({
        "0.5, true, dense",
        "0.03, true, dense",
        "1, true, dense",
        "0.25, true, lanczos",
        "0.5, false, dense",
        "0.03, false, lanczos",
        "1, false, dense"
    })
    void cubicStepUnderASchedule_isItsPart_andJudgedByTheModelOfIt(double part, boolean adaptive, String solver) {
        double s = part * MINIMUM;
        for (double ratio : adaptive ? new double[] {0.101, 0.099} : new double[] {5}) {
            GivenObjective objective = new GivenObjective(
                    backend,
                    1,
                    theta -> Math.abs(theta[0] - s) < 1e-12 ? ratio * cubic(s) : theta[0] == 0 ? 0 : Double.NaN,
                    theta -> new double[] {-2},
                    (theta, v) -> v.clone());
            Moved moved = step(cubic(adaptive, solver), objective, part, 0);
            Trial trial = moved.trial();
            boolean accepted = ratio > 0.1;
            assertEquals(accepted, trial.accepted(), "ratio " + ratio);
            assertArrayEquals(accepted ? new double[] {s} : new double[0], moved.update(), 1e-14);
            assertEquals(cubic(s), trial.predicted(), 1e-14);
            assertEquals(adaptive ? ratio * cubic(s) : Double.NaN, trial.actual(), 1e-14);
            assertEquals(accepted ? part : 0, trial.stepLength());
            assertEquals(3, trial.damping());
            assertEquals(adaptive ? 1 : 0, trial.tries());
        }
    }

    /** At the bounds themselves: a tenth is enough, nine tenths are not enough for a smaller ρ. */
    @ParameterizedTest
    @CsvSource({"0.1, true, 3", "0.9, true, 3", "0.95, true, 1.5", "0.05, false, 6"})
    void ratioOfACubicStep_atItsBounds(double ratio, boolean accepted, double next) {
        double[] predicted = new double[1];
        predicted[0] =
                step(cubic(true), line(new double[] {-2}, 1, 0), 1, 0).trial().predicted();
        Objective objective = line(new double[] {-2}, 1, ratio * predicted[0]);
        MemoryState state = new MemoryState(backend);
        try (Tensor theta = backend.allocate(1);
                Optimizer.Iteration iteration = Methods.optimizer(cubic(true))
                        .start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            backend.fill(theta, 0);
            Trial trial = iteration.step(theta, objective).trial().orElseThrow();
            assertEquals(ratio, trial.ratio(), 0, "the bound is not met to the bit: the test shows nothing");
            assertEquals(accepted, trial.accepted());
            iteration.save(state);
        }
        assertEquals(next, state.getNumbers("cubic-newton")[0]);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void cubicNewtonAtAMinimum_rests(boolean adaptive) {
        Moved moved = step(cubic(adaptive), new QuadraticObjective(backend, new double[][] {{2}}), 1, 0);
        assertEquals(0, moved.update().length);
        assertFalse(moved.trial().accepted());
        assertEquals(0, moved.trial().tries());
    }

    // ---- pairs of quasi-Newton methods ----

    /** The details of a quasi-Newton method without line search from θ = 0, and where it ends. */
    private List<String> pairs(String keys, UnaryOperator<double[]> slopes, int steps, double... end) {
        List<String> lines = new ArrayList<>();
        Objective objective = new GivenObjective(backend, 1, theta -> 0, slopes, (theta, v) -> v.clone());
        try (Tensor theta = backend.allocate(1);
                Optimizer.Iteration iteration = Methods.optimizer("{type: l-bfgs, line-search: none, " + keys + "}")
                        .start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            backend.fill(theta, 0);
            for (int t = 0; t < steps; t++) {
                Step step = iteration.step(theta, objective);
                lines.add(step.details().orElseThrow().line());
                backend.axpyInPlace(1, step.update().orElseThrow(), theta);
            }
            double[] last = new double[1];
            backend.toHost(theta, last, 0);
            if (end.length > 0) {
                assertArrayEquals(end, last, 1e-12);
            }
        }
        return lines;
    }

    /**
     * The first step is s = 1 with B = I, so sᵀBs = 1: a y is mixed where the pair would be left out and y is below a
     * fifth; then yᵀs is a fifth. What is said of the curvature is what was measured.
     */
    @ParameterizedTest
    @CsvSource({
        "damp, 0.125,  0.125,  damped",
        "damp, 0.125,  0.1875, kept",
        "damp, 0.5,    0.25,   skipped",
        "damp, 0.5,    0.1875, skipped",
        "damp, 0.0625, 0.125,  kept",
        "damp, 0.125,  -3,     damped",
        "damp, 0.125,  -Infinity, skipped",
        "damp, 0.125,  Infinity,  skipped",
        "skip, 0.125,  0.125,  skipped",
        "skip, 0.125,  0.1875, kept",
        "skip, 0.125,  -3,     skipped"
    })
    void firstPair_isTakenMixedOrLeftOut_byItsBounds(String low, double least, double y, String pair) {
        String line = pairs(
                        "low-curvature: " + low + ", least-curvature: " + least,
                        theta -> new double[] {theta[0] == 0 ? -1 : y - 1},
                        1,
                        1)
                .get(0);
        assertTrue(line.contains("\"pair\":\"" + pair + "\""), line);
        if (Double.isFinite(y)) {
            boolean mixed = low.equals("damp") && least == 0.5 && y < 0.2;
            assertTrue(mixed || line.contains("\"curvature\":" + y), line);
        }
    }

    /**
     * Steps 1 and 5 long with B = 1, so sᵀBs = 25 in the second: y = 1 is a fifth to the bit and is kept, less is made
     * 1; so the third step is 5 gradients long.
     */
    @ParameterizedTest
    @CsvSource({"1, kept", "0.875, damped", "-2, damped", "2, kept"})
    void laterPair_hasAFifthOfWhatWasExpected_atLeast(double y, String pair) {
        double gradient = y - 5;
        List<String> lines = pairs(
                "low-curvature: damp, least-curvature: 0.001",
                theta -> new double[] {theta[0] == 0 ? -6 : theta[0] < 1.5 ? -5 : gradient},
                3,
                6 - 5 / Math.max(1, y) * gradient);
        assertTrue(lines.get(0).contains("\"pair\":\"kept\""), lines.get(0));
        assertTrue(lines.get(1).contains("\"pair\":\"" + pair + "\""), lines.get(1));
        assertTrue(lines.get(1).contains("\"curvature\":" + 5 * y), lines.get(1));
        assertTrue(lines.get(2).contains("\"pairs\":2"), lines.get(2));
    }

    // ---- K-FAC's rescaled steps, here of the gradient ----

    private static final double DECAY = 0.25;

    private Optimizer.Iteration rescaled(Objective objective, double eta) {
        Problem problem = new Problem(backend, objective.layout(), Batches.always(objective), 0);
        return new RescaledIteration(
                problem, gradient -> Methods.direction("sgd").start(problem, gradient), eta, LAMBDA, DECAY);
    }

    /**
     * (α, μ) make the model least (Martens and Grosse 2015, eq. 7.1): its derivative vanishes along −g and along the
     * last δ; the step is η times that, and predicted is the model of it.
     */
    @Test
    void rescaledStep_minimizesItsModel_alongTheGradientAndTheLastStep() {
        double eta = 0.5;
        Objective objective = new GivenObjective(
                backend,
                6,
                theta -> dot(theta, times(theta, 0)) / 2,
                theta -> times(theta, 0),
                (theta, v) -> times(v, 0));
        double[] x = PLACE.clone();
        double[] last = new double[6];
        try (Tensor theta = backend.allocate(6);
                Optimizer.Iteration iteration = rescaled(objective, eta)) {
            for (int t = 0; t < 4; t++) {
                backend.fromHost(x, 0, theta);
                Step step = iteration.step(theta, objective);
                double[] update = new double[6];
                backend.toHost(step.update().orElseThrow(), update, 0);
                double[] delta = Arrays.stream(update).map(v -> v / eta).toArray();
                double[] slope = times(x, DECAY);
                double[] rest = times(delta, LAMBDA + DECAY);
                Arrays.setAll(rest, i -> rest[i] + slope[i]);
                assertEquals(0, dot(rest, times(x, 0)), 1e-12 * dot(slope, slope));
                assertEquals(0, dot(rest, last), 1e-12 * dot(slope, slope));
                Trial trial = step.trial().orElseThrow();
                double model = dot(slope, update) + dot(update, times(update, LAMBDA + DECAY)) / 2;
                assertEquals(model, trial.predicted(), 1e-13 * Math.abs(model));
                assertEquals(LAMBDA, trial.damping());
                assertTrue(trial.accepted() && trial.stepLength() > 0);
                Arrays.setAll(x, i -> x[i] + update[i]);
                last = delta;
            }
        }
    }

    /** On a line Δ and δ₀ are one direction: the last step takes no part. */
    @Test
    void rescaledStep_alongOneDirection_isThatOfTheGradientAlone() {
        Objective objective = new QuadraticObjective(backend, new double[][] {{2}});
        try (Tensor theta = backend.allocate(1);
                Optimizer.Iteration iteration = rescaled(objective, 1)) {
            for (double x : new double[] {3, -1}) {
                backend.fill(theta, x);
                Step step = iteration.step(theta, objective);
                double[] update = new double[1];
                backend.toHost(step.update().orElseThrow(), update, 0);
                assertEquals(-(2 + DECAY) * x / (2 + LAMBDA + DECAY), update[0], 1e-14);
                assertEquals(
                        (2 + DECAY) / (2 * (2 + LAMBDA + DECAY)),
                        step.trial().orElseThrow().stepLength(),
                        1e-14);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, ZERO", "NaN, NOT_FINITE"})
    void rescaledStep_withoutGradient_rests(double x, Solve.Ending ending) {
        Objective objective = new QuadraticObjective(backend, new double[][] {{2}});
        try (Tensor theta = backend.allocate(1);
                Optimizer.Iteration iteration = rescaled(objective, 1)) {
            backend.fill(theta, x);
            Step step = iteration.step(theta, objective);
            assertTrue(step.update().isEmpty());
            Trial trial = step.trial().orElseThrow();
            assertFalse(trial.accepted());
            assertEquals(ending, trial.solve().orElseThrow().ending());
        }
    }
}
