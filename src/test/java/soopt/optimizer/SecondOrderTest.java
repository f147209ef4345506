package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
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
import soopt.curvature.Fisher;
import soopt.curvature.Linearization;
import soopt.curvature.Metric;
import soopt.curvature.Objective;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Step;
import soopt.solver.Solve;

/** What is known of second-order methods. */
class SecondOrderTest {
    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private double[] host(Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    private Tensor tensor(double... values) {
        Tensor tensor = backend.allocate(values.length);
        backend.fromHost(values, 0, tensor);
        return tensor;
    }

    /** θ after each step. */
    private List<double[]> path(Optimizer method, Objective objective, double[] start, int steps) {
        List<double[]> path = new ArrayList<>();
        try (Tensor theta = tensor(start);
                Optimizer.Iteration iteration =
                        method.start(new Problem(backend, objective.layout(), Batches.always(objective), 5))) {
            for (int t = 0; t < steps; t++) {
                iteration.step(theta, objective).update().ifPresent(d -> backend.axpyInPlace(1, d, theta));
                path.add(host(theta));
            }
        }
        return path;
    }

    private Step firstStep(Optimizer method, Objective objective, double... start) {
        try (Tensor theta = tensor(start);
                Optimizer.Iteration iteration =
                        method.start(new Problem(backend, objective.layout(), Batches.always(objective), 5))) {
            return iteration.step(theta, objective);
        }
    }

    // ---- logistic regression with a known optimum, golden ----

    private final JsonNode logistic = Golden.read("trajectory/newton_logistic.json");

    /** Nocedal and Wright 2006, theorem 3.5. */
    @Test
    void newton_doublesItsDigits_onLogisticRegression() {
        double[] optimum = Golden.numbers(logistic.get("w_star"));
        List<double[]> path = path(
                Methods.optimizer("{type: newton}"),
                LogisticObjective.of(backend, logistic),
                new double[optimum.length],
                6);
        double before = norm(optimum);
        int doubled = 0;
        for (double[] w : path) {
            double[] difference = new double[w.length];
            Arrays.setAll(difference, i -> w[i] - optimum[i]);
            double after = norm(difference);
            if (after > 1e-13 && before < 0.2) {
                assertTrue(after / (before * before) < 1, before + " to " + after);
                doubled++;
            }
            before = after;
        }
        assertTrue(doubled >= 3, "only " + doubled + " steps show it");
        assertTrue(before < 1e-13);
    }

    private static double norm(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
    }

    // ---- quadratics ----

    private final double[][] bowl = {{3, 1, 0.5}, {1, 2, -0.3}, {0.5, -0.3, 1}};

    @Test
    void everyMethodWithAWholeMatrix_reachesTheMinimumOfAQuadratic() {
        for (String method : List.of(
                "{type: newton}",
                "{type: damped-newton, damping: {type: fixed, lambda: 1e-12}}",
                "{type: gauss-newton, damping: {type: fixed, lambda: 0}, solver: dense}",
                "{type: gauss-newton, damping: {type: fixed, lambda: 0},"
                        + " solver: {type: cg, stop: {type: residual, tolerance: 1e-12}}}",
                "{type: cubic-newton, rho: 1e-9, adaptive: false}",
                "{type: cubic-newton, rho: 1e-9, adaptive: false, solver: {type: lanczos, steps: 3}}")) {
            double[] end = path(
                            Methods.optimizer(method), new QuadraticObjective(backend, bowl), new double[] {1, 2, 3}, 1)
                    .get(0);
            assertTrue(Golden.maxAbs(end) < 1e-8, method + " ends at " + Arrays.toString(end));
        }
    }

    @Test
    void levenbergMarquardt_lowersItsDampingWhereTheModelIsRight() {
        Optimizer method = Methods.optimizer("{type: levenberg-marquardt}");
        List<double[]> path = path(method, new QuadraticObjective(backend, bowl), new double[] {1, 2, 3}, 12);
        assertTrue(Golden.maxAbs(path.get(11)) < 1e-14, Arrays.toString(path.get(11)));
    }

    @Test
    void indefiniteHessian_isSaid_andTheStepDescends() {
        Objective saddle = new QuadraticObjective(backend, new double[][] {{2, 0}, {0, -1}});
        Step step = firstStep(Methods.optimizer("{type: newton}"), saddle, 1, 1);
        Solve.Ending ending = step.trial().orElseThrow().solve().orElseThrow().ending();
        assertTrue(ending == Solve.Ending.CLIPPED || ending == Solve.Ending.SHIFTED, ending.words());
        assertTrue(step.trial().orElseThrow().predicted() < 0);
    }

    @Test
    void nothingToDo_isSaid_byEveryMethod() {
        for (String method : List.of(
                "newton",
                "damped-newton",
                "gauss-newton",
                "levenberg-marquardt",
                "hessian-free",
                "{type: natural-gradient, fisher: exact}",
                "cauchy")) {
            Objective objective = new QuadraticObjective(backend, bowl);
            Step step = firstStep(Methods.optimizer(method), objective, 0, 0, 0);
            assertTrue(step.update().isEmpty(), method);
            assertFalse(step.trial().orElseThrow().accepted(), method);
            assertEquals(
                    Solve.Ending.ZERO,
                    step.trial().orElseThrow().solve().orElseThrow().ending(),
                    method);
        }
    }

    @Test
    void numbersThatAreNone_areSaid_byEveryMethod() {
        double nan = Double.NaN;
        for (String method : List.of(
                "newton",
                "damped-newton",
                "gauss-newton",
                "levenberg-marquardt",
                "hessian-free",
                "cubic-newton",
                "{type: cubic-newton, solver: lanczos}",
                "{type: natural-gradient, fisher: exact}",
                "cauchy")) {
            Objective objective = new QuadraticObjective(backend, bowl);
            Step step = firstStep(Methods.optimizer(method), objective, nan, 1, 1);
            assertTrue(step.update().isEmpty(), method);
            assertEquals(
                    Solve.Ending.NOT_FINITE,
                    step.trial().orElseThrow().solve().orElseThrow().ending(),
                    method);
        }
    }

    // ---- natural gradient ----

    private final GoldenProblem data = new GoldenProblem(backend, Golden.read("trajectory/mlp_data.json"));

    private double[] product(Metric metric, double[] v) {
        try (Tensor vector = tensor(v);
                Tensor out = backend.allocate(v.length)) {
            metric.times(vector, out);
            return host(out);
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Amari 1998: θ = a ⊙ φ + b; steps in φ are the same steps in θ. */
    @Test
    void naturalGradient_doesNotDependOnTheParameters() {
        Objective quadratic = new QuadraticObjective(backend, bowl);
        Optimizer method = Methods.optimizer(
                "{type: natural-gradient, fisher: exact, solver: dense, damping: {type: fixed, lambda: 0}}");
        Tensor scale = tensor(10, 0.1, 3);
        Tensor shift = tensor(1, -2, 0.5);
        double[] theta = {1, 2, 3};
        double[] phi = {(theta[0] - 1) / 10, (theta[1] + 2) / 0.1, (theta[2] - 0.5) / 3};
        List<double[]> plain = path(method, quadratic, theta, 5);
        List<double[]> rescaled = path(method, new RescaledObjective(quadratic, scale, shift), phi, 5);
        for (int t = 0; t < 5; t++) {
            double[] back = rescaled.get(t);
            assertArrayEquals(
                    plain.get(t), new double[] {10 * back[0] + 1, 0.1 * back[1] - 2, 3 * back[2] + 0.5}, 1e-12);
        }
    }

    /** Δ = −√(2ε / gᵀF⁻¹g) F⁻¹ g has ½ ΔᵀFΔ = ε. */
    @Test
    void trustRegion_hasTheDivergenceAsked_toSecondOrder() {
        Objective batch = data.batches("train_batches").get(0);
        double radius = 1e-3;
        Optimizer method = Methods.optimizer("{type: natural-gradient, fisher: exact, solver: dense,"
                + " damping: {type: fixed, lambda: 1e-9}, length: {type: trust-region, radius: " + radius + "}}");
        try (Tensor theta = data.start();
                Optimizer.Iteration iteration = method.start(data.problem(List.of()));
                Linearization here = batch.at(theta, Linearization.Use.GAUSS_NEWTON)) {
            double[] step = host(iteration.step(theta, batch).update().orElseThrow());
            double divergence = dot(step, product(here.fisher(Fisher.EXACT, 1, 0), step)) / 2;
            assertEquals(radius, divergence, 1e-5 * radius);
        }
    }
}
