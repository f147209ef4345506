package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.CubicStep.Status;
import soopt.curvature.Matrices;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partitioning;
import soopt.model.GoldenNetworks;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.RateSolution;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Step;

/** Statements of the paper that NewtonSummary must satisfy number for number. */
final class TheoryGoldenTest {
    private static final double TOLERANCE = 1e-10;

    @TestFactory
    Stream<DynamicTest> theory_holds() {
        return Golden.files("theory").stream()
                .map(file -> dynamicTest(Golden.name(file), () -> {
                    try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
                        JsonNode json = Golden.read(file);
                        switch (Golden.name(file)) {
                            case "theorem_F1" -> json.get("cases").forEach(one -> checkRate(backend, one));
                            case "newton_cauchy_equivalence" -> checkNewtonAndCauchy(backend, json);
                            case "affine_invariance" -> checkInvariance(backend, json);
                            case "newton_one_step_quadratic" -> checkOneStep(backend, json);
                            default -> fail("unknown kind of theory: " + Golden.name(file));
                        }
                    }
                }));
    }

    private static double[] host(Backend backend, Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    private static void close(String what, double[] expected, double[] actual, double tolerance) {
        double error = Golden.relativeError(expected, actual);
        assertTrue(error <= tolerance, what + " is off by " + error);
    }

    // ---- theorem 0.F.1: L_t ≤ rate^t L_0 on a block-diagonal quadratic, attained ----

    private static void checkRate(Backend backend, JsonNode one) {
        QuadraticObjective objective = new QuadraticObjective(
                backend,
                Golden.list(one.get("blocks")).stream().map(Golden::matrix).toArray(double[][][]::new));
        double rate = one.get("rate").doubleValue();
        double[] losses = descend(objective, one, "theta0", "losses", "etas");
        double[] tight = descend(objective, one, "theta0_tight", "losses_tight", "etas_tight");
        for (int t = 0; t + 1 < losses.length; t++) {
            assertTrue(losses[t + 1] <= rate * losses[t] * (1 + 1e-12), "slower than the rate at step " + t);
            assertEquals(rate, tight[t + 1] / tight[t], 1e-6, "the tight start misses the rate at step " + t);
        }
    }

    private static double[] descend(
            QuadraticObjective objective, JsonNode one, String start, String losses, String etas) {
        Backend backend = objective.backend();
        double[] expected = Golden.numbers(one.get(losses));
        double[] actual = new double[expected.length];
        NewtonSummary method = NewtonSummaries.fullBatch(new Partitioning.Canonical(), 1, 0, false);
        try (Tensor theta = GoldenNetworks.tensor(backend, Golden.numbers(one.get(start)));
                Optimizer.Iteration iteration =
                        method.start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            for (int t = 0; t + 1 < actual.length; t++) {
                Step step = iteration.step(theta, objective);
                actual[t] = step.loss();
                // the tight starts lie on an unstable two-cycle: rounding errors grow along it
                close(
                        "η of step " + t,
                        Golden.numbers(one.get(etas).get(t)),
                        step.refresh().orElseThrow().etaRaw(),
                        1e-6);
                backend.axpyInPlace(1, step.update().orElseThrow(), theta);
            }
            actual[actual.length - 1] = objective.loss(theta);
        }
        for (int t = 0; t < actual.length; t++) {
            assertEquals(expected[t], actual[t], 1e-6 * expected[t], losses + " of step " + t);
        }
        return actual;
    }

    // ---- linear regression: one step reaches the minimum ----

    /** Keys params, x, y, theta1, loss1, eta; layers and loss where they are not one linear layer and mse. */
    private static void checkOneStep(Backend backend, JsonNode json) {
        ObjectNode file = json.deepCopy();
        if (!json.has("layers")) {
            JsonNode shape = json.get("params").get(0).get("shape");
            file.putArray("layers")
                    .addObject()
                    .put("type", "linear")
                    .put("in", shape.get(1).intValue())
                    .put("out", shape.get(0).intValue());
        }
        file.put("loss", json.path("loss").asText("mse"));
        Objective objective = GoldenNetworks.network(file)
                .orElseThrow()
                .objective(
                        backend,
                        GoldenNetworks.inputs(backend, json.get("x")),
                        GoldenNetworks.targets(backend, json.get("y")));
        NewtonSummary method = NewtonSummaries.fullBatch(new Partitioning.Discrete(), 1, 0, false);
        Problem problem = new Problem(backend, objective.layout(), Batches.always(objective), 0);
        try (Tensor theta = GoldenNetworks.flat(backend, objective.layout(), json.get("params"));
                Optimizer.Iteration iteration = method.start(problem)) {
            Step step = iteration.step(theta, objective);
            close("η", numbers(json.get("eta")), step.refresh().orElseThrow().etaApplied(), TOLERANCE);
            backend.axpyInPlace(1, step.update().orElseThrow(), theta);
            close("θ₁", numbers(json.get("theta1")), host(backend, theta), TOLERANCE);
            double loss = json.get("loss1").doubleValue();
            assertEquals(loss, objective.loss(theta), TOLERANCE * Math.max(1, Math.abs(loss)));
            try (Tensor gradient = backend.allocate(objective.layout().size())) {
                objective.gradient(theta, gradient);
                assertTrue(Golden.maxAbs(host(backend, gradient)) < 1e-9, "θ₁ is no minimum");
            }
        }
    }

    /** Of a tensor, or of a list of tensors one after the other. */
    private static double[] numbers(JsonNode node) {
        return node.isArray() && node.size() > 0 && node.get(0).isObject()
                ? Golden.concatenated(node)
                : Golden.numbers(node);
    }

    /** A file of that kind made here: W = (1, 2), b = 3 fit the targets exactly. */
    @Test
    void oneStepOnLinearRegression_reachesTheMinimum() throws IOException {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            // x = (1,0), (0,1), (1,1), (2,1): residuals r of θ = 0 are −y, the gradient −(2/4) Σ y (x, 1)
            double[] y = {4, 5, 6, 7};
            double[] gradient = {-12, -9, -11};
            double[] minimum = {1, 2, 3};
            String json = "{'params': [{'shape': [1, 2], 'data': [0, 0]}, {'shape': [1], 'data': [0]}],"
                    + "'x': {'shape': [4, 2], 'data': [1, 0, 0, 1, 1, 1, 2, 1]},"
                    + "'y': {'shape': [4, 1], 'data': " + Arrays.toString(y) + "},"
                    + "'theta1': {'shape': [3], 'data': " + Arrays.toString(minimum) + "}, 'loss1': 0,"
                    + "'eta': {'shape': [3], 'data': [" + -minimum[0] / gradient[0] + "," + -minimum[1] / gradient[1]
                    + ","
                    + -minimum[2] / gradient[2] + "]}}";
            checkOneStep(backend, new ObjectMapper().readTree(json.replace('\'', '"')));
        }
    }

    // ---- discrete partition = Newton, trivial partition = Cauchy ----

    private static void checkNewtonAndCauchy(Backend backend, JsonNode json) {
        Objective objective = GoldenNetworks.network(json)
                .orElseThrow()
                .objective(
                        backend,
                        GoldenNetworks.inputs(backend, json.get("x")),
                        GoldenNetworks.targets(backend, json.get("y")));
        try (Tensor theta = GoldenNetworks.flat(backend, objective.layout(), json.get("params"))) {
            Refresh cauchy = refresh(objective, theta, new Partitioning.Trivial());
            close("Cauchy's step", Golden.numbers(json.get("eta_trivial")), cauchy.etaApplied(), TOLERANCE);

            Refresh newton = refresh(objective, theta, new Partitioning.Discrete());
            double[] u = Golden.numbers(json.get("gradient"));
            double[][] expected = Golden.matrix(json.get("hessian"));
            for (int i = 0; i < u.length; i++) {
                for (int j = 0; j < u.length; j++) {
                    expected[i][j] *= u[i] * u[j];
                }
            }
            double[][] hessian = newton.sample().hessian();
            close("diag(u) ∇²L diag(u)", Golden.flat(expected), Golden.flat(hessian), TOLERANCE);
            double[][] inverse = Matrices.inverse(hessian).values();
            double[] eta = new double[u.length];
            for (int i = 0; i < u.length; i++) {
                for (int j = 0; j < u.length; j++) {
                    eta[i] += inverse[i][j] * newton.sample().gradient()[j];
                }
            }
            close("η", Golden.numbers(json.get("eta_discrete")), eta, TOLERANCE);
            double[] step = new double[u.length];
            Arrays.setAll(step, i -> u[i] * eta[i]);
            close("Newton's step", Golden.numbers(json.get("newton_step")), step, TOLERANCE);
            // ∇²L has negative eigenvalues here, so that step leads to a saddle point: the method does not take it
            assertTrue(((RateSolution.Cubic) newton.solution())
                            .outcome()
                            .spectrum()
                            .smallest()
                    < 0);
            assertEquals(Status.NOT_POSITIVE_DEFINITE, newton.solution().status());
            assertFalse(Arrays.stream(newton.etaApplied()).anyMatch(rate -> rate != 0));
        }
    }

    private static Refresh refresh(Objective objective, Tensor theta, Partitioning partition) {
        NewtonSummary method = NewtonSummaries.fullBatch(partition, 1, 0, false);
        Problem problem = new Problem(objective.backend(), objective.layout(), Batches.always(objective), 0);
        try (Optimizer.Iteration iteration = method.start(problem)) {
            return iteration.step(theta, objective).refresh().orElseThrow();
        }
    }

    // ---- one scale and shift per group changes nothing ----

    private static void checkInvariance(Backend backend, JsonNode json) {
        GoldenProblem data = new GoldenProblem(backend, json);
        List<Objective> training = data.batches("train_batches");
        List<Objective> curvature = data.batches("hg_batches");
        double[] start = Golden.concatenated(json.get("params0"));
        double[] ones = spread(data.layout(), new double[] {1, 1, 1, 1});
        double[] zeros = new double[start.length];

        follow(json, "original", start, ones, zeros, training, curvature, data.layout());
        double[] a = spread(data.layout(), Golden.numbers(json.get("a")));
        double[] b = spread(data.layout(), Golden.numbers(json.get("b")));
        follow(json, "reparam", start, a, b, training, curvature, data.layout());
        double[] ntk = spread(data.layout(), Golden.numbers(json.get("ntk_a")));
        follow(json, "ntk", start, ntk, zeros, training, curvature, data.layout());
    }

    /** One number per tensor, repeated over its elements. */
    private static double[] spread(ParameterLayout layout, double[] perTensor) {
        double[] result = new double[layout.size()];
        for (int i = 0; i < layout.count(); i++) {
            int from = (int) layout.get(i).offset();
            Arrays.fill(result, from, from + layout.get(i).size(), perTensor[i]);
        }
        return result;
    }

    /** Trains θ̃ = (θ − b)/a and compares with the golden run of that name and, mapped back, with the original one. */
    private static void follow(
            JsonNode json,
            String run,
            double[] start,
            double[] a,
            double[] b,
            List<Objective> training,
            List<Objective> curvature,
            ParameterLayout layout) {
        Backend backend = training.get(0).backend();
        Tensor scale = GoldenNetworks.tensor(backend, a);
        Tensor shift = GoldenNetworks.tensor(backend, b);
        double[] first = new double[start.length];
        Arrays.setAll(first, i -> (start[i] - b[i]) / a[i]);
        JsonNode h = json.get("hyperparameters");
        NewtonSummary method = NewtonSummaries.everyStep(
                new Direction.Sgd(h.get("momentum").doubleValue(), 0, false, 0),
                new Partitioning.Canonical(),
                h.get("lambda_1").doubleValue(),
                h.get("lambda_int").doubleValue(),
                h.get("remove_negative").booleanValue());
        var batches = curvature.stream()
                .map(c -> new RescaledObjective(c, scale, shift))
                .iterator();
        try (Tensor theta = GoldenNetworks.tensor(backend, first);
                Optimizer.Iteration iteration =
                        method.start(new Problem(backend, layout, InTurn.of(batches::next), 0))) {
            for (int t = 0; t < training.size(); t++) {
                Step step = iteration.step(theta, new RescaledObjective(training.get(t), scale, shift));
                backend.axpyInPlace(1, step.update().orElseThrow(), theta);
                JsonNode golden = json.get(run).get(t);
                Refresh refresh = step.refresh().orElseThrow();
                String where = run + " step " + t + " ";
                close(
                        where + "H",
                        Golden.numbers(golden.get("H")),
                        Golden.flat(refresh.sample().hessian()),
                        TOLERANCE);
                close(where + "η", Golden.numbers(golden.get("eta")), refresh.etaUsed(), TOLERANCE);
                close(
                        where + "r",
                        Golden.numbers(golden.get("r")),
                        new double[] {
                            ((RateSolution.Cubic) refresh.solution()).outcome().r()
                        },
                        TOLERANCE);
                double[] values = host(backend, theta);
                close(where + "θ̃", Golden.numbers(golden.get("theta")), values, TOLERANCE);
                Arrays.setAll(values, i -> a[i] * values[i] + b[i]);
                close(where + "θ", Golden.numbers(json.get("original").get(t).get("theta")), values, TOLERANCE);
            }
        }
    }
}
