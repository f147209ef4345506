package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;
import soopt.solver.Solve;
import soopt.spec.yaml.SpecException;

class QuasiNewtonTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);
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
     * first.
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
    }

    @Test
    void inverses_ofTheSamePairsAndStart_areTheSame() {
        double[] s = {1, 2, -1};
        double[] y = {2, 1, 0.5};
        try (InverseHessian pairs = new CurvaturePairs(backend, 3, 5, 0);
                InverseHessian full = new InverseHessian.Full(backend, 3, 0)) {
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
            pairs.clear();
            assertEquals(0, pairs.pairs());
            assertArrayEquals(new double[] {4, 2, 1}, product(pairs, 2, y), 0, "H = I");
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
