package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ForwardingObjective;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Value;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.Trial;
import soopt.solver.LineSearch;
import soopt.solver.Solve;
import soopt.spec.yaml.SpecException;

class QuasiNewtonTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);
    /** Ends at the minimum along the line: the cubic through values and slopes of a parabola is it. */
    private static final String EXACT = "line-search: {type: strong-wolfe, decrease: 1e-12, curvature: 1e-10}";

    private final double[][] bowl = {{5, 1, 0.5, 0}, {1, 2, -0.3, 0.1}, {0.5, -0.3, 1, 0}, {0, 0.1, 0, 0.3}};

    @AfterEach
    void close() {
        backend.close();
    }

    private List<double[]> path(String method, Objective objective, double[] start, int steps) {
        List<double[]> path = new ArrayList<>();
        try (Tensor theta = backend.allocate(start.length);
                Optimizer.Iteration iteration = Methods.optimizer(method)
                        .start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            backend.fromHost(start, 0, theta);
            for (int t = 0; t < steps; t++) {
                iteration.step(theta, objective).update().ifPresent(d -> backend.axpyInPlace(1, d, theta));
                double[] values = new double[start.length];
                backend.toHost(theta, values, 0);
                path.add(values);
            }
        }
        return path;
    }

    /**
     * Nocedal and Wright 2006, §7.2: with all pairs and the same H₀ they are one method, here while H₀ is that of the
     * first; with exact searches on a quadratic H₀ is no matter.
     */
    @Test
    void limitedMemoryWithAllPairs_isBfgs_onAQuadratic() {
        double[] start = {1, 2, 3, 4};
        Objective quadratic = new QuadraticObjective(backend, bowl);
        List<double[]> limited = path("{type: l-bfgs, history: 50}", quadratic, start, 2);
        List<double[]> full = path("{type: bfgs}", quadratic, start, 2);
        for (int t = 0; t < 2; t++) {
            assertArrayEquals(full.get(t), limited.get(t), 1e-12, "after step " + t);
        }
        limited = path("{type: l-bfgs, history: 50, " + EXACT + "}", quadratic, start, 4);
        full = path("{type: bfgs, " + EXACT + "}", quadratic, start, 4);
        for (int t = 0; t < 4; t++) {
            assertArrayEquals(full.get(t), limited.get(t), 1e-9, "exact, after step " + t);
        }
    }

    /** Nocedal and Wright 2006, theorem 6.4. */
    @Test
    void bfgsWithExactSearches_endsAfterNSteps_withTheInverseOfTheHessian() {
        int n = bowl.length;
        Objective quadratic = new QuadraticObjective(backend, bowl);
        InverseHessian inverse = new InverseHessian.Full(backend, n, 0);
        QuasiNewtonIteration.Rules rules = new QuasiNewtonIteration.Rules(
                1,
                new LineSearch.StrongWolfe(1e-12, 1e-10, 26, 0),
                new Pairs.SameBatch(),
                QuasiNewtonIteration.LowCurvature.SKIP,
                0);
        try (Tensor theta = backend.allocate(n);
                Optimizer.Iteration iteration = new QuasiNewtonIteration(
                        rules, inverse, new Problem(backend, quadratic.layout(), Batches.always(quadratic), 0))) {
            backend.fromHost(new double[] {1, 2, 3, 4}, 0, theta);
            for (int t = 0; t < n; t++) {
                double size = Golden.maxAbs(host(theta));
                assertTrue(size > 1e-2, "ends before step " + t + ": the test shows nothing");
                iteration.step(theta, quadratic).update().ifPresent(d -> backend.axpyInPlace(1, d, theta));
            }
            assertTrue(Golden.maxAbs(host(theta)) < 1e-9, Arrays.toString(host(theta)));
            for (int i = 0; i < n; i++) {
                double[] unit = new double[n];
                unit[i] = 1;
                assertArrayEquals(unit, product(inverse, 1, bowl[i]), 1e-8, "H times column " + i + " of the Hessian");
            }
        }
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    /**
     * Nocedal and Wright 2006, eq. 6.17 and procedure 18.2, in plain loops; where nothing can be divided all pairs are
     * one.
     */
    @Test
    void bfgs_followsItsFormula_withAndWithoutDamping() {
        double[][] saddle = {{2, 1, 0}, {1, -1.5, 0.3}, {0, 0.3, 1}};
        for (double[][] hessian : List.of(bowl, saddle)) {
            for (boolean damps : new boolean[] {false, true}) {
                double[] start = {1, 0.2, -1, 0.5};
                Objective quadratic = new QuadraticObjective(backend, hessian);
                double[] from = Arrays.copyOf(start, hessian.length);
                double[][] expected = BfgsReference.path(hessian, from, 0.5, damps, 7);
                for (String pairs : List.of("same-batch", "successive", "{type: overlap, fraction: 0.1}")) {
                    String spec = "step-size: 0.5, least-curvature: 0, line-search: none, low-curvature: "
                            + (damps ? "damp" : "skip") + ", pairs: " + pairs + "}";
                    List<double[]> path = path("{type: bfgs, " + spec, quadratic, from, 7);
                    for (int t = 0; t < 7; t++) {
                        assertArrayEquals(expected[t], path.get(t), 1e-9, pairs + damps + " step " + t);
                    }
                }
            }
        }
    }

    /** On a hill yᵀs &lt; 0: such a pair is left out, or made to have a fifth of what H expects. */
    @Test
    void pairsOfLowCurvature_areSkippedOrDamped_andNamed() {
        Objective hill = new QuadraticObjective(backend, new double[][] {{-1, 0}, {0, -2}});
        String rest = "{type: l-bfgs, step-size: 0.1, line-search: none, low-curvature: ";
        List<String> skipped = details(rest + "skip}", hill, new double[] {1, 1}, 2);
        assertTrue(skipped.get(0).contains("\"pair\":\"skipped\""), skipped.get(0));
        assertTrue(skipped.get(1).contains("\"pairs\":0"), skipped.get(1));
        List<String> damped = details(rest + "damp}", hill, new double[] {1, 1}, 2);
        assertTrue(damped.get(0).contains("\"pair\":\"damped\""), damped.get(0));
        assertTrue(damped.get(1).contains("\"pairs\":1"), damped.get(1));
        List<String> kept =
                details(rest + "damp}", new QuadraticObjective(backend, bowl), new double[] {1, 1, 1, 1}, 1);
        assertTrue(kept.get(0).contains("\"pair\":\"kept\""), kept.get(0));
    }

    private List<String> details(String method, Objective objective, double[] start, int steps) {
        List<String> lines = new ArrayList<>();
        try (Tensor theta = backend.allocate(start.length);
                Optimizer.Iteration iteration = Methods.optimizer(method)
                        .start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            backend.fromHost(start, 0, theta);
            for (int t = 0; t < steps; t++) {
                Step step = iteration.step(theta, objective);
                lines.add(step.details().orElseThrow().line());
                step.update().ifPresent(d -> backend.axpyInPlace(1, d, theta));
            }
        }
        return lines;
    }

    @Test
    void overlapWithALineSearch_isRefused() {
        String message = assertThrows(SpecException.class, () -> Methods.optimizer("{type: l-bfgs, pairs: overlap}"))
                .getMessage();
        assertTrue(message.contains("pairs overlap needs line-search none"), message);
    }

    /** Berahas, Nocedal and Takáč 2016: g of the batch and of what was shared before, y of what is shared next. */
    @Test
    void overlap_sharesTheLastPartOfEachBatchWithTheNext() {
        GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/mlp_data.json"));
        List<Objective> batches = data.batches("train_batches");
        int count = batches.get(0).examples();
        int common = (int) Math.round(0.3 * count);
        String spec = "{type: l-bfgs, step-size: 0.2, line-search: none, pairs: {type: overlap, fraction: 0.3}}";
        try (Tensor theta = data.start();
                Tensor own = backend.allocate((int) theta.size());
                Tensor other = backend.allocate((int) theta.size());
                Optimizer.Iteration iteration = Methods.optimizer(spec).start(data.problem(List.of()))) {
            for (int t = 0; t < 4; t++) {
                Objective batch = batches.get(t);
                double loss = batch.gradient(theta, own).loss();
                double[] g = host(own);
                if (t > 0) { // the last 30 % of the batch before, at the same θ
                    batches.get(t - 1).part(count - common, count).orElseThrow().gradient(theta, other);
                    double[] shared = host(other);
                    Arrays.setAll(g, i -> (count * g[i] + common * shared[i]) / (count + common));
                }
                Step step = iteration.step(theta, batch);
                assertEquals(loss, step.loss(), 1e-13);
                assertEquals(Math.sqrt(dot(g, g)), step.gradientNorm(), 1e-12);
                Objective last = batch.part(count - common, count).orElseThrow();
                last.gradient(theta, own);
                backend.axpyInPlace(1, step.update().orElseThrow(), theta);
                last.gradient(theta, other);
                backend.axpyInPlace(-1, own, other);
                double curvature = dot(host(other), host(step.update().orElseThrow()));
                String line = step.details().orElseThrow().line();
                assertEquals(curvature, number(line, "curvature"), 1e-12);
            }
        }
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static double number(String line, String key) {
        return Double.parseDouble(line.replaceAll(".*\"" + key + "\":([-+.eE0-9]+).*", "$1"));
    }

    /** A gradient that a search ended with is that of the next step; nothing else changes, nor does a checkpoint. */
    @Test
    void gradientAtTheEndOfASearch_isUsedAgain_toTheSameBits() {
        Objective quadratic = new QuadraticObjective(backend, bowl);
        for (String method : List.of("l-bfgs", "{type: bfgs, pairs: successive}")) {
            CountingGradients again = new CountingGradients(quadratic);
            CountingGradients anew = new CountingGradients(quadratic);
            List<double[]> expected = path(method, anew, InTurn.of(() -> anew), Optional.empty());
            assertPathsAreEqual(expected, path(method, again, Batches.always(again), Optional.empty()));
            assertTrue(again.count() < anew.count() - 2, again.count() + " and " + anew.count());
            CountingGradients restored = new CountingGradients(quadratic);
            assertPathsAreEqual(
                    expected, path(method, restored, Batches.always(restored), Optional.of(new MemoryState(backend))));
            assertEquals(again.count(), restored.count());
        }
    }

    private static void assertPathsAreEqual(List<double[]> expected, List<double[]> actual) {
        for (int t = 0; t < expected.size(); t++) {
            assertArrayEquals(expected.get(t), actual.get(t), 0, "step " + t);
        }
    }

    /** Ten steps; by way of a checkpoint after each if there is one. */
    private List<double[]> path(String method, Objective objective, Batches batches, Optional<MemoryState> through) {
        List<double[]> path = new ArrayList<>();
        Problem problem = new Problem(backend, objective.layout(), batches, 0);
        Optimizer.Iteration iteration = Methods.optimizer(method).start(problem);
        try (Tensor theta = backend.allocate(4)) {
            backend.fromHost(new double[] {1, 2, 3, 4}, 0, theta);
            for (int t = 0; t < 10; t++) {
                if (t == 5) { // from outside, as a plateau that goes back does
                    backend.fromHost(new double[] {0.5, 0.5, -0.5, 1}, 0, theta);
                }
                iteration.step(theta, objective).update().ifPresent(d -> backend.axpyInPlace(1, d, theta));
                path.add(host(theta));
                if (through.isPresent()) {
                    MemoryState state = new MemoryState(backend);
                    iteration.save(state);
                    iteration.close();
                    iteration = Methods.optimizer(method).start(problem);
                    iteration.restore(state);
                }
            }
        } finally {
            iteration.close();
        }
        return path;
    }

    /** An objective that counts. */
    private static final class CountingGradients implements ForwardingObjective {
        private final Objective objective;
        private int count;

        CountingGradients(Objective objective) {
            this.objective = objective;
        }

        @Override
        public Objective inner() {
            return objective;
        }

        int count() {
            return count;
        }

        @Override
        public Value gradient(Tensor theta, Tensor gradient) {
            count++;
            return objective.gradient(theta, gradient);
        }
    }

    @Test
    void inverses_ofTheSamePairsAndStart_areTheSame() {
        double[] s = {1, 2, -1};
        double[] y = {2, 1, 0.5};
        try (InverseHessian pairs = new CurvaturePairs(backend, 3, 5, 0);
                InverseHessian full = new InverseHessian.Full(backend, 3, 0)) {
            for (InverseHessian inverse : List.of(pairs, full)) {
                assertArrayEquals(new double[] {4, 2, 1}, product(inverse, 2, y), 0, "H = I");
            }
            assertEquals(3.5, add(pairs, s, y));
            assertEquals(3.5, add(full, s, y));
            for (InverseHessian inverse : List.of(pairs, full)) {
                assertArrayEquals(s, product(inverse, 1, y), 1e-14, "H y = s");
                double[] v = {0.3, -0.7, 2};
                assertArrayEquals(product(full, -2, v), product(pairs, -2, v), 1e-14);
                assertTrue(add(inverse, s, new double[] {-2, -1, -0.5}) < 0);
                assertEquals(1, inverse.pairs());
                assertArrayEquals(s, product(inverse, 1, y), 1e-14, "still");
            }
            for (InverseHessian inverse : List.of(pairs, full)) {
                inverse.clear();
                assertEquals(0, inverse.pairs());
                assertArrayEquals(new double[] {4, 2, 1}, product(inverse, 2, y), 0, "H = I");
            }
        }
    }

    @Test
    void limitedMemory_keepsTheNewestPairs() {
        try (InverseHessian pairs = new CurvaturePairs(backend, 2, 2, 0)) {
            add(pairs, new double[] {1, 0}, new double[] {1, 0});
            add(pairs, new double[] {0, 1}, new double[] {0, 4});
            add(pairs, new double[] {1, 0}, new double[] {2, 0});
            assertEquals(2, pairs.pairs());
            assertArrayEquals(new double[] {0.5, 0.25}, product(pairs, 1, new double[] {1, 1}), 1e-15);
        }
    }

    private double add(InverseHessian inverse, double[] s, double[] y) {
        backend.fromHost(s, 0, inverse.step());
        backend.fromHost(y, 0, inverse.change());
        return inverse.add();
    }

    /** By way of the place of the next step, as a method does. */
    private double[] product(InverseHessian inverse, double alpha, double[] v) {
        try (Tensor in = backend.allocate(v.length)) {
            backend.fromHost(v, 0, in);
            inverse.multiply(alpha, in, inverse.step());
            double[] out = new double[v.length];
            backend.toHost(inverse.step(), out, 0);
            return out;
        }
    }

    /** H = diag(1, −1) knows no descent along (1, 1), nor H = −I any: then it is forgotten, and −g is searched. */
    @Test
    void inverseWithoutDescent_isForgotten_andTheGradientSearched() {
        for (boolean flat : new boolean[] {true, false}) {
            InverseHessian inverse = new InverseHessian.Full(backend, 2, -100);
            if (flat) {
                add(inverse, new double[] {1, 0}, new double[] {1, 0});
                add(inverse, new double[] {0, 1}, new double[] {0, -1});
                assertArrayEquals(new double[] {1, -1}, product(inverse, 1, new double[] {1, 1}), 0);
            } else {
                add(inverse, new double[] {1, 0}, new double[] {-1, 0});
                assertArrayEquals(new double[] {-1, -1}, product(inverse, 1, new double[] {1, 1}), 0);
            }
            QuasiNewtonIteration.Rules rules = new QuasiNewtonIteration.Rules(
                    2,
                    new LineSearch.Armijo(0.9, 0.5, 20, LineSearch.Interpolation.NONE),
                    new Pairs.SameBatch(),
                    QuasiNewtonIteration.LowCurvature.SKIP,
                    0);
            Objective quadratic = new QuadraticObjective(backend, new double[][] {{1, 0}, {0, 1}});
            try (Tensor theta = backend.allocate(2);
                    Optimizer.Iteration iteration = new QuasiNewtonIteration(
                            rules, inverse, new Problem(backend, quadratic.layout(), Batches.always(quadratic), 0))) {
                backend.fill(theta, 1);
                Step step = iteration.step(theta, quadratic);
                Trial trial = step.trial().orElseThrow();
                assertEquals(Solve.Ending.BREAKDOWN, trial.solve().orElseThrow().ending());
                // (1 − α)² ≤ 1 − 2 · 0.9 α from α = 2 · min(1, 1/‖g‖₁) on
                assertEquals(0.125, trial.stepLength());
                assertEquals(4, trial.tries());
                assertEquals(0.875 * 0.875 - 1, trial.actual(), 1e-15);
                assertArrayEquals(
                        new double[] {-0.125, -0.125}, host(step.update().orElseThrow()), 1e-15);
                assertTrue(step.details().orElseThrow().line().contains("\"pairs\":0"));
                assertEquals(1, inverse.pairs(), "the new one alone");
            }
        }
    }

    @Test
    void searchThatFindsNothing_forgetsThePairs() {
        InverseHessian inverse = new CurvaturePairs(backend, 1, 3, 0);
        add(inverse, new double[] {1}, new double[] {2});
        QuasiNewtonIteration.Rules rules = new QuasiNewtonIteration.Rules(
                1,
                new LineSearch.Armijo(0.1, 0.5, 3, LineSearch.Interpolation.NONE),
                new Pairs.Successive(),
                QuasiNewtonIteration.LowCurvature.SKIP,
                0);
        Objective uphill = new GivenObjective(
                backend,
                1,
                theta -> theta[0] == 0 ? 0 : 1,
                theta -> new double[] {theta[0] == 0 ? 1 : 7},
                (theta, v) -> v.clone());
        try (Tensor theta = backend.allocate(1);
                Optimizer.Iteration iteration = new QuasiNewtonIteration(
                        rules, inverse, new Problem(backend, uphill.layout(), Batches.always(uphill), 0))) {
            backend.fill(theta, 0);
            Step step = iteration.step(theta, uphill);
            assertTrue(step.details().orElseThrow().line().contains("\"pairs\":1"));
            assertTrue(step.update().isEmpty());
            assertEquals(0, inverse.pairs());
            backend.fill(theta, -1);
            iteration.step(theta, uphill);
            assertEquals(0, inverse.pairs(), "a step that was not taken is no pair");
        }
    }

    /** Memory holds NaN where nothing was written. */
    @Test
    void checkpointBeforeTheFirstStep_holdsNumbersAlone() {
        Objective quadratic = new QuadraticObjective(backend, bowl);
        for (String method : List.of("bfgs", "{type: l-bfgs, history: 2}")) {
            MemoryState state = new MemoryState(backend);
            try (Optimizer.Iteration iteration = Methods.optimizer(method)
                    .start(new Problem(backend, quadratic.layout(), Batches.always(quadratic), 0))) {
                iteration.save(state);
            }
            assertArrayEquals(new double[4], state.getNumbers("tensor quasi-newton.gradient"));
            if (method.equals("bfgs")) {
                assertArrayEquals(new double[4], state.getNumbers("tensor inverse.step"));
            } else {
                assertArrayEquals(new double[12], state.getNumbers("tensor pairs.s"));
                assertArrayEquals(new double[12], state.getNumbers("tensor pairs.y"));
            }
        }
    }

    @Test
    void pairWhoseProductOverflows_isLeftOut() {
        try (InverseHessian pairs = new CurvaturePairs(backend, 1, 3, 0);
                InverseHessian full = new InverseHessian.Full(backend, 1, 0)) {
            for (InverseHessian inverse : List.of(pairs, full)) {
                assertEquals(Double.POSITIVE_INFINITY, add(inverse, new double[] {1e200}, new double[] {1e200}));
                assertEquals(0, add(inverse, new double[] {1}, new double[] {0}));
                assertEquals(0, inverse.pairs());
            }
        }
    }

    @Test
    void quadratic_isMinimized() {
        for (String method :
                List.of("l-bfgs", "bfgs", "{type: bfgs, line-search: armijo}", "{type: l-bfgs, pairs: successive}")) {
            List<double[]> path = path(method, new QuadraticObjective(backend, bowl), new double[] {1, 2, 3, 4}, 30);
            assertTrue(Golden.maxAbs(path.get(29)) < 1e-7, method + " ends at " + Arrays.toString(path.get(29)));
        }
    }

    @Test
    void nothingToDo_andNumbersThatAreNone_areSaid() {
        for (String method : List.of("l-bfgs", "bfgs")) {
            for (double start : new double[] {0, Double.NaN}) {
                Objective objective = new QuadraticObjective(backend, new double[][] {{1}});
                try (Tensor theta = backend.allocate(1);
                        Optimizer.Iteration iteration = Methods.optimizer(method)
                                .start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
                    backend.fill(theta, start);
                    Step step = iteration.step(theta, objective);
                    assertTrue(step.update().isEmpty());
                    Solve.Ending expected = start == 0 ? Solve.Ending.ZERO : Solve.Ending.NOT_FINITE;
                    assertEquals(
                            expected,
                            step.trial().orElseThrow().solve().orElseThrow().ending());
                }
            }
        }
    }

    @Test
    void matrixThatDoesNotFit_isRefusedWithItsSize() {
        ParameterLayout layout = new ParameterLayout.Builder()
                .add("w", ParameterLayout.Role.WEIGHT, 0, 1, 50_000)
                .build();
        String message = assertThrows(
                        SpecException.class, () -> Methods.optimizer("bfgs").requireFit(layout))
                .getMessage();
        assertTrue(message.contains("50,000 parameters, whose matrix takes 18.6 GiB"), message);
        assertTrue(message.contains("use l-bfgs"), message);
    }
}
