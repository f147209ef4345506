package soopt.optimizer.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.MemoryState;
import soopt.optimizer.step.NoBatches;
import soopt.optimizer.step.Problem;
import soopt.solver.ConjugateGradient;
import soopt.solver.Solve;

/** Solutions of (B + λI) δ = −g and minima of cubic models, beside their equations in plain loops. */
final class SystemsTest {
    private static final double[][] BOWL = {{5, 1, 0.5}, {1, 2, -0.3}, {0.5, -0.3, 1}};
    private static final double[] GRADIENT = {1, -2, 0.5};

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private Problem problem(int size) {
        ParameterLayout layout = new ParameterLayout.Builder()
                .add("w", ParameterLayout.Role.WEIGHT, 0, 1, size)
                .build();
        return new Problem(backend, layout, new NoBatches(), 0);
    }

    private Products products(double[][] matrix) {
        return new Products() {
            @Override
            public void times(Tensor v, Tensor out) {
                backend.fromHost(SystemsTest.times(matrix, host(v)), 0, out);
            }

            @Override
            public void timesRows(Tensor v, Tensor out) {
                for (int i = 0; i < v.length(0); i++) {
                    times(v.rows(i, i + 1), out.rows(i, i + 1));
                }
            }
        };
    }

    private Tensor tensor(double... values) {
        Tensor tensor = backend.allocate(values.length);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    private static double[] times(double[][] matrix, double[] x) {
        return Arrays.stream(matrix).mapToDouble(row -> dot(row, x)).toArray();
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static double[][] diagonal(double... entries) {
        double[][] matrix = new double[entries.length][entries.length];
        for (int i = 0; i < entries.length; i++) {
            matrix[i][i] = entries[i];
        }
        return matrix;
    }

    private static JsonNode json(LinearSolver.Solution solution) {
        try {
            return new ObjectMapper().readTree(solution.details().line());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /** gᵀδ + ½ δᵀ(B + λI)δ. */
    private static double model(double[][] b, double lambda, double[] g, double[] delta) {
        return dot(g, delta) + (dot(delta, times(b, delta)) + lambda * dot(delta, delta)) / 2;
    }

    /** δ, checked to solve the system. */
    private double[] solved(LinearSolver.Running solver, double[][] b, double lambda, double[] g) {
        Tensor delta = backend.allocate(g.length);
        LinearSolver.Solution solution = solver.solve(lambda, tensor(g), delta);
        double[] d = host(delta);
        double[] product = times(b, d);
        for (int i = 0; i < g.length; i++) {
            assertEquals(-g[i], product[i] + lambda * d[i], 1e-11, "row " + i);
        }
        assertEquals(model(b, lambda, g, d), solution.damped(), 1e-12);
        assertEquals(Solve.Ending.CONVERGED, solution.solve().ending());
        assertEquals(
                "converged",
                json(solution)
                        .path(json(solution).has("cg_ending") ? "cg_ending" : "factorization")
                        .asText());
        return d;
    }

    private static LinearSolver.Cg cg(int iterations, double warmStart, LinearSolver.Preconditioner preconditioner) {
        return new LinearSolver.Cg(
                new ConjugateGradient.Stop.Residual(1e-13), iterations, warmStart, preconditioner, 0);
    }

    @Test
    void bothSolvers_solveTheDampedSystem_forEachLambdaOfOneMatrix() {
        for (LinearSolver kind :
                new LinearSolver[] {new LinearSolver.Dense(9), cg(50, 0, LinearSolver.Preconditioner.NONE)}) {
            try (LinearSolver.Running solver = kind.start(problem(3))) {
                solver.look(products(BOWL));
                solved(solver, BOWL, 0.5, GRADIENT);
                solved(solver, BOWL, 0, new double[] {3, 4, -5});
                solver.look(products(diagonal(1, 2, 3)));
                solved(solver, diagonal(1, 2, 3), 2, GRADIENT);
            }
        }
    }

    // ---- conjugate gradients ----

    private JsonNode details(LinearSolver.Running solver, double lambda, double... g) {
        try (Tensor delta = backend.allocate(g.length)) {
            return json(solver.solve(lambda, tensor(g), delta));
        }
    }

    /** From c times the last solution of A x = b the residual is b − c A x = (1 − c) b. */
    @Test
    void warmStart_beginsWithAPartOfTheLastUsableSolution() {
        try (LinearSolver.Running solver =
                cg(50, 0.75, LinearSolver.Preconditioner.NONE).start(problem(3))) {
            solver.look(products(BOWL));
            JsonNode first = details(solver, 0.5, GRADIENT);
            assertEquals(1, first.path("cg_residuals").get(0).asDouble());
            assertEquals(
                    first.path("cg_iterations").asInt() + 1,
                    first.path("cg_residuals").size());
            assertEquals(
                    first.path("cg_iterations").asInt() + 1,
                    first.path("cg_models").size());
            MemoryState saved = new MemoryState(backend);
            solver.save(saved);
            assertEquals(
                    "not finite",
                    details(solver, 0.5, 1, Double.NaN, 1).path("cg_ending").asText());
            assertEquals(
                    0.25,
                    details(solver, 0.5, GRADIENT).path("cg_residuals").get(0).asDouble(),
                    1e-12);
            try (LinearSolver.Running other =
                    cg(50, 0.75, LinearSolver.Preconditioner.NONE).start(problem(3))) {
                other.restore(saved);
                other.look(products(BOWL));
                assertEquals(
                        0.25,
                        details(other, 0.5, GRADIENT)
                                .path("cg_residuals")
                                .get(0)
                                .asDouble(),
                        1e-12);
            }
        }
    }

    /** Nocedal and Wright 2006, algorithm 7.1: −g itself where that is met at once, else what came before it. */
    @Test
    void negativeCurvature_endsWithADirectionDownhill() {
        double[] g = {1, 0.5};
        for (double[][] b : new double[][][] {diagonal(-1, -2), diagonal(2, -1)}) {
            try (LinearSolver.Running solver =
                            cg(50, 0, LinearSolver.Preconditioner.NONE).start(problem(2));
                    Tensor delta = backend.allocate(2)) {
                solver.look(products(b));
                LinearSolver.Solution solution = solver.solve(0.25, tensor(g), delta);
                double[] d = host(delta);
                assertEquals(Solve.Ending.NEGATIVE_CURVATURE, solution.solve().ending());
                assertEquals(model(b, 0.25, g, d), solution.damped(), 1e-14);
                // both are multiples of −g: the second has its length from the curvature along g
                double length = b[0][0] < 0 ? 1 : 1.25 / (2.25 - 0.75 / 4);
                assertArrayEquals(new double[] {-length, -length / 2}, d, 1e-14);
                assertTrue(solution.damped() < 0);
            }
        }
    }

    /** A system so unpleasant that no tolerance is met. */
    private JsonNode history(int iterations) {
        int n = 400;
        double[] entries = new double[n];
        Arrays.setAll(entries, i -> Math.pow(10, 12.0 * i / n));
        double[] g = new Random(1).doubles(n, -1, 1).toArray();
        try (LinearSolver.Running solver =
                cg(iterations, 0, LinearSolver.Preconditioner.NONE).start(problem(n))) {
            solver.look(products(diagonal(entries)));
            return details(solver, 0, g).path("cg_residuals");
        }
    }

    @Test
    void longHistories_areEveryNthNumber_andTheLast() {
        JsonNode full = history(99);
        assertEquals(100, full.size());
        JsonNode some = history(100);
        assertEquals(51, some.size());
        for (int i = 0; i < 49; i++) {
            assertEquals(full.get(2 * i), some.get(i));
        }
        JsonNode third = history(250);
        assertEquals(84, third.size());
        assertEquals(full.get(30), third.get(10));
        JsonNode longer = history(249);
        assertEquals(84, longer.size(), "of 250 numbers every third, the 250th among them");
        for (int i = 0; i < 83; i++) {
            assertEquals(longer.get(i), third.get(i));
        }
        assertTrue(!longer.get(83).equals(third.get(83)), "the last is the last");
    }

    private static double[][] scaling(double lambda, double[] squares) {
        return diagonal(Arrays.stream(squares)
                .map(s -> Math.pow(s + lambda, 0.75) - lambda)
                .toArray());
    }

    /** B + λI = M needs one iteration, whose M⁻¹ is the solution; M has each θ's first gradient alone. */
    @Test
    void preconditioner_isAPowerOfTheMeanSquareOfTheGradients() {
        double[] g = {0.5, -3, 1};
        double[] other = {2, 1, 0};
        double lambda = 0.1;
        double[][] first = scaling(lambda, new double[] {0.25, 9, 1});
        LinearSolver.Cg kind = cg(50, 0, LinearSolver.Preconditioner.GRADIENTS);
        MemoryState saved = new MemoryState(backend);
        try (LinearSolver.Running solver = kind.start(problem(3))) {
            solver.look(products(first));
            assertEquals(1, details(solver, lambda, g).path("cg_iterations").asInt());
            assertEquals(1, details(solver, lambda, other).path("cg_iterations").asInt(), "the same θ");
            solver.save(saved);
            secondGradient(solver, g, other, lambda);
        }
        try (LinearSolver.Running restored = kind.start(problem(3));
                LinearSolver.Running plain =
                        cg(50, 0, LinearSolver.Preconditioner.NONE).start(problem(3))) {
            restored.restore(saved);
            secondGradient(restored, g, other, lambda);
            plain.look(products(first));
            assertTrue(details(plain, lambda, g).path("cg_iterations").asInt() > 1);
        }
    }

    private void secondGradient(LinearSolver.Running solver, double[] g, double[] other, double lambda) {
        double[] squares = new double[3];
        Arrays.setAll(squares, i -> (0.09 * g[i] * g[i] + 0.1 * other[i] * other[i]) / 0.19);
        solver.look(products(scaling(lambda, squares)));
        assertEquals(1, details(solver, lambda, other).path("cg_iterations").asInt());
    }

    @Test
    void preconditionerOfNothing_isTheIdentity() {
        try (LinearSolver.Running solver =
                cg(50, 0, LinearSolver.Preconditioner.GRADIENTS).start(problem(2))) {
            solver.look(products(diagonal(2, 3)));
            assertArrayEquals(new double[] {-0.5, 0}, solved(solver, diagonal(2, 3), 0, new double[] {1, 0}), 1e-12);
        }
    }

    // ---- dense matrices ----

    /** More unit vectors than go at once, and not a multiple; products that rounding made unsymmetric. */
    @Test
    void formedMatrix_isTheSymmetricPartOfTheProducts() {
        int n = 150;
        Random random = new Random(2);
        double[][] any = new double[n][];
        Arrays.setAll(any, i -> random.doubles(n, -1, 1).toArray());
        try (DenseMatrix matrix = new DenseMatrix(problem(n))) {
            for (int round = 0; round < 2; round++) {
                double[] formed = matrix.form(products(any));
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        assertEquals((any[i][j] + any[j][i]) / 2, formed[i * n + j], 1e-15);
                    }
                }
            }
        }
    }

    /** |B| + λI stands for B + λI: directions of negative curvature are left (Dauphin et al. 2014). */
    @Test
    void indefiniteMatrix_isTakenByItsAbsoluteValue() {
        double[][] b = diagonal(4, -2);
        double[] g = {1, 1};
        try (LinearSolver.Running solver = new LinearSolver.Dense(9).start(problem(2));
                Tensor delta = backend.allocate(2)) {
            solver.look(products(b));
            LinearSolver.Solution solution = solver.solve(1, tensor(g), delta);
            assertEquals(Solve.Ending.CLIPPED, solution.solve().ending());
            assertArrayEquals(new double[] {-1 / 5.0, -1 / 3.0}, host(delta), 1e-15);
            assertEquals(model(b, 1, g, host(delta)), solution.damped(), 1e-15);
            assertEquals(
                    "not positive definite: eigenvalues clipped",
                    json(solution).path("factorization").asText());
            // shifted far enough it is definite
            assertArrayEquals(new double[] {-1 / 7.0, -1}, solved(solver, b, 3, g), 1e-14);
        }
    }

    /** An eigenvalue of 0 is raised to what rounding leaves of it, so that the step is long and not infinite. */
    @Test
    void singularMatrix_hasAFiniteSolution() {
        try (LinearSolver.Running solver = new LinearSolver.Dense(9).start(problem(2));
                Tensor delta = backend.allocate(2)) {
            solver.look(products(diagonal(2, 0)));
            LinearSolver.Solution solution = solver.solve(0, tensor(1, 1), delta);
            assertEquals(Solve.Ending.CLIPPED, solution.solve().ending());
            double[] d = host(delta);
            assertEquals(-0.5, d[0], 1e-15);
            double noise = 10 * Math.sqrt(2) * Precision.FLOAT64.unitRoundoff();
            assertEquals(-1 / (2 * noise), d[1], 1e-9 / noise);
        }
    }

    @Test
    void numbersThatAreNone_haveNoSolution() {
        try (LinearSolver.Running solver = new LinearSolver.Dense(9).start(problem(2));
                Tensor delta = backend.allocate(2)) {
            solver.look(products(diagonal(2, Double.NaN)));
            assertEquals(
                    Solve.Ending.NOT_FINITE,
                    solver.solve(0, tensor(1, 1), delta).solve().ending());
            solver.look(products(diagonal(2, 1)));
            assertEquals(
                    Solve.Ending.NOT_FINITE,
                    solver.solve(0, tensor(1, Double.POSITIVE_INFINITY), delta)
                            .solve()
                            .ending());
        }
    }

    // ---- cubic models ----

    /** (H + σI) s = −g with σ = (ρ/2) ‖s‖ and H + σI ⪰ 0 (Nesterov and Polyak 2006, §5). */
    @Test
    void cubicMinimum_satisfiesItsConditions_byEitherSolver() {
        for (double[][] h : new double[][][] {BOWL, {{1, 2, 0}, {2, -1, 0.3}, {0, 0.3, -2}}}) {
            for (CubicSolver kind : new CubicSolver[] {new CubicSolver.Dense(9), new CubicSolver.Lanczos(3)}) {
                try (CubicSolver.Running solver = kind.start(problem(3));
                        Tensor step = backend.allocate(3)) {
                    solver.look(products(h), tensor(GRADIENT));
                    for (double rho : new double[] {0.5, 4}) {
                        CubicSolver.Minimum minimum = solver.minimum(rho, step);
                        double[] s = host(step);
                        double length = Math.sqrt(dot(s, s));
                        assertEquals(length, minimum.length(), 1e-12);
                        assertEquals(rho / 2 * length, minimum.multiplier(), 1e-11);
                        assertEquals(
                                dot(GRADIENT, s) + dot(s, times(h, s)) / 2 + rho / 6 * length * length * length,
                                minimum.model(),
                                1e-11);
                        double[] product = times(h, s);
                        for (int i = 0; i < 3; i++) {
                            assertEquals(-GRADIENT[i], product[i] + minimum.multiplier() * s[i], 1e-10);
                        }
                        assertTrue(minimum.model() < 0 && !minimum.hardCase());
                        assertEquals(Solve.Ending.CONVERGED, minimum.solve().ending());
                    }
                }
            }
        }
    }

    @Test
    void cubicModelWithoutNumbersOrSlope_hasNoMinimum() {
        try (CubicSolver.Running dense = new CubicSolver.Dense(9).start(problem(2));
                CubicSolver.Running lanczos = new CubicSolver.Lanczos(2).start(problem(2));
                Tensor step = backend.allocate(2)) {
            dense.look(products(diagonal(1, Double.NaN)), tensor(1, 1));
            CubicSolver.Minimum minimum = dense.minimum(1, step);
            assertEquals(Solve.Ending.NOT_FINITE, minimum.solve().ending());
            assertTrue(Double.isNaN(minimum.model()));
            lanczos.look(products(diagonal(1, 2)), tensor(0, 0));
            assertEquals(Solve.Ending.ZERO, lanczos.minimum(1, step).solve().ending());
            assertEquals(0, lanczos.minimum(1, step).model());
        }
    }

    @Test
    void solvers_giveTheirMemoryBack() {
        Problem problem = problem(3);
        long before = backend.memory().liveBytes();
        new LinearSolver.Dense(9).start(problem).close();
        cg(5, 0.5, LinearSolver.Preconditioner.GRADIENTS).start(problem).close();
        new CubicSolver.Dense(9).start(problem).close();
        new CubicSolver.Lanczos(3).start(problem).close();
        assertEquals(before, backend.memory().liveBytes());
    }
}
