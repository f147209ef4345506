package soopt.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.solver.ConjugateGradient.Equation;
import soopt.solver.ConjugateGradient.Iterate;
import soopt.solver.ConjugateGradient.Outcome;
import soopt.solver.ConjugateGradient.Stop;
import soopt.solver.Solve.Ending;

final class ConjugateGradientTest {
    private Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private void use(Precision precision) {
        backend.close();
        backend = Backends.cpu(precision, 1);
    }

    private static ConjugateGradient to(double tolerance) {
        return new ConjugateGradient(new Stop.Residual(tolerance), 500);
    }

    private static double[] vector(Random random, int n) {
        return random.doubles(n, -1, 1).toArray();
    }

    /** A solution from 0 and all that is known of it. */
    private record Solved(Outcome outcome, double[] x) {}

    private Solved solve(ConjugateGradient settings, double[][] a, double... b) {
        return solve(settings, Equation.of(Dense.operator(backend, a), Dense.tensor(backend, b)));
    }

    private Solved solve(ConjugateGradient settings, Equation equation) {
        int n = (int) equation.right().size();
        try (ConjugateGradientIteration solver = settings.start(backend, n);
                Tensor x = Dense.tensor(backend, new double[n])) {
            return new Solved(solver.solve(equation, x), Dense.host(backend, x));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "FLOAT.*", mode = EnumSource.Mode.MATCH_ANY)
    void distinctEigenvalues_takeAsManyIterations(Precision precision) {
        use(precision);
        Random random = new Random(1);
        double[] eigenvalues = new double[30];
        Arrays.setAll(eigenvalues, i -> new double[] {1, 2, 5, 11}[i % 4]);
        double[][] a = Dense.withSpectrum(random, eigenvalues);
        double[] b = vector(random, 30);
        double tolerance = precision == Precision.FLOAT64 ? 1e-12 : 1e-5;
        Solved solved = solve(to(tolerance), a, b);
        assertEquals(Ending.CONVERGED, solved.outcome.solve().ending());
        assertEquals(4, solved.outcome.solve().iterations());
        double residual = Dense.norm(Dense.minus(b, Dense.times(a, solved.x))) / Dense.norm(b);
        assertTrue(residual < 3 * tolerance, "residual " + residual);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT64,1e6,1e-10", "FLOAT32,1e3,1e-4"})
    void illConditionedSystem_isSolvedToTheResidualItSays(Precision precision, double condition, double tolerance) {
        use(precision);
        Random random = new Random(2);
        double[][] a = Dense.withSpectrum(random, Dense.geometric(1 / condition, 1, 40));
        double[] b = vector(random, 40);
        Solved solved = solve(to(tolerance), a, b);
        assertEquals(Ending.CONVERGED, solved.outcome.solve().ending());
        double residual = Dense.norm(Dense.minus(b, Dense.times(a, solved.x))) / Dense.norm(b);
        assertTrue(residual < 3 * tolerance, "residual " + residual);
        assertTrue(solved.outcome.solve().residual() <= tolerance);
    }

    @Test
    void models_areThoseOfTheIterates_andFall() {
        Random random = new Random(3);
        double[][] a = Dense.withSpectrum(random, Dense.geometric(0.01, 10, 20));
        double[] b = vector(random, 20);
        for (int n = 1; n < 15; n++) {
            Solved solved = solve(new ConjugateGradient(new Stop.Residual(1e-14), n), a, b);
            Outcome outcome = solved.outcome;
            assertEquals(Ending.LIMIT, outcome.solve().ending());
            assertEquals(n, outcome.solve().iterations());
            double model = Dense.model(a, b, solved.x);
            assertEquals(model, outcome.model(), 1e-12 * Math.abs(model));
            assertEquals(model, outcome.models()[n], 1e-12 * Math.abs(model));
            assertTrue(outcome.models()[n] < outcome.models()[n - 1]);
            double residual = Dense.norm(Dense.minus(b, Dense.times(a, solved.x))) / Dense.norm(b);
            assertEquals(residual, outcome.residuals()[n], 1e-9 * residual);
            assertEquals(1, outcome.residuals()[0]);
            assertTrue(outcome.usable());
        }
    }

    @Test
    void exactPreconditioner_takesOneIteration() {
        Random random = new Random(4);
        double[] eigenvalues = Dense.geometric(1e-5, 1, 25);
        double[][] vectors = Dense.orthogonal(random, 25);
        double[] inverse = Arrays.stream(eigenvalues).map(l -> 1 / l).toArray();
        Equation equation = Equation.of(
                        Dense.operator(backend, Dense.withVectors(vectors, eigenvalues)),
                        Dense.tensor(backend, vector(random, 25)))
                .preconditioned(Dense.operator(backend, Dense.withVectors(vectors, inverse)));
        assertEquals(1, solve(to(1e-8), equation).outcome.solve().iterations());
    }

    @Test
    void diagonalPreconditioner_undoesTheScalesOfRows() {
        Random random = new Random(5);
        double[][] a = Dense.withSpectrum(random, Dense.geometric(0.5, 2, 30));
        double[] scale = Dense.geometric(1e-3, 1e3, 30);
        double[] diagonal = new double[30];
        for (int i = 0; i < 30; i++) {
            for (int j = 0; j < 30; j++) {
                a[i][j] *= scale[i] * scale[j];
            }
            diagonal[i] = 1 / a[i][i];
        }
        double[][] jacobi = new double[30][30];
        Arrays.setAll(jacobi, i -> {
            jacobi[i][i] = diagonal[i];
            return jacobi[i];
        });
        Equation plain = Equation.of(Dense.operator(backend, a), Dense.tensor(backend, vector(random, 30)));
        int with = solve(to(1e-8), plain.preconditioned(Dense.operator(backend, jacobi)))
                .outcome
                .solve()
                .iterations();
        int without = solve(to(1e-8), plain).outcome.solve().iterations();
        assertTrue(with < 25 && without > 3 * with, with + " iterations with, " + without + " without");
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "FLOAT.*", mode = EnumSource.Mode.MATCH_ANY)
    void negativeCurvature_endsTheSearch_withIterateAndDirection(Precision precision) {
        use(precision);
        Random random = new Random(6);
        double[] eigenvalues = Dense.geometric(0.1, 5, 20);
        eigenvalues[7] = -0.3;
        double[][] a = Dense.withSpectrum(random, eigenvalues);
        double[] b = vector(random, 20);
        try (ConjugateGradientIteration solver = to(1e-9).start(backend, 20);
                Tensor x = Dense.tensor(backend, new double[20])) {
            Outcome outcome = solver.solve(Equation.of(Dense.operator(backend, a), Dense.tensor(backend, b)), x);
            assertEquals(Ending.NEGATIVE_CURVATURE, outcome.solve().ending());
            assertTrue(outcome.solve().iterations() > 0);
            double[] direction = Dense.host(backend, outcome.direction().orElseThrow());
            assertTrue(Dense.dot(direction, Dense.times(a, direction)) < 0);
            double[] iterate = Dense.host(backend, x);
            assertTrue(Dense.dot(direction, Dense.minus(b, Dense.times(a, iterate))) > 0, "φ falls along it");
            assertTrue(outcome.model() < 0);
            assertEquals(Dense.model(a, b, iterate), outcome.model(), 1e-5);
        }
    }

    @Test
    void negativeCurvatureAtOnce_leavesZero_andTheRightSideAsDirection() {
        Solved solved = solve(to(1e-9), new double[][] {{-1, 0}, {0, -2}}, 3, 4);
        assertEquals(new Solve(Ending.NEGATIVE_CURVATURE, 0, 1), solved.outcome.solve());
        assertArrayEquals(new double[2], solved.x);
        assertFalse(solved.outcome.usable());
        assertTrue(solved.outcome.direction().isPresent());
    }

    @Test
    void singularSystem_isSolved_whereTheRightSideAllows() {
        Random random = new Random(7);
        double[] eigenvalues = Dense.geometric(0.1, 3, 20);
        Arrays.fill(eigenvalues, 0, 6, 0);
        double[][] a = Dense.withSpectrum(random, eigenvalues);
        double[] b = Dense.times(a, vector(random, 20));
        Solved solved = solve(to(1e-10), a, b);
        assertEquals(Ending.CONVERGED, solved.outcome.solve().ending());
        assertTrue(Dense.norm(Dense.minus(b, Dense.times(a, solved.x))) < 1e-9 * Dense.norm(b));
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "FLOAT.*", mode = EnumSource.Mode.MATCH_ANY)
    void singularSystemWithoutSolution_endsWithTheDirectionOfTheNullSpace(Precision precision) {
        use(precision);
        Random random = new Random(8);
        double[] eigenvalues = Dense.geometric(0.1, 3, 20);
        eigenvalues[3] = 0;
        double[][] vectors = Dense.orthogonal(random, 20);
        double[][] a = Dense.withVectors(vectors, eigenvalues);
        double[] solution = vector(random, 20);
        double[] b = Dense.times(a, solution);
        Dense.add(1, vectors[3], b);
        try (ConjugateGradientIteration solver = to(1e-10).start(backend, 20);
                Tensor x = Dense.tensor(backend, new double[20])) {
            Outcome outcome = solver.solve(Equation.of(Dense.operator(backend, a), Dense.tensor(backend, b)), x);
            assertEquals(Ending.NEGATIVE_CURVATURE, outcome.solve().ending());
            double[] direction = Dense.host(backend, outcome.direction().orElseThrow());
            assertEquals(Dense.norm(direction), Dense.dot(direction, vectors[3]), 1e-3 * Dense.norm(direction));
            assertTrue(outcome.usable());
        }
    }

    @Test
    void zeroRightSide_isSaid() {
        double[][] a = {{2, 0}, {0, 3}};
        try (ConjugateGradientIteration solver = to(1e-9).start(backend, 2);
                Tensor x = Dense.tensor(backend, 5, 7)) {
            Outcome outcome = solver.solve(Equation.of(Dense.operator(backend, a), Dense.tensor(backend, 0, 0)), x);
            assertEquals(new Solve(Ending.ZERO, 0, 0), outcome.solve());
            assertArrayEquals(new double[2], Dense.host(backend, x));
            assertEquals(0.0, outcome.model());
        }
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity"})
    void rightSideThatIsNotFinite_isSaid(double bad) {
        Solved solved = solve(to(1e-9), new double[][] {{2, 0}, {0, 3}}, 1, bad);
        assertEquals(Ending.NOT_FINITE, solved.outcome.solve().ending());
        assertArrayEquals(new double[2], solved.x);
        assertFalse(solved.outcome.usable());
    }

    @Test
    void productThatIsNotFinite_leavesTheLastIterate() {
        Random random = new Random(9);
        double[][] a = Dense.withSpectrum(random, Dense.geometric(0.01, 1, 10));
        double[] b = vector(random, 10);
        Operator exact = Dense.operator(backend, a);
        int[] products = new int[1];
        Operator breaking = (v, out) -> {
            exact.apply(v, out);
            if (++products[0] == 4) {
                backend.fill(out.slice(2, 1), Double.NaN);
            }
        };
        Solved solved = solve(to(1e-12), Equation.of(breaking, Dense.tensor(backend, b)));
        assertEquals(Ending.NOT_FINITE, solved.outcome.solve().ending());
        assertEquals(3, solved.outcome.solve().iterations());
        assertArrayEquals(solve(new ConjugateGradient(new Stop.Residual(1e-12), 3), a, b).x, solved.x);
        assertTrue(solved.outcome.usable());
    }

    @Test
    void iterateBeyondTheRange_isNoAnswer() {
        use(Precision.FLOAT32);
        double[][] a = {{1e-30, 0}, {0, 1e-30}};
        Equation equation = Equation.of(Dense.operator(backend, a), Dense.tensor(backend, 1e10, 1e10));
        try (ConjugateGradientIteration solver = to(1e-9).start(backend, 2, 5);
                Tensor x = Dense.tensor(backend, 0, 0)) {
            Outcome outcome = solver.solve(equation, x);
            assertEquals(Ending.NOT_FINITE, outcome.solve().ending());
            assertArrayEquals(new double[2], Dense.host(backend, x));
            assertEquals(0.0, outcome.model());
            assertEquals(1, outcome.iterates().size(), "x alone");
        }
    }

    @Test
    void warmStartWithAProductThatIsNotFinite_isNoAnswer() {
        try (ConjugateGradientIteration solver = to(1e-9).start(backend, 2);
                Tensor x = Dense.tensor(backend, 1, 1)) {
            Operator broken = (v, out) -> backend.fill(out, Double.NaN);
            Outcome outcome = solver.solve(Equation.of(broken, Dense.tensor(backend, 1, 2)), x);
            assertEquals(Ending.NOT_FINITE, outcome.solve().ending());
            assertEquals(0, outcome.solve().iterations());
            assertArrayEquals(new double[2], Dense.host(backend, x));
            assertEquals(0.0, outcome.model());
        }
    }

    @Test
    void numbersOutOfRange_areRefusedFromJavaToo() {
        assertThrows(IllegalArgumentException.class, () -> new Stop.Residual(1));
        assertThrows(IllegalArgumentException.class, () -> new Stop.Progress(0));
        assertThrows(IllegalArgumentException.class, () -> new ConjugateGradient(new Stop.Residual(0.1), 0));
    }

    @Test
    void preconditionerThatIsNotDefinite_isABreakdown() {
        Equation equation = Equation.of(
                        Dense.operator(backend, new double[][] {{2, 0}, {0, 3}}), Dense.tensor(backend, 1, 1))
                .preconditioned(Dense.operator(backend, new double[][] {{-1, 0}, {0, -1}}));
        assertEquals(Ending.BREAKDOWN, solve(to(1e-9), equation).outcome.solve().ending());
    }

    @Test
    void progress_endsTheSearch_byMartensRule() {
        Random random = new Random(10);
        double[][] a = Dense.withSpectrum(random, Dense.geometric(1e-6, 1, 300));
        double[] b = Dense.times(a, vector(random, 300));
        double tolerance = 5e-4;
        Outcome outcome = solve(new ConjugateGradient(new Stop.Progress(tolerance), 300), a, b).outcome;
        assertEquals(Ending.CONVERGED, outcome.solve().ending());
        int n = outcome.solve().iterations();
        double[] models = outcome.models();
        for (int i = 11; i <= n; i++) {
            int k = Math.max(10, i / 10);
            boolean little = models[i] - models[i - k] > k * tolerance * models[i];
            assertEquals(i == n, little, "iteration " + i + " of " + n);
        }
        int byResidual = solve(to(1e-8), a, b).outcome.solve().iterations();
        assertTrue(n > 11 && byResidual > 2 * n, n + " iterations, by the residual " + byResidual);
    }

    @Test
    void warmStart_countsAsIterateZero() {
        Random random = new Random(11);
        double[][] a = Dense.withSpectrum(random, Dense.geometric(0.01, 1, 30));
        double[] b = vector(random, 30);
        Equation equation = Equation.of(Dense.operator(backend, a), Dense.tensor(backend, b));
        double[] solution = solve(to(1e-13), a, b).x;
        try (ConjugateGradientIteration solver = to(1e-6).start(backend, 30);
                Tensor x = Dense.tensor(backend, solution)) {
            assertEquals(0, solver.solve(equation, x).solve().iterations());
            double[] near = solution.clone();
            Dense.add(1e-4, vector(random, 30), near);
            backend.fromHost(near, 0, x);
            Outcome warm = solver.solve(equation, x);
            assertEquals(Dense.model(a, b, near), warm.models()[0], 1e-10);
            double residual = Dense.norm(Dense.minus(b, Dense.times(a, near))) / Dense.norm(b);
            assertEquals(residual, warm.residuals()[0], 1e-9 * residual);
            assertTrue(warm.solve().iterations()
                    < solve(to(1e-6), a, b).outcome.solve().iterations());
            backend.fill(x, Double.NaN);
            Outcome cold = solver.solve(equation, x);
            assertEquals(Ending.CONVERGED, cold.solve().ending());
            assertEquals(0, cold.models()[0]);
        }
    }

    @Test
    void iterates_areKeptByTheScheduleOfMartens_theLatestOnes() {
        Random random = new Random(12);
        double[][] a = Dense.withSpectrum(random, Dense.geometric(1e-4, 1, 60));
        double[] b = vector(random, 60);
        Equation equation = Equation.of(Dense.operator(backend, a), Dense.tensor(backend, b));
        ConjugateGradient settings = new ConjugateGradient(new Stop.Residual(1e-15), 20);
        try (ConjugateGradientIteration many = settings.start(backend, 60, 30);
                ConjugateGradientIteration few = settings.start(backend, 60, 3);
                Tensor x = Dense.tensor(backend, new double[60])) {
            Outcome all = many.solve(equation, x);
            int[] iterations =
                    all.iterates().stream().mapToInt(Iterate::iteration).toArray();
            assertArrayEquals(new int[] {1, 2, 3, 4, 5, 7, 9, 11, 14, 18, 20}, iterations);
            for (Iterate iterate : all.iterates()) {
                double[] expected =
                        solve(new ConjugateGradient(new Stop.Residual(1e-15), iterate.iteration()), equation).x;
                assertArrayEquals(expected, Dense.host(backend, iterate.x()));
                assertEquals(Dense.model(a, b, expected), iterate.model(), -1e-12 * iterate.model());
            }
            backend.fill(x, 0);
            int[] latest = few.solve(equation, x).iterates().stream()
                    .mapToInt(Iterate::iteration)
                    .toArray();
            assertArrayEquals(new int[] {11, 14, 18, 20}, latest);
            backend.fill(x, 0);
            Outcome again = many.solve(equation, x);
            assertArrayEquals(
                    iterations,
                    again.iterates().stream().mapToInt(Iterate::iteration).toArray(),
                    "nothing is left of the solution before");
        }
    }

    @ParameterizedTest
    @CsvSource({"0.01,true", "1,true", "1e6,false"})
    void withinARegion_theBoundaryIsReachedOrTheSolution(double radius, boolean boundary) {
        Random random = new Random(13);
        double[] eigenvalues = Dense.geometric(0.05, 5, 15);
        double[][] vectors = Dense.orthogonal(random, 15);
        double[][] a = Dense.withVectors(vectors, eigenvalues);
        double[] b = vector(random, 15);
        Equation equation = Equation.of(Dense.operator(backend, a), Dense.tensor(backend, b));
        try (ConjugateGradientIteration solver = to(1e-12).start(backend, 15);
                Tensor x = Dense.tensor(backend, new double[15])) {
            Outcome outcome = solver.within(radius, equation, x);
            double[] step = Dense.host(backend, x);
            assertEquals(Ending.CONVERGED, outcome.solve().ending());
            assertEquals(boundary, outcome.boundary());
            assertEquals(boundary ? radius : Dense.norm(solve(to(1e-12), a, b).x), Dense.norm(step), 1e-9);
            double model = Dense.model(a, b, step);
            assertEquals(model, outcome.model(), 1e-10 * Math.abs(model));
            double[] g = Arrays.stream(Dense.times(vectors, b)).map(v -> -v).toArray();
            double best = TrustRegionSubproblem.solve(eigenvalues, g, radius).model();
            // Yuan 2000: at least half of what can be had, for convex models
            assertTrue(model <= 0.5 * best && model >= best * (1 + 1e-9), model + ", best " + best);
        }
    }

    @Test
    void withinARegion_negativeCurvatureIsFollowedToItsBoundary() {
        double[][] a = {{1, 0}, {0, -1}};
        Equation equation = Equation.of(Dense.operator(backend, a), Dense.tensor(backend, 1, 0.5));
        try (ConjugateGradientIteration solver = to(1e-12).start(backend, 2);
                Tensor x = Dense.tensor(backend, 9, 9)) {
            Outcome outcome = solver.within(10, equation, x);
            double[] step = Dense.host(backend, x);
            assertEquals(Ending.NEGATIVE_CURVATURE, outcome.solve().ending());
            assertTrue(outcome.boundary());
            assertEquals(10, Dense.norm(step), 1e-12);
            assertEquals(Dense.model(a, new double[] {1, 0.5}, step), outcome.model(), 1e-12);
            assertTrue(outcome.model() < -20);
        }
    }

    @Test
    void withinARegion_lengthIsThatOfThePreconditioner() {
        Random random = new Random(14);
        double[] m = Dense.geometric(0.1, 10, 12);
        double[][] a = Dense.withSpectrum(random, Dense.geometric(0.01, 10, 12));
        double[][] inverse = new double[12][12];
        for (int i = 0; i < 12; i++) {
            inverse[i][i] = 1 / m[i];
        }
        Equation equation = Equation.of(Dense.operator(backend, a), Dense.tensor(backend, vector(random, 12)))
                .preconditioned(Dense.operator(backend, inverse));
        try (ConjugateGradientIteration solver = to(1e-12).start(backend, 12);
                Tensor x = Dense.tensor(backend, new double[12])) {
            solver.solve(equation, x);
            double radius = 0.95 * length(m, Dense.host(backend, x));
            Outcome outcome = solver.within(radius, equation, x);
            assertTrue(outcome.boundary() && outcome.solve().iterations() > 3, outcome.toString());
            // the recurrence of the length loses what conjugacy loses
            assertEquals(radius, length(m, Dense.host(backend, x)), 1e-8 * radius);
        }
    }

    /** √(Σ m_i x_i²). */
    private static double length(double[] m, double[] x) {
        double square = 0;
        for (int i = 0; i < x.length; i++) {
            square += m[i] * x[i] * x[i];
        }
        return Math.sqrt(square);
    }

    @Test
    void shift_isAdded() {
        double[][] a = {{1, 0}, {0, -1}};
        Equation equation = Equation.of(Dense.operator(backend, a).shifted(backend, 3), Dense.tensor(backend, 8, 8));
        assertArrayEquals(new double[] {2, 4}, solve(to(1e-14), equation).x, 1e-13);
    }

    @Test
    void solutions_takeNoNewMemory_afterTheFirst() {
        Random random = new Random(15);
        double[][] a = Dense.withSpectrum(random, Dense.geometric(0.01, 1, 30));
        Equation equation = Equation.of(Dense.operator(backend, a), Dense.tensor(backend, vector(random, 30)))
                .preconditioned(backend::copy);
        long before = backend.memory().liveBytes();
        try (ConjugateGradientIteration solver = to(1e-6).start(backend, 30, 4);
                Tensor x = Dense.tensor(backend, new double[30])) {
            solver.solve(equation, x);
            Backend.Memory after = backend.memory();
            backend.fill(x, 0);
            solver.solve(equation, x);
            assertEquals(after.liveBytes(), backend.memory().liveBytes());
            assertEquals(after.systemAllocations(), backend.memory().systemAllocations());
        }
        assertEquals(before, backend.memory().liveBytes());
    }
}
