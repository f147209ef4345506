package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Fisher;
import soopt.curvature.Objective;
import soopt.curvature.Partitioning;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.schedule.Plateau;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.Trial;
import soopt.solver.kronecker.KroneckerFactors;
import soopt.spec.Choices;

/** What every optimizer must do, and rules of NewtonSummary that no golden file covers. */
final class OptimizersTest {
    private static final Direction.Sgd MOMENTUM = new Direction.Sgd(0.9, 0, false, 0);
    private static final LearningRateMomentum NO_MOMENTUM =
            new LearningRateMomentum(0, LearningRateMomentum.Order.CLIP_THEN_AVERAGE);
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private static Stream<Optimizer> optimizers() {
        return Stream.of(
                Methods.optimizer("{type: sgd, step-size: 0.1}"),
                Methods.optimizer("{type: sgd, step-size: 0.1, momentum: 0.9, dampening: 0.5, weight-decay: 1e-3}"),
                Methods.optimizer("{type: sgd, step-size: 0.1, momentum: 0.9, nesterov: true, weight-decay: 1e-3}"),
                Methods.optimizer("{type: adam, step-size: 0.01, weight-decay: 1e-3}"),
                new Cauchy(0.5),
                Methods.optimizer("{type: adamw, step-size: 0.01, weight-decay: 0.1}"),
                Methods.optimizer("{type: l-bfgs, history: 3, line-search: none, step-size: 0.1}"),
                Methods.optimizer("{type: l-bfgs, history: 3, pairs: successive}"),
                Methods.optimizer("{type: l-bfgs, pairs: successive, line-search: none, low-curvature: damp}"),
                Methods.optimizer("{type: l-bfgs, step-size: 0.3, line-search: none, pairs: overlap}"),
                Methods.optimizer("{type: bfgs, low-curvature: damp}"),
                Methods.optimizer("{type: bfgs}"),
                Methods.optimizer("{type: bfgs, line-search: armijo}"),
                kFac(true, KroneckerFactors.Inverse.EIGEN, Fisher.MC, 0.9),
                kFac(true, KroneckerFactors.Inverse.CHOLESKY, Fisher.EMPIRICAL, 0),
                kFac(false, KroneckerFactors.Inverse.EIGEN, Fisher.EXACT, 0.9),
                new KFac(
                        0.5,
                        0,
                        KFac.Rescale.EXACT,
                        kFac(true, KroneckerFactors.Inverse.EIGEN, Fisher.MC, 0.9)
                                .direction()),
                new Ekfac(0.1, 0, new Direction.Ekfac(0.03, Fisher.MC, 2, 2, 4, 0.9, 0.9, 1e-3, 3)),
                newton(
                        kFac(true, KroneckerFactors.Inverse.EIGEN, Fisher.MC, 0.9)
                                .direction(),
                        3,
                        new Average.None(),
                        NO_MOMENTUM),
                Methods.optimizer("{type: adahessian, period: 3, hessian-power: 0.7, dense-block: 4}"),
                Methods.optimizer("{type: shampoo, period: 3, grafting: adam, decay: 0.9, weight-decay: 0.01}"),
                Methods.optimizer("{type: shampoo, period: 2, grafting: sgd, block-size: 5}"),
                Methods.optimizer("{type: newton-summary, direction: {type: shampoo, period: 2, weight-decay: 0.1}}"),
                Methods.optimizer("{type: soap, period: 2, weight-decay: 0.01}"),
                Methods.optimizer("{type: soap, period: 3, basis: eigen, block-size: 5}"),
                Methods.optimizer("{type: newton-summary, direction: {type: soap, period: 2}}"),
                Methods.optimizer("{type: soap, period: 3, hold: 2, weight-decay: 0.01}"),
                Methods.optimizer("{type: muon, weight-decay: 0.01}"),
                Methods.optimizer("{type: muon, weight-decay: 0.01, hold: 3, block-size: 2}"),
                budget("{type: soap, period: 3, hold: 4}, rates: {type: budget, calibrate: 0.5}"),
                budget("{type: muon, hold: 4}, rates: {type: budget, calibrate: 0.5}"),
                Methods.optimizer("{type: newton-summary, direction: {type: muon}}"),
                budget("{type: adam}, rates: {type: budget, calibrate: 0.5}"),
                budget("{type: sgd, momentum: 0.9}, rates: {type: budget, shares: layers, calibrate: 0.5}"),
                budget("{type: muon}, rates: {type: budget, calibrate: 0.5, shares: layers, spread: 1.5}"),
                budget("{type: soap, period: 2}, rates: {type: budget, kappa: 0.2, calibrate: 0.3}"),
                budget("{type: adam}, rates: {type: budget, shares: one, calibrate: 0.9}"),
                budget("{type: muon}, rates: {type: budget, kappa: 0.1, calibrate: 0.7}"),
                budget("{type: shampoo, period: 2}, rates: {type: budget, shares: layers}"),
                budget("{type: k-fac, statistics-period: 2, inverse-period: 4}, rates: budget"),
                budget("{type: ekfac, statistics-period: 2, inverse-period: 4}, rates: budget"),
                budget("{type: adahessian, period: 3}, rates: {type: budget, floor: 0.1}"),
                budget("{type: adamw}, rates: {type: budget, window: 2}"),
                Methods.optimizer("{type: newton, step-size: 0.5}"),
                Methods.optimizer("{type: damped-newton, damping: {type: lm-ratio, lambda: 0.1}}"),
                Methods.optimizer("{type: damped-newton, damping: {type: schedule, lambda: 0.5, period: 3}}"),
                Methods.optimizer("{type: gauss-newton, line-search: none, solver: {type: cg, warm-start: 0.5}}"),
                Methods.optimizer("{type: levenberg-marquardt}"),
                Methods.optimizer("{type: levenberg-marquardt, solver: cg, damping: {lambda: 1, rule: marquardt}}"),
                Methods.optimizer("{type: hessian-free}"),
                Methods.optimizer("{type: hessian-free, matrix: hessian, line-search: strong-wolfe}"),
                Methods.optimizer("{type: natural-gradient, fisher: exact}"),
                Methods.optimizer("{type: natural-gradient, fisher: mc, draws: 2, solver: dense}"),
                Methods.optimizer("{type: natural-gradient, fisher: empirical, length: {type: trust-region}}"),
                Methods.optimizer("{type: cubic-newton}"),
                Methods.optimizer("{type: cubic-newton, solver: {type: lanczos, steps: 8}, adaptive: false, rho: 3}"),
                newton(MOMENTUM, 3, new Average.None(), new LearningRateMomentum(0.5, NO_MOMENTUM.order())),
                newton(MOMENTUM, 2, new Average.Moving(0.3), NO_MOMENTUM),
                newton(new Direction.Sgd(0.9, 0, true, 0), 2, new Average.Uniform(2, 1), NO_MOMENTUM),
                newton(new Direction.Adam(0.9, 0.99, 1e-8, 0, true), 2, new Average.Uniform(3, 3), NO_MOMENTUM));
    }

    private static Optimizer budget(String direction) {
        return Methods.optimizer("{type: newton-summary, direction: " + direction + "}");
    }

    private static KFac kFac(boolean factored, KroneckerFactors.Inverse inverse, Fisher fisher, double momentum) {
        return new KFac(
                0.1,
                0,
                KFac.Rescale.NONE,
                new Direction.KFac(
                        0.03,
                        factored,
                        inverse,
                        fisher,
                        2,
                        2,
                        4,
                        0.9,
                        KroneckerFactors.Start.SAMPLE,
                        momentum,
                        1e-3,
                        3));
    }

    private static NewtonSummary newton(
            Direction direction, int period, Average average, LearningRateMomentum momentum) {
        return new NewtonSummary(
                direction,
                new Partitioning.Canonical(),
                0.3,
                new NewtonSummary.Cubic(1),
                period,
                average,
                momentum,
                true,
                0,
                false);
    }

    @Test
    void contract_coversEveryPermittedOptimizer() {
        Set<String> covered = optimizers().map(o -> Choices.name(o.getClass())).collect(Collectors.toSet());
        assertEquals(
                Choices.of(Optimizer.class).stream().map(Choices.Choice::name).collect(Collectors.toSet()), covered);
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void restoredIteration_goesOnToTheSameBytes(Optimizer optimizer) {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/mlp_data.json"));
        List<Objective> training = data.batches("train_batches");
        List<Objective> curvature = data.batches("hg_batches");
        int used = 0;
        MemoryState saved = new MemoryState(backend);
        double[] middle;
        double[] expected;
        try (Tensor theta = data.start();
                Optimizer.Iteration iteration = optimizer.start(data.problem(curvature))) {
            for (int t = 0; t < 5; t++) {
                used += go(iteration, theta, training.get(t));
            }
            iteration.stepSize().scale(0.5);
            iteration.save(saved);
            middle = host(theta);
            for (int t = 5; t < 12; t++) {
                go(iteration, theta, training.get(t));
            }
            expected = host(theta);
        }
        try (Tensor theta = data.start();
                Optimizer.Iteration iteration =
                        optimizer.start(data.problem(curvature.subList(used, curvature.size())))) {
            backend.fromHost(middle, 0, theta);
            iteration.restore(saved);
            for (int t = 5; t < 12; t++) {
                go(iteration, theta, training.get(t));
            }
            assertArrayEquals(expected, host(theta), 0);
            assertTrue(Golden.relativeError(middle, expected) > 1e-6, "nothing moved: the test shows nothing");
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void missingState_isAnError(Optimizer optimizer) {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/mlp_data.json"));
        try (Optimizer.Iteration iteration = optimizer.start(data.problem(List.of()))) {
            assertThrows(IllegalStateException.class, () -> iteration.restore(new MemoryState(backend)));
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void steps_takeNoNewMemory_onceStarted(Optimizer optimizer) {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/mlp_data.json"));
        List<Objective> training = data.batches("train_batches");
        Problem problem = data.problem(data.batches("hg_batches"));
        long before = backend.memory().liveBytes();
        try (Tensor theta = data.start();
                Optimizer.Iteration iteration = optimizer.start(problem)) {
            go(iteration, theta, training.get(0));
            long after = backend.memory().liveBytes();
            for (int t = 1; t < 10; t++) {
                go(iteration, theta, training.get(t));
            }
            assertEquals(after, backend.memory().liveBytes());
        }
        assertEquals(before, backend.memory().liveBytes());
    }

    /** Halves are exact, so that the updates must be too: of methods that do not look where they go. */
    @ParameterizedTest
    @MethodSource("optimizers")
    void scaledStepSize_scalesTheUpdate(Optimizer optimizer) {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/mlp_data.json"));
        List<double[]> updates = new ArrayList<>();
        for (double factor : new double[] {1, 0.5, 8}) {
            try (Tensor theta = data.start();
                    Optimizer.Iteration iteration = optimizer.start(data.problem(data.batches("hg_batches")))) {
                double before = iteration.stepSize().value();
                assertTrue(before > 0);
                iteration.stepSize().scale(2 * factor);
                iteration.stepSize().schedule(3);
                iteration.stepSize().schedule(0.5);
                assertEquals(factor * before, iteration.stepSize().value());
                updates.add(firstUpdate(iteration, theta, data.batches("train_batches")));
            }
        }
        for (int i = 0; i < updates.get(0).length; i++) {
            assertEquals(0.5 * updates.get(0)[i], updates.get(1)[i]);
            assertEquals(8 * updates.get(0)[i], updates.get(2)[i]);
        }
    }

    /** A schedule has it for each step anew, a plateau does not. */
    @ParameterizedTest
    @MethodSource("optimizers")
    void scheduledFactor_isNotSaved(Optimizer optimizer) {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/mlp_data.json"));
        MemoryState saved = new MemoryState(backend);
        double lowered;
        try (Optimizer.Iteration iteration = optimizer.start(data.problem(List.of()))) {
            iteration.stepSize().scale(0.3);
            lowered = iteration.stepSize().value();
            iteration.stepSize().schedule(0.7);
            iteration.save(saved);
        }
        try (Optimizer.Iteration iteration = optimizer.start(data.problem(List.of()))) {
            iteration.restore(saved);
            assertEquals(lowered, iteration.stepSize().value());
        }
    }

    /** Of the first step that moves: a warm-up does not. */
    private double[] firstUpdate(Optimizer.Iteration iteration, Tensor theta, List<Objective> batches) {
        for (Objective batch : batches) {
            Step step = iteration.step(theta, batch);
            assumeTrue(step.trial().map(Trial::tries).orElse(0) == 0, "the method looks");
            if (step.update().isPresent()) {
                return host(step.update().get());
            }
        }
        throw new AssertionError("no step moves");
    }

    private int go(Optimizer.Iteration iteration, Tensor theta, Objective batch) {
        Step step = iteration.step(theta, batch);
        step.update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
        return step.refresh().isPresent() ? 1 : 0;
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    @Test
    void discretePartitionWithoutDamping_reachesTheMinimumOfAQuadraticInOneStep() {
        double[][] hessian = {{3, 1, 0.5}, {1, 2, -0.3}, {0.5, -0.3, 1}};
        QuadraticObjective objective = new QuadraticObjective(backend, hessian);
        double[] end = oneStep(NewtonSummaries.fullBatch(new Partitioning.Discrete(), 1, 0, true), objective);
        assertTrue(Golden.maxAbs(end) <= 1e-14, Arrays.toString(end));
    }

    @Test
    void diagonalOnly_givesEachGroupItsOwnCauchyStep() {
        double[][] hessian = {{3, 1}, {1, 2}};
        QuadraticObjective objective = new QuadraticObjective(backend, hessian);
        double[] end = oneStep(withoutDamping(0, true), objective);
        // θ = (1, 2): g = (5, 5), θ_i − g_i/H_ii
        assertArrayEquals(new double[] {1 - 5.0 / 3, 2 - 5.0 / 2}, end, 1e-15);
    }

    @Test
    void ridge_addsAPartOfTheDiagonal() {
        QuadraticObjective objective = new QuadraticObjective(backend, new double[][] {{3, 0}, {0, 2}});
        double[] end = oneStep(withoutDamping(1, false), objective);
        assertArrayEquals(new double[] {0.5, 1}, end, 1e-15);
    }

    private static NewtonSummary withoutDamping(double ridge, boolean diagonalOnly) {
        return new NewtonSummary(
                NewtonSummaries.GRADIENT,
                new Partitioning.Discrete(),
                1,
                new NewtonSummary.Cubic(0),
                1,
                new Average.None(),
                NO_MOMENTUM,
                true,
                ridge,
                diagonalOnly);
    }

    /** θ after one step from (1, 2, …). */
    private double[] oneStep(NewtonSummary method, QuadraticObjective objective) {
        Tensor theta = backend.allocate(objective.layout().size());
        double[] start = new double[(int) theta.size()];
        Arrays.setAll(start, i -> i + 1);
        backend.fromHost(start, 0, theta);
        try (Optimizer.Iteration iteration =
                method.start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            go(iteration, theta, objective);
        }
        return host(theta);
    }

    @Test
    void discretePartitionOfManyParameters_updatesEachByItsRate() {
        int size = 600;
        double[][] hessian = new double[size][size];
        for (int i = 0; i < size; i++) {
            hessian[i][i] = 1 + i % 7;
        }
        double[] end = oneStep(withoutDamping(1, true), new QuadraticObjective(backend, hessian));
        double[] expected = new double[size];
        Arrays.setAll(expected, i -> (i + 1) / 2.0);
        assertArrayEquals(expected, end, 1e-12);
    }

    @Test
    void indefiniteQuadraticWithoutDamping_doesNotMove() {
        double[][] hessian = {{1, 0}, {0, -1}};
        QuadraticObjective objective = new QuadraticObjective(backend, hessian);
        double[] end = oneStep(withoutDamping(0, false), objective);
        assertArrayEquals(new double[] {1, 2}, end);
    }

    @Test
    void sampleThatIsNotFinite_isPassedOnAndForgotten() {
        for (Average kind : List.of(new Average.Moving(0.5), new Average.Uniform(2, 0))) {
            SummaryAverage average = new SummaryAverage(kind);
            average.add(sample(1));
            assertTrue(Double.isNaN(average.add(sample(Double.NaN)).hessian()[0][0]));
            assertEquals(2, average.add(sample(3)).hessian()[0][0], 1e-15);
        }
    }

    private static CurvatureSummary sample(double value) {
        return new CurvatureSummary(
                value, new double[] {value}, new double[][] {{value}}, new double[] {value}, new double[0][][]);
    }

    @Test
    void uniformAverage_isTheMeanOfTheLastWindowAndTheSamplesSince() {
        SummaryAverage average = new SummaryAverage(new Average.Uniform(3, 0));
        for (int k = 0; k < 20; k++) {
            int first = Math.max(0, (k / 3 - 1) * 3);
            assertEquals(0.5 * (first + k), average.add(sample(k)).third()[0], 1e-13, "after sample " + k);
        }
    }

    @Test
    void hyperParametersOutOfRange_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Sgd(0, MOMENTUM, Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> new Direction.Sgd(0, 0, true, 0));
        assertThrows(IllegalArgumentException.class, () -> new Direction.Sgd(1, 0, false, 0));
        assertThrows(IllegalArgumentException.class, () -> new NewtonSummary.Cubic(-1));
        assertThrows(IllegalArgumentException.class, () -> new Plateau(2, 1, 1e-4, 0, Plateau.Best.KEEP));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Adam(-0.1, new Direction.Adam(0, 0.9, 0, 0, false), Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> new Direction.Adam(0.9, 1, 0, 0, false));
        assertThrows(IllegalArgumentException.class, () -> new LearningRateMomentum(1, NO_MOMENTUM.order()));
        assertThrows(IllegalArgumentException.class, () -> new Average.Moving(1));
        assertThrows(IllegalArgumentException.class, () -> new Average.Uniform(0, 0));
        assertThrows(IllegalArgumentException.class, () -> newton(MOMENTUM, 0, new Average.None(), NO_MOMENTUM));
    }
}
