package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Subject;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Fisher;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partitioning;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.schedule.Plateau;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.RateSolution;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Step;
import soopt.solver.LineSearch;
import soopt.solver.kronecker.KroneckerFactors;

/**
 * Parameters after every step against torch.optim 1.13 and a Python reference of NewtonSummary, in float64 and in
 * float32.
 */
final class TrajectoryGoldenTest {
    /** The README's: per unit of the amplification that the file states. */
    private static final double TOLERANCE = 1e-11;
    /** The same amplification of float32's rounding, 20 steps of it. */
    private static final double FLOAT32_TOLERANCE = 20 * 0x1p-24;

    @TestFactory
    Stream<DynamicTest> parameters_followTheGoldenTrajectory() {
        return files().map(TrajectoryGoldenTest::test);
    }

    @TestFactory
    Stream<DynamicTest> parameters_stayNearIt_inFloat32() {
        return files().filter(file -> !Golden.name(file).matches("plateau.*|.*asis|newton_logistic.*|shampoo.*"))
                .map(file -> dynamicTest(
                        Golden.name(file),
                        () -> run(
                                Golden.read(file),
                                Precision.FLOAT32,
                                FLOAT32_TOLERANCE,
                                (golden, step, theta, tolerance) -> {
                                    close("theta", golden, theta, tolerance);
                                    return true;
                                })));
    }

    /** A method of each kind on a GPU, or through the stand-in. */
    @TestFactory
    Stream<DynamicTest> parameters_followIt_onAGpu() {
        return Subject.all()
                .filter(subject -> subject.engine().isGpu() && subject.precision() == Precision.FLOAT64)
                .flatMap(subject -> files().filter(
                                file -> Golden.name(file)
                                        .matches(
                                                "adam|sgd_momentum|kfac_conv|kfac_mlp|lbfgs_strong_wolfe|ns_plain_momlrs|ns_unif_mean"))
                        .map(file -> dynamicTest(
                                Golden.name(file),
                                () -> run(
                                        Golden.read(file),
                                        subject::open,
                                        TOLERANCE,
                                        TrajectoryGoldenTest::compareAll))));
    }

    private static Stream<Path> files() {
        return Golden.files("trajectory").stream()
                .filter(file -> !Golden.name(file).equals("mlp_data"));
    }

    private static DynamicTest test(Path file) {
        String name = Golden.name(file);
        JsonNode json = Golden.read(file);
        return dynamicTest(name, () -> {
            if (json.has("runs")) {
                compareLogistic(json);
            } else if (name.startsWith("shampoo")) {
                compareShampoo(json);
            } else if (name.startsWith("plateau")) {
                comparePlateau(json);
            } else if (name.startsWith("ns_") && name.contains("asis")) {
                run(json, Precision.FLOAT64, TOLERANCE, TrajectoryGoldenTest::compareSamplesBeforeDivergence);
            } else {
                run(json, Precision.FLOAT64, TOLERANCE, TrajectoryGoldenTest::compareAll);
            }
        });
    }

    /** Checks one step; says whether to go on. */
    private interface Check {
        boolean test(JsonNode golden, Step step, double[] theta, double tolerance);
    }

    private static void run(JsonNode json, Precision precision, double perUnit, Check check) {
        run(json, () -> Backends.cpu(precision, 1), perUnit, check);
    }

    private static void run(JsonNode json, Supplier<Backend> engine, double perUnit, Check check) {
        String name = json.get("name").asText();
        boolean fullBatch = name.matches("(method1_fullbatch|cauchy|lbfgs).*");
        try (Backend backend = engine.get()) {
            GoldenProblem data = new GoldenProblem(
                    backend,
                    json.has("data")
                            ? Golden.read("trajectory/" + json.get("data").asText())
                            : json);
            int steps = json.get("steps").size();
            List<Objective> training =
                    fullBatch ? GoldenProblem.repeated(data.wholeTrainingSet(), steps) : data.batches("train_batches");
            List<Objective> curvature = fullBatch || !data.has("hg_batches") ? training : data.batches("hg_batches");
            try (Tensor theta = data.start();
                    Optimizer.Iteration iteration = optimizer(name, json).start(data.problem(curvature))) {
                for (int t = 0; t < steps; t++) {
                    Step step = iteration.step(theta, withLabels(training.get(t), json.path("sampled_labels"), t));
                    step.update().ifPresent(update -> backend.axpyInPlace(1, update, theta));
                    double[] numbers = data.inOrder(theta);
                    double tolerance =
                            perUnit * Math.max(1, json.get("sensitivity").doubleValue());
                    if (!check.test(json.get("steps").get(t), step, numbers, tolerance)) {
                        return;
                    }
                }
            }
        }
    }

    /** Where the file draws the labels of the Fisher matrix, with those of the step. */
    private static Objective withLabels(Objective batch, JsonNode labels, int step) {
        String key = Integer.toString(step);
        return labels.has(key) ? new LabelledObjective(batch, Golden.numbers(labels.get(key))) : batch;
    }

    /** The conventions of the file: the decay begins after 20 samples of the factors. */
    private static KFac kFac(JsonNode h) {
        int statisticsPeriod = h.get("TCov").intValue();
        return new KFac(
                h.get("lr").doubleValue(),
                h.get("kl_clip").doubleValue(),
                KFac.Rescale.NONE,
                new Direction.KFac(
                        h.get("damping").doubleValue(),
                        false,
                        KroneckerFactors.Inverse.EIGEN,
                        Fisher.MC,
                        1,
                        statisticsPeriod,
                        h.get("TInv").intValue(),
                        h.get("stat_decay").doubleValue(),
                        KroneckerFactors.Start.IDENTITY,
                        h.path("momentum").doubleValue(),
                        h.path("weight_decay").doubleValue(),
                        20 * statisticsPeriod));
    }

    private static LBfgs lBfgs(JsonNode h, int history, boolean searches) {
        return new LBfgs(
                h.path("lr").asDouble(1),
                h.path("history_size").asInt(history),
                searches ? new LineSearch.StrongWolfe(1e-4, 0.9, 26, 1e-9) : new LineSearch.None(),
                new Pairs.Successive(),
                QuasiNewtonIteration.LowCurvature.SKIP,
                1e-10);
    }

    // ---- runs on a regularized logistic regression ----

    private static void compareLogistic(JsonNode json) {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            LogisticObjective objective = LogisticObjective.of(backend, json);
            for (var run : json.get("runs").properties()) {
                if (run.getKey().matches("(newton|cauchy|lbfgs).*")) {
                    compareLogistic(objective, Golden.numbers(json.get("w0")), run.getKey(), run.getValue());
                }
            }
        }
    }

    private static void compareLogistic(LogisticObjective objective, double[] start, String name, JsonNode run) {
        double step = run.path("step").asDouble(1);
        double delta = run.path("delta").asDouble();
        Optimizer method = name.startsWith("cauchy")
                ? new Cauchy(step)
                : name.startsWith("lbfgs")
                        ? lBfgs(run, 10, name.contains("strong_wolfe"))
                        : Methods.optimizer("{type: damped-newton, damping: {type: fixed, lambda: " + delta
                                + "}, step-size: " + step + "}");
        Backend backend = objective.backend();
        try (Tensor theta = backend.allocate(start.length);
                Optimizer.Iteration iteration =
                        method.start(new Problem(backend, objective.layout(), Batches.always(objective), 0))) {
            backend.fromHost(start, 0, theta);
            double[] w = new double[start.length];
            for (JsonNode golden : run.get("steps")) {
                backend.axpyInPlace(1, iteration.step(theta, objective).update().orElseThrow(), theta);
                backend.toHost(theta, w, 0);
                double error = Golden.relativeError(Golden.numbers(golden.get("w")), w);
                assertTrue(error <= TOLERANCE, name + " is off by " + error + " at step " + golden.path("step"));
            }
        }
    }

    private static Optimizer optimizer(String name, JsonNode json) {
        JsonNode h = json.path("hyperparameters");
        String kind = name.replaceFirst("_.*", "");
        return switch (kind) {
            case "sgd" ->
                new Sgd(
                        h.get("lr").doubleValue(),
                        new Direction.Sgd(
                                h.path("momentum").doubleValue(),
                                h.path("dampening").doubleValue(),
                                h.path("nesterov").asBoolean(),
                                h.path("weight_decay").doubleValue()),
                        Optional.empty());
            case "adam" ->
                new Adam(
                        h.get("lr").doubleValue(),
                        new Direction.Adam(
                                h.get("beta1").doubleValue(),
                                h.get("beta2").doubleValue(),
                                h.get("eps").doubleValue(),
                                h.path("weight_decay").doubleValue(),
                                false),
                        Optional.empty());
            case "ns" -> NewtonSummaries.golden(json);
            case "method1" ->
                NewtonSummaries.fullBatch(
                        new Partitioning.Canonical(),
                        h.get("lambda_1").doubleValue(),
                        h.get("lambda_int").doubleValue(),
                        h.get("remove_negative").booleanValue());
            case "cauchy" -> new Cauchy(1);
            case "lbfgs" -> lBfgs(h, 100, name.contains("strong_wolfe"));
            case "kfac" -> kFac(h);
            default -> fail("unknown kind of trajectory: " + name);
        };
    }

    private static boolean compareAll(JsonNode golden, Step step, double[] theta, double tolerance) {
        int t = golden.get("step").intValue();
        close("loss_before", golden, new double[] {step.loss()}, tolerance);
        close("theta", golden, theta, tolerance);
        step.trial().ifPresent(trial -> closeIfPresent("eta", golden, new double[] {trial.stepLength()}, tolerance));
        boolean refreshes = golden.has("H") && step.trial().isEmpty();
        assertEquals(refreshes, step.refresh().isPresent(), "curvature computed at step " + t);
        step.refresh().ifPresent(refresh -> compareRefresh(golden, refresh, tolerance));
        if (golden.has("updated")) {
            assertEquals(golden.get("updated").booleanValue(), step.update().isPresent(), "moves at step " + t);
        }
        return true;
    }

    private static void compareRefresh(JsonNode golden, Refresh refresh, double tolerance) {
        close("H", golden, Golden.flat(refresh.sample().hessian()), tolerance);
        close("g", golden, refresh.sample().gradient(), tolerance);
        closeIfPresent("order3", golden, refresh.sample().third(), tolerance);
        closeIfPresent("H_avg", golden, Golden.flat(refresh.averaged().hessian()), tolerance);
        closeIfPresent("g_avg", golden, refresh.averaged().gradient(), tolerance);
        closeIfPresent("order3_avg", golden, refresh.averaged().third(), tolerance);
        closeIfPresent("eta_raw", golden, refresh.etaRaw(), tolerance);
        closeIfPresent("eta", golden, refresh.etaUsed(), tolerance);
        closeIfPresent("lr", golden, refresh.etaApplied(), tolerance);
        closeIfPresent(
                "r",
                golden,
                new double[] {
                    ((RateSolution.Cubic) refresh.solution()).outcome().r()
                },
                tolerance);
        if (golden.has("found")) {
            assertEquals(golden.get("found").booleanValue(), refresh.solution().found());
        }
    }

    /** The public code's accumulators alias each other: samples are ours as long as θ is, averages never were. */
    private static boolean compareSamplesBeforeDivergence(
            JsonNode golden, Step step, double[] theta, double tolerance) {
        if (step.refresh().isPresent()) {
            Refresh refresh = step.refresh().get();
            close("H", golden, Golden.flat(refresh.sample().hessian()), tolerance);
            close("g", golden, refresh.sample().gradient(), tolerance);
            close("order3", golden, refresh.sample().third(), tolerance);
            double error = Golden.relativeError(
                    Golden.numbers(golden.get("H_avg")),
                    Golden.flat(refresh.averaged().hessian()));
            assertTrue(error > 1e-3, "the aliased average is expected to be wrong; its difference is " + error);
        }
        return !golden.get("updated").booleanValue();
    }

    private static void closeIfPresent(String key, JsonNode golden, double[] actual, double tolerance) {
        if (golden.has(key)) {
            close(key, golden, actual, tolerance);
        }
    }

    private static void close(String key, JsonNode golden, double[] actual, double tolerance) {
        double error = Golden.relativeError(Golden.numbers(golden.get(key)), actual);
        assertTrue(
                error <= tolerance,
                key + " of step " + golden.get("step").intValue() + " is off by " + error + ", tolerance " + tolerance);
    }

    private static void comparePlateau(JsonNode json) {
        for (JsonNode one : json.get("cases")) {
            comparePlateau(one, Golden.numbers(one.get("torch")), Plateau.Best.KEEP);
            comparePlateau(one, Golden.numbers(one.get("author")), Plateau.Best.RESET);
        }
    }

    private static void comparePlateau(JsonNode one, double[] expected, Plateau.Best best) {
        JsonNode h = one.get("hyperparameters");
        Plateau plateau = new Plateau(
                h.get("patience").intValue(),
                h.get("factor").doubleValue(),
                h.get("threshold").doubleValue(),
                h.path("cooldown").intValue(),
                best);
        Plateau.Watch watch = plateau.start();
        double stepSize = one.get("lambda_1").doubleValue();
        double[] losses = Golden.numbers(one.get("losses"));
        for (int epoch = 0; epoch < losses.length; epoch++) {
            stepSize *= watch.observe(losses[epoch]);
            assertEquals(
                    expected[epoch], stepSize, 1e-12 * stepSize, one.get("name").asText() + " " + best + ", " + epoch);
        }
    }

    /** The gradients are given; a kernel is the same in either order of memory. */
    private static void compareShampoo(JsonNode json) {
        for (JsonNode one : json.get("cases")) {
            int[] shape = Arrays.stream(Golden.numbers(one.get("shape")))
                    .mapToInt(n -> (int) n)
                    .toArray();
            compareShampoo(one, new ParameterLayout.Builder().add("w", ParameterLayout.Role.WEIGHT, 0, 1, shape));
            if (shape.length == 4) {
                compareShampoo(
                        one,
                        new ParameterLayout.Builder()
                                .addChannelsLast("w", ParameterLayout.Role.WEIGHT, 0, 1, shape[1], shape));
            }
        }
    }

    private static void compareShampoo(JsonNode json, ParameterLayout.Builder builder) {
        ParameterLayout layout = builder.build();
        ParameterLayout.Parameter parameter = layout.get(0);
        String spec = "{type: shampoo, period: 1, momentum: 0, epsilon: "
                + json.get("eps").doubleValue() + "}";
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor gradient = backend.allocate(layout.size());
                Tensor theta = backend.allocate(layout.size());
                Tensor update = backend.allocate(layout.size());
                Direction.Running direction = Methods.direction(spec)
                        .start(new Problem(backend, layout, InTurn.of(() -> fail("no batch")), 0), gradient)) {
            backend.fromHost(parameter.toMemory(Golden.numbers(json.get("W0"))), 0, theta);
            for (JsonNode step : json.get("steps")) {
                backend.fromHost(parameter.toMemory(Golden.numbers(step.get("G"))), 0, gradient);
                direction.nextScaled(theta, -json.get("lr").doubleValue(), update);
                backend.axpyInPlace(1, update, theta);
                double[] numbers = new double[layout.size()];
                backend.toHost(theta, numbers, 0);
                close("W", step, parameter.fromMemory(numbers), TOLERANCE);
            }
        }
    }
}
