package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.data.fetch.Store;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;
import soopt.spec.yaml.SpecException;

/** How runs end that come to nothing or to less than they look like. */
class OutcomesTest {
    private static final String NEWTON = "optimizer={type: newton-summary, step-size: 0.1, period: 2}";

    @TempDir
    Path results;

    private RunResult run(RunListener listener, String... overrides) {
        Runner.Request request = new Runner.Request(
                SmallRun.experiment(overrides),
                7,
                results,
                new Store(Path.of("datasets"), true),
                SmallRun.YAML,
                List.of(overrides),
                List.of("soopt", "run"),
                Runner.Again.GO_ON);
        return Runner.run(request, listener, new StopSignal());
    }

    private RunResult run(String... overrides) {
        return run(RunListener.SILENT, overrides);
    }

    private static JsonNode status(RunResult result) {
        return RunFiles.json(result.folder().resolve("status.json"));
    }

    private static void expectStalled(RunResult result, String why) {
        assertEquals(RunState.STALLED, result.state(), result.message());
        assertEquals(6, result.exitCode());
        assertTrue(result.message().startsWith("no parameter moved in "), result.message());
        assertTrue(result.message().contains(why), result.message());
        assertEquals("STALLED", status(result).path("state").asText());
        assertEquals(6, status(result).path("exit_code").asInt());
    }

    // ---- nothing moved ----

    @Test
    void warmUpLongerThanTheRun_isNotCompleted() {
        RunResult result = run(NEWTON, "optimizer.average={type: uniform, window: 3, warm-up: 1000}");

        expectStalled(result, "14 steps: the warm-up takes 2000 steps; try a smaller optimizer.average.warm-up");
    }

    @Test
    void updatesBelowRounding_areNotCompleted() {
        String start = "model.init={weights: 1.0, biases: 1.0}";
        RunResult result = run("optimizer.step-size=1e-30", start);

        expectStalled(result, "every update was lost in rounding; try a larger optimizer.step-size");
        assertFalse(result.message().contains("float64"), "it is set already");
        expectStalled(
                run("optimizer.step-size=1e-60", "precision=float32", start),
                "every update was lost in rounding; try a larger optimizer.step-size or precision: float64");
    }

    @Test
    void zeroGradients_areNotCompleted() {
        RunResult result = run("model={type: mlp, hidden: [6], activation: relu, loss: mean-squared-error}", dead());

        expectStalled(result, "every gradient was 0");
    }

    /** Zero inputs and zero targets: the best there is from the start. */
    private String dead() {
        NpzFile.write(
                results.resolve("dead.npz"),
                Map.of("x", NpyArray.of(new double[40 * 3], 40, 3), "y", NpyArray.of(new double[40], 40, 1)));
        return "dataset={type: npz, train: " + results.resolve("dead.npz") + ", test: " + results.resolve("dead.npz")
                + "}";
    }

    @Test
    void noEpochs_isCompletedWithoutMoving() {
        assertEquals(RunState.COMPLETED, run("training.epochs=0").state());
    }

    @Test
    void refusedSteps_areCountedWithReasonsAndRemedies() {
        RunResult result = run(NEWTON, unscaled(), "precision=float32", "model.activation=relu");

        expectStalled(result, "no computation of the curvature gave learning rates");
        String warning = result.ending().warnings().get(0);
        assertTrue(warning.startsWith("4 of 4 computations of the curvature gave no learning rates ("), warning);
        assertTrue(warning.contains("inputs scaled to about 1 or precision: float64"), warning);
        assertEquals(warning, status(result).path("warnings").get(0).asText());
        JsonNode counts = status(result).path("curvature");
        assertEquals(4, counts.path("computed").asInt());
        assertEquals(4, counts.path("without_learning_rates").asInt());
        assertTrue(counts.path("reasons").path("not_finite").asInt() > 0, counts.toString());
    }

    /** Features of 3e6: D̄³ overflows float32. */
    private String unscaled() {
        Random random = new Random(3);
        float[] x = new float[200 * 5];
        long[] y = new long[200];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (3e12 * random.nextGaussian());
        }
        Arrays.setAll(y, i -> i % 2);
        Path file = results.resolve("unscaled.npz");
        NpzFile.write(file, Map.of("x", NpyArray.of(x, 200, 5), "y", NpyArray.of(y, 200)));
        return "dataset={type: npz, train: " + file + ", test: " + file + "}";
    }

    @Test
    void everyRefreshWithRates_isNoWarning() {
        RunResult result = run(NEWTON);

        assertEquals(RunState.COMPLETED, result.state());
        assertEquals(List.of(), result.ending().warnings());
        assertEquals(7, result.ending().refreshes().computed());
        assertEquals(
                0,
                status(result).path("curvature").path("without_learning_rates").asInt());
    }

    // ---- evaluations ----

    @ParameterizedTest
    @CsvSource({"float64,1e100,[6]", "float32,1e12,[6]", "float64,'1e130','[6,6,6]'"})
    void lastStepThatDestroysTheNetwork_isDiverged(String precision, String stepSize, String hidden) {
        RunResult result = run(
                "model={type: mlp, activation: relu, hidden: " + hidden + "}",
                "training={epochs: 1, batch-size: 400}",
                "optimizer.step-size=" + stepSize,
                "precision=" + precision);

        assertEquals(RunState.DIVERGED, result.state(), result.message());
        assertEquals(6, result.exitCode());
        assertTrue(result.message().startsWith("diverged after step 1: the validation loss is "), result.message());
        assertEquals(precision.equals("float32"), result.message().contains("precision: float64"), result.message());
        List<Double> losses = RunFiles.column(result.folder().resolve("metrics.csv"), "val_loss");
        assertEquals(2, losses.size(), "the row is written: it shows what happened");
        List<Double> accuracies = RunFiles.column(result.folder().resolve("metrics.csv"), "val_acc");
        assertEquals(Double.isFinite(losses.get(1)), Double.isFinite(accuracies.get(1)), "of what is no number");
        assertTrue(Files.exists(result.folder().resolve("incident/incident.json")));
        assertTrue(Double.isFinite(result.best().orElseThrow().value()));
    }

    @Test
    void startThatIsOfNoUse_isDivergedBeforeTheFirstStep() {
        RunResult result = run("model.init.weights=1e308");

        assertEquals(RunState.DIVERGED, result.state(), result.message());
        assertTrue(result.message().contains("the training loss is "), result.message());
        assertEquals(0, result.step());
        assertTrue(result.best().isEmpty(), result.best().toString());
    }

    @Test
    void evaluation_isAtItsIntervalAndAfterTheLastEpoch() {
        RunResult result = run("training.epochs=5", "evaluate.every=2 epochs");

        Path metrics = result.folder().resolve("metrics.csv");
        assertEquals(
                List.of(true, false, true, false, true, true),
                RunFiles.column(metrics, "test_loss").stream()
                        .map(loss -> !loss.isNaN())
                        .toList());
        assertTrue(RunFiles.column(metrics, "train_loss").stream().noneMatch(loss -> loss.isNaN()));
        assertEquals("val_acc", result.best().orElseThrow().metric(), "rows without it do not change the metric");
    }

    @Test
    void evaluationBySteps_hasRowsWithinTheEpoch() {
        RunResult result = run("evaluate.every=5 steps");

        Path metrics = result.folder().resolve("metrics.csv");
        assertEquals(List.of(0.0, 5.0, 7.0, 10.0, 14.0), RunFiles.column(metrics, "step"));
        assertEquals(List.of(0.0, 0.0, 1.0, 1.0, 2.0), RunFiles.column(metrics, "epoch"));
        assertEquals(
                List.of(true, true, false, true, true),
                RunFiles.column(metrics, "test_loss").stream()
                        .map(loss -> !loss.isNaN())
                        .toList());
    }

    @Test
    void limit_isTheMeanOverTheFirstExamples() {
        RunResult all = run("training.epochs=0", "evaluate.limit=1000000");
        RunResult some = run("training.epochs=0", "evaluate.limit=10");
        RunResult inPieces = run("training.epochs=0", "evaluate.limit=10", "training.evaluation-batch-size=3");

        double whole = all.last().orElseThrow().testLoss();
        double ten = some.last().orElseThrow().testLoss();
        assertTrue(Math.abs(whole - ten) > 1e-6, whole + " and " + ten);
        assertEquals(ten, inPieces.last().orElseThrow().testLoss(), 1e-12);
        assertEquals(
                all.last().orElseThrow().testLoss(),
                run("training.epochs=0").last().orElseThrow().testLoss());
    }

    @Test
    void evaluationByTheClock_isRefused() {
        SpecException e = assertThrows(SpecException.class, () -> SmallRun.experiment("evaluate.every=5 min"));

        assertTrue(e.getMessage().contains("every must count epochs or steps"), e.getMessage());
    }

    // ---- stops and failures of the machine ----

    @Test
    void stopBeforeTheRunBegins_writesNothing() {
        StopSignal stop = new StopSignal();
        stop.request(StopSignal.Reason.PREEMPT);
        Runner.Request request = new Runner.Request(
                SmallRun.experiment(),
                7,
                results,
                new Store(Path.of("datasets"), true),
                SmallRun.YAML,
                List.of(),
                List.of("soopt", "run"),
                Runner.Again.GO_ON);
        RunResult result = Runner.run(request, RunListener.SILENT, stop);

        assertEquals(RunResult.Work.NONE, result.work());
        assertEquals(75, result.exitCode());
        assertEquals("stopped by a signal before training began; nothing is written", result.message());
        assertFalse(Files.exists(results.resolve("small")));
    }

    @Test
    void checkpointThatCannotBeWritten_doesNotEndTraining() {
        StringBuilder said = new StringBuilder();
        RunListener blocker = new RunListener() {
            @Override
            public void started(Start start) {
                block(start.folder().resolve("checkpoints"));
            }

            @Override
            public void message(String text) {
                said.append(text).append('\n');
            }
        };
        RunResult result = run(blocker, "record.checkpoint.every=3 steps");

        assertEquals(RunState.COMPLETED, result.state());
        assertEquals(14, result.step());
        assertEquals(1, said.toString().lines().count(), said.toString());
        assertTrue(said.toString().startsWith("no checkpoint after step 3: cannot write "), said.toString());
        assertTrue(Files.exists(result.folder().resolve("checkpoints/weights.npz")));
        assertFalse(Files.exists(result.folder().resolve("checkpoints/next.npz")), "it would fill the disk");
    }

    /** Folders with something in them where the files of checkpoints should be. */
    private static void block(Path checkpoints) {
        try {
            Files.createDirectories(checkpoints.resolve("last.npz").resolve("x"));
            Files.createDirectories(checkpoints.resolve("prev.npz").resolve("x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void outOfMemory_isFailedWithTheCodeOfTheMachine() {
        RunListener greedy = new RunListener() {
            @Override
            public void epoch(MetricsRow row) {
                throw new OutOfMemoryError("Java heap space");
            }
        };

        assertThrows(OutOfMemoryError.class, () -> run(greedy));
        Path folder =
                results.resolve("small/runs").resolve(SmallRun.experiment().runId(7));
        JsonNode status = RunFiles.json(folder.resolve("status.json"));
        assertEquals("FAILED", status.path("state").asText());
        assertEquals(5, status.path("exit_code").asInt());
        assertTrue(status.path("message").asText().contains("Java heap space"));
    }
}
