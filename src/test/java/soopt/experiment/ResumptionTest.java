package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;
import soopt.data.examples.Data;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;
import soopt.experiment.checkpoint.Checkpoint;
import soopt.experiment.checkpoint.Generations;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.experiment.stress.Differences;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;
import soopt.optimizer.Optimizer;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/** A run that goes on from a checkpoint has the numbers of one that nobody interrupted, whatever it was. */
class ResumptionTest {
    private static final int STEPS = 12;
    private static final String SUMMARY = "optimizer={type: newton-summary, step-size: 0.5, period: 3,"
            + " direction: {type: sgd, momentum: 0.9}, average: {type: uniform, window: 2, warm-up: 1}}";

    @TempDir
    static Path data;

    @TempDir(factory = InMemory.class)
    Path results;

    private final List<String> heard = new ArrayList<>();

    /** 40 points in 4 dimensions of 3 classes. */
    @BeforeAll
    static void write() {
        Random random = new Random(3);
        double[] x = random.doubles(160, -1, 1).toArray();
        long[] y = random.longs(40, 0, 3).toArray();
        NpzFile.write(data.resolve("points.npz"), Map.of("x", NpyArray.of(x, 40, 4), "y", NpyArray.of(y, 40)));
    }

    private static Experiment experiment(String... overrides) {
        String yaml = """
                experiment: points
                seeds: [7]
                precision: float64
                threads: 1
                dataset: {type: npz, train: %1$s/points.npz, test: %1$s/points.npz, validation: 8}
                model: {type: mlp, hidden: [3], activation: tanh}
                optimizer: {type: sgd, step-size: 0.1, momentum: 0.9}
                training: {epochs: 3, batch-size: 8, curvature-batch-size: 8}
                record: {steps: {every: 2 steps}, checkpoint: {every: 3 steps}}
                """.formatted(data);
        return Binder.bind(SpecSource.parse("points.yaml", yaml).with(List.of(overrides)), Experiment.class);
    }

    private static Experiment with(Optimizer optimizer, Precision precision) {
        Experiment base = experiment("record.curvature.every=never");
        return new Experiment(
                base.experiment(),
                base.seeds(),
                precision,
                base.device(),
                base.threads(),
                base.dataset(),
                base.model(),
                optimizer,
                base.training(),
                base.evaluate(),
                base.record(),
                base.curvature(),
                base.sweep());
    }

    // ---- runs that end early ----

    /** Hears messages; does something when so many steps are done. */
    private RunListener at(long step, Runnable action) {
        return new RunListener() {
            @Override
            public void step(Progress progress) {
                if (progress.step() == step) {
                    action.run();
                }
            }

            @Override
            public void message(String text) {
                heard.add(text);
            }
        };
    }

    private RunResult run(
            Experiment experiment, String where, Runner.Again again, RunListener listener, StopSignal stop) {
        Runner.Request request = new Runner.Request(
                experiment,
                7,
                results.resolve(where),
                new Store(Path.of("datasets"), true),
                "",
                List.of(),
                List.of("soopt", "run"),
                again);
        return Runner.run(request, listener, stop);
    }

    private RunResult run(Experiment experiment, String where) {
        return run(experiment, where, Runner.Again.GO_ON, at(-1, () -> {}), new StopSignal());
    }

    /** Ends as a crash does after so many steps: no checkpoint is written then. */
    private void crash(Experiment experiment, String where, long step) {
        assertThrows(Crash.class, () -> run(experiment, where, Runner.Again.GO_ON, crashAt(step), new StopSignal()));
    }

    private RunListener crashAt(long step) {
        return at(step, () -> {
            throw new Crash();
        });
    }

    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private RunResult stop(Experiment experiment, String where, long step) {
        StopSignal stop = new StopSignal();
        return run(
                experiment, where, Runner.Again.GO_ON, at(step, () -> stop.request(StopSignal.Reason.PREEMPT)), stop);
    }

    private Path folder(Experiment experiment, String where) {
        return results.resolve(where).resolve("points/runs").resolve(experiment.runId(7));
    }

    // ---- the same numbers ----

    private static void expectSame(Path whole, Path parts, String where) {
        assertEquals(List.of(), Differences.of(whole, parts), where);
    }

    /** A crash at a random step, or a crash and a stop, and then to the end. */
    private void expectSameAfterInterruptions(Experiment experiment, Random random, boolean twice) {
        int crash = 5 + random.nextInt(STEPS - 7);
        int stop = crash + 1 + random.nextInt(STEPS - crash - 1);
        String where = experiment.optimizer() + ", crash after " + crash + ", stop after " + stop;
        RunResult whole = run(experiment, "whole");
        assumeTrue(whole.state() == RunState.COMPLETED, "it diverges before it can be interrupted");
        crash(experiment, "parts", crash);
        if (twice) {
            assertEquals(RunState.PREEMPTED, stop(experiment, "parts", stop).state(), where);
        }
        RunResult parts = run(experiment, "parts");
        assertEquals(whole.state(), parts.state(), where);
        assertEquals(whole.message(), parts.message(), where);
        assertEquals(
                whole.last().orElseThrow().testLoss(),
                parts.last().orElseThrow().testLoss(),
                where);
        expectSame(whole.folder(), parts.folder(), where);
        List<Double> restarts = RunFiles.column(parts.folder().resolve("metrics.csv"), "restart_count");
        assertEquals(twice ? 2 : 1, restarts.get(restarts.size() - 1), where);
        assertFalse(Files.exists(attempt(parts.folder())), where);
    }

    private static Path attempt(Path folder) {
        return folder.resolveSibling(folder.getFileName() + ".attempt-1");
    }

    /** In one of both types of numbers, by lot. */
    @ParameterizedTest
    @MethodSource("soopt.optimizer.OptimizersTest#optimizers")
    void everyOptimizer_goesOnToTheSameNumbers(Optimizer optimizer) {
        Random random = new Random(optimizer.toString().hashCode());
        Precision precision = random.nextBoolean() ? Precision.FLOAT32 : Precision.FLOAT64;
        expectSameAfterInterruptions(with(optimizer, precision), random, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "record.curvature.every=2 steps",
                "record.curvature.every=never",
                "record.curvature={every: 5 steps, full-batch: true}",
                "record.curvature={every: 1 steps, keep: 2}",
                "record.steps.every=1 step",
                "record.steps.every=1 epoch",
                "record.checkpoint.every=1 step",
                "record.checkpoint.every=1 epoch",
                "evaluate={every: 2 epochs, limit: 3}",
                "evaluate.every=3 steps",
                "evaluate.every=never",
                "training.plateau={patience: 0, threshold: 0.9, factor: 0.5}",
                "training.schedule={type: cosine, to: 0.1, warm-up: 3 steps}",
                "training={full-batch: true, epochs: 12, batch-size: 10}",
                "dataset.validation=0",
                "training.budget={early-stopping: {patience: 9}, gradient-equivalents: 500}",
            })
    void everySetting_goesOnToTheSameNumbers(String setting) {
        expectSameAfterInterruptions(experiment(SUMMARY, setting), new Random(setting.hashCode()), true);
    }

    // ---- which checkpoint ----

    private void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
    }

    private void expectSaid(String... lines) {
        for (String line : lines) {
            assertEquals(1, heard.stream().filter(text -> text.contains(line)).count(), line + " in " + heard);
        }
    }

    @Test
    void interruptedRun_saysWhereItGoesOn_andWhatInterruptedIt() {
        stop(experiment(), "a", 6);
        RunResult result = run(experiment(), "a");

        assertEquals(RunState.COMPLETED, result.state());
        expectSaid("seed 7: run " + result.runId() + " goes on from step 6 (epoch 2), interrupted at 2");
        expectSaid("(PREEMPTED: stopped by a signal after step 6 of 12)");
        JsonNode meta = RunFiles.json(result.folder().resolve("meta.json"));
        assertEquals(1, meta.path("earlier_processes").size());
        assertEquals(
                meta.path("started_at"), meta.path("earlier_processes").path(0).path("started_at"));
        assertTrue(meta.path("resumed_at")
                        .asText()
                        .compareTo(meta.path("started_at").asText())
                > 0);
        List<String> events = RunFiles.jsonLines(result.folder().resolve("events.jsonl")).stream()
                .map(event -> event.path("event").asText())
                .filter(name -> name.startsWith("run_"))
                .toList();
        assertEquals(List.of("run_started", "run_finished", "run_resumed", "run_started", "run_finished"), events);
    }

    @Test
    void damagedNewest_fallsBackToTheOneBefore_andSaysSo() throws IOException {
        RunResult whole = run(experiment(), "whole");
        stop(experiment(), "a", 8);
        damage(folder(experiment(), "a").resolve("checkpoints/last.npz"));
        RunResult result = run(experiment(), "a");

        expectSaid("last.npz is damaged", "goes on from step 6 (epoch 2)");
        expectSame(whole.folder(), result.folder(), heard.toString());
    }

    @Test
    void checkpointThatAKillKeptFromItsPlace_isTheNewest() throws IOException {
        RunResult whole = run(experiment(), "whole");
        stop(experiment(), "a", 8);
        Path checkpoints = folder(experiment(), "a").resolve("checkpoints");
        Files.move(checkpoints.resolve("last.npz"), checkpoints.resolve("next.npz"));
        RunResult result = run(experiment(), "a");

        expectSaid("goes on from step 8 (epoch 2)");
        expectSame(whole.folder(), result.folder(), heard.toString());
    }

    @Test
    void rowsThatAPowerCutTook_areMadeAnew_fromTheCheckpointBeforeThem() throws IOException {
        RunResult whole = run(experiment(), "whole");
        stop(experiment(), "a", 8);
        Path steps = folder(experiment(), "a").resolve("steps.csv");
        List<String> lines = Files.readAllLines(steps);
        Files.write(steps, lines.subList(0, lines.size() - 1));
        RunResult result = run(experiment(), "a");

        expectSaid("knows rows that steps.csv has lost", "goes on from step 6 (epoch 2)");
        expectSame(whole.folder(), result.folder(), heard.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"damaged", "missing", "columns", "matrices"})
    void runWithoutAGoodCheckpoint_beginsAnew_andSaysSo(String what) throws IOException {
        crash(experiment(), "a", 8);
        Path folder = folder(experiment(), "a");
        switch (what) {
            case "damaged" -> {
                damage(folder.resolve("checkpoints/last.npz"));
                damage(folder.resolve("checkpoints/prev.npz"));
            }
            case "missing" -> {
                Files.delete(folder.resolve("checkpoints/last.npz"));
                Files.delete(folder.resolve("checkpoints/prev.npz"));
            }
            case "columns" -> {
                String rows = Files.readString(folder.resolve("metrics.csv"));
                Files.writeString(folder.resolve("metrics.csv"), rows.replace("wall_time_s", "time_of_walls"));
            }
            default -> Files.writeString(folder.resolve("matrices/matrices.npz"), "");
        }
        RunResult result = run(experiment(), "a");

        assertEquals(RunState.COMPLETED, result.state());
        expectSaid("run " + result.runId() + " begins anew: the one that was interrupted at ", " is kept in ");
        assertTrue(Files.exists(attempt(folder).resolve("metrics.csv")));
        assertEquals(
                0,
                RunFiles.column(folder.resolve("metrics.csv"), "restart_count").get(3));
    }

    @Test
    void interruptedTwiceAtTheSameEvaluation_hasNoRowTwice() {
        String[] settings = {"evaluate.every=2 steps", "record.checkpoint.every=never"};
        RunResult whole = run(experiment(settings), "whole");
        StopSignal stop = new StopSignal();
        RunListener within = new RunListener() {
            @Override
            public void working(Work work, long done, long total) {
                stop.request(StopSignal.Reason.PREEMPT);
            }
        };
        run(experiment(settings), "a", Runner.Again.GO_ON, within, stop);
        crash(experiment(settings), "a", 1);
        stop(experiment(settings), "a", 2);
        crash(experiment(settings), "a", 3);
        RunResult result = run(experiment(settings), "a");

        expectSame(whole.folder(), result.folder(), heard.toString());
    }

    // ---- what was asked for ----

    @Test
    void restart_beginsAnew_whatWasInterrupted_andLeavesWhatIsFinished() {
        stop(experiment(), "a", 6);
        RunResult result = run(experiment(), "a", Runner.Again.RESTART, at(-1, () -> {}), new StopSignal());

        assertEquals(RunResult.Work.DONE_NOW, result.work());
        expectSaid("the earlier run (PREEMPTED at step 6) is kept in " + attempt(result.folder()));
        assertEquals(0, result.last().orElseThrow().restarts());
        assertTrue(run(experiment(), "a", Runner.Again.RESTART, RunListener.SILENT, new StopSignal())
                .existed());
    }

    @Test
    void runOfAnotherVersion_goesOn_withAWord() throws IOException {
        RunResult whole = run(experiment(), "whole");
        stop(experiment(), "a", 6);
        Path meta = folder(experiment(), "a").resolve("meta.json");
        ObjectNode object = (ObjectNode) RunFiles.json(meta);
        String now = object.path("soopt_version").asText();
        Files.writeString(meta, object.put("soopt_version", "0.0.1").toString());
        RunResult result = run(experiment(), "a");

        expectSaid("it goes on with soopt_version '" + now + "' instead of '0.0.1': the last digits may differ");
        expectSame(whole.folder(), result.folder(), heard.toString());
        assertEquals(
                "0.0.1",
                RunFiles.json(meta)
                        .path("earlier_processes")
                        .path(0)
                        .path("soopt_version")
                        .asText());
    }

    @Test
    void changedData_areAnotherRun_andOfTheSameRunARefusal() {
        new SmallRun().stopAfter(9).train(results, "a");
        SmallRun other = new SmallRun()
                .data(before -> new Data(
                        before.test(), before.test(), before.featureShape(), before.outputs(), before.validation()));
        DatasetException e = assertThrows(DatasetException.class, () -> other.resume(results, "a"));

        assertTrue(e.getMessage().startsWith("the data set holds other examples than when the run began"));
    }

    // ---- more epochs ----

    private RunResult extend(Experiment experiment) {
        return run(experiment, "a", Runner.Again.EXTEND, at(-1, () -> {}), new StopSignal());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "record.curvature.every=2 steps",
                "evaluate.every=2 epochs",
                "evaluate.every=5 steps",
                "evaluate.every=never",
                "training.plateau={patience: 0, threshold: 0.9, factor: 0.5}",
                "training.schedule={type: step, every: 5 steps}",
                "training.schedule={type: cosine, to: 0.1, over: 10 steps}",
                "training.budget={early-stopping: {metric: test-loss, patience: 9}, gradient-equivalents: 500}",
            })
    void extendedRun_hasTheNumbersOfOneLongRun(String setting) {
        Experiment shorter = experiment(SUMMARY, setting);
        Experiment longer = experiment(SUMMARY, setting, "training.epochs=5");
        RunResult whole = run(longer, "whole");
        RunResult before = run(shorter, "a");
        String metrics = RunFiles.text(before.folder().resolve("metrics.csv"));
        RunResult result = extend(longer);

        expectSaid("run " + result.runId() + " goes on from step 12 (epoch 4), with the numbers of run "
                + before.runId() + " of 3 epochs");
        assertEquals(5, result.epoch());
        expectSame(whole.folder(), result.folder(), setting);
        assertEquals(metrics, RunFiles.text(before.folder().resolve("metrics.csv")), "the shorter run stays");
        assertTrue(extend(longer).existed());
    }

    @Test
    void extension_goesOnFromTheLongestRun_whereverThatEnded_andIsInterruptedAsAny() {
        RunResult whole = run(experiment("training.epochs=5"), "whole");
        run(experiment("training.epochs=1"), "a");
        stop(experiment(), "a", 10);
        Experiment longer = experiment("training.epochs=5");
        assertThrows(Crash.class, () -> run(longer, "a", Runner.Again.EXTEND, crashAt(11), new StopSignal()));
        RunResult result = run(longer, "a");

        expectSaid("interrupted at ");
        expectSame(whole.folder(), result.folder(), heard.toString());
        assertEquals(2, result.last().orElseThrow().restarts());
    }

    @Test
    void scheduleThatDependsOnTheNumberOfEpochs_isRefused() {
        String cosine = "training.schedule={type: cosine, to: 0.1}";
        run(experiment(cosine), "a");
        Experiment longer = experiment(cosine, "training.epochs=5");
        SpecException e = assertThrows(SpecException.class, () -> extend(longer));

        assertTrue(
                e.getMessage().startsWith("training.schedule: depends on training.epochs: step 2 had 0.98"),
                e.getMessage());
        assertFalse(Files.exists(folder(longer, "a")));
    }

    @Test
    void ratesFoundInAPartOfTheRun_areExtendedOnlyIfThatPartStays() {
        String budget = "optimizer={type: newton-summary, rates: {type: budget, calibrate: ";
        run(experiment(budget + "0.5}}"), "a");
        Experiment other = experiment(budget + "0.5}}", "training.epochs=5");
        SpecException e = assertThrows(SpecException.class, () -> extend(other));
        assertTrue(
                e.getMessage()
                        .startsWith("optimizer.rates.calibrate: depends on training.epochs: rates were found in the"
                                + " first 6 steps of 3 epochs, and are found in the first 10 of 5"),
                e.getMessage());
        assertFalse(Files.exists(folder(other, "a")));

        Experiment longer = experiment(budget + "0.05}}", "training.epochs=5");
        RunResult whole = run(longer, "whole");
        run(experiment(budget + "0.05}}"), "a");
        expectSame(whole.folder(), extend(longer).folder(), "one step of either");
    }

    @Test
    void extensionOfNothing_beginsAnew_andSaysSo() {
        run(experiment("training.epochs=5"), "a");
        run(experiment("training.batch-size=16"), "a");
        RunResult result = extend(experiment());

        assertEquals(RunState.COMPLETED, result.state());
        expectSaid("run " + result.runId() + " begins anew: no run of fewer epochs of this experiment can be extended");
    }

    @Test
    void runThatIsRunning_isNotExtended() {
        stop(experiment(), "a", 10);
        Experiment longer = experiment("training.epochs=5");
        try (RunDirectory other =
                RunDirectory.claim(results.resolve("a"), "points", experiment().runId(7), false)) {
            RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> extend(longer));
            assertTrue(e.getMessage().startsWith("run " + other.id() + " is already running"), e.getMessage());
        }
    }

    /** A version whose methods keep other things: the work of the earlier one is not thrown away. */
    @Test
    void stateThatThisVersionDoesNotFind_isRefused_andStays() {
        stop(experiment(), "a", 6);
        Path last = folder(experiment(), "a").resolve("checkpoints/last.npz");
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            Generations generations = new Generations(last.getParent());
            Checkpoint checkpoint = generations
                    .newest(backend, found -> Optional.empty())
                    .checkpoint()
                    .orElseThrow();
            Checkpoint other = Checkpoint.empty(backend);
            for (String name : List.of("theta", "position", "clocks", "trainer", "marks", "counts.steps")) {
                other.putNumbers(name, checkpoint.getNumbers(name));
            }
            generations.save(other, () -> {});
        }
        RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> run(experiment(), "a"));

        assertTrue(
                e.getMessage().contains(" cannot go on here: the checkpoint has no 'counts.records'"), e.getMessage());
        assertTrue(e.getMessage().endsWith("or begin anew with run --restart"), e.getMessage());
        assertTrue(Files.exists(last));
    }
}
