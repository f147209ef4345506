package soopt.experiment.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.experiment.InMemory;
import soopt.experiment.RunFiles;
import soopt.experiment.SmallRun;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.folder.RunState;
import soopt.experiment.stress.Differences;
import soopt.file.CsvTable;
import soopt.npy.NpzFile;
import soopt.spec.SpecWriter;

/** Runs that are complete before their epochs are over. */
class BudgetTest {
    private static final int MOMENTS = 3;

    @TempDir(factory = InMemory.class)
    Path results;

    private Path folder(String id) {
        return results.resolve("small/runs").resolve(id);
    }

    private CsvTable metrics(String id) {
        return RunFolder.open(folder(id)).metrics();
    }

    private static SmallRun run(String budget) {
        return new SmallRun()
                .with("training.budget={" + budget + "}")
                .with("training.epochs=4")
                .with("evaluate={every: 3 steps, limit: 60}")
                .with("record.curvature.every=4 steps")
                .with("record.checkpoint.every=2 steps");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gradient-equivalents: 10 | completed 1 of 4 epochs: training.budget.gradient-equivalents = 10.0 are used up",
                "seconds: 1.0e-9 | completed 0 of 4 epochs: training.budget.seconds = 1.0E-9 are used up",
                "target: {metric: val-acc, value: 0.0} | completed 0 of 4 epochs: val_acc reached 0.0 (",
                "target: {metric: train-loss, value: 2.28} | completed 1 of 4 epochs: train_loss reached 2.28 (2.0",
                "early-stopping: {metric: val-loss, patience: 1, threshold: 10} | completed 0 of 4 epochs: val_loss did not improve on 2.41303",
                "early-stopping: {metric: val-loss, patience: 1, threshold: 10} | of epoch 0 in 2 evaluations",
                "target: {metric: test-acc, value: 1.0} | completed 4 epochs",
                "gradient-equivalents: 1.0e+9, seconds: 1.0e+9, early-stopping: {patience: 99} | completed 4 epochs",
            })
    void run_isCompleteWhenItsBudgetIsMet(String budget, String message) {
        Ending ending = run(budget).train(results, "a");

        assertEquals(RunState.COMPLETED, ending.state());
        assertEquals(0, ending.exitCode());
        assertTrue(ending.message().contains(message), ending.message());
        CsvTable rows = metrics("a");
        int last = rows.size() - 1;
        assertTrue(Double.isFinite(rows.number(last, "test_loss")), "it is evaluated where it ends");
        assertEquals(
                rows.number(last, "step"),
                RunFiles.json(folder("a").resolve("status.json")).path("step").asInt());
        assertTrue(Files.exists(folder("a").resolve("checkpoints/weights.npz")));
    }

    @Test
    void work_isNotExceededByMoreThanAStep() {
        run("gradient-equivalents: 10").train(results, "a");
        CsvTable rows = metrics("a");
        int last = rows.size() - 1;
        assertTrue(rows.number(last, "gradient_equivalents") >= 10);
        assertTrue(rows.number(last - 1, "gradient_equivalents") < 10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gradient-equivalents: 17",
                "gradient-equivalents: 13.2",
                "target: {metric: val-loss, value: 2.26}",
                "early-stopping: {metric: val-loss, patience: 2, threshold: 0.02}",
                "early-stopping: {metric: train-acc, patience: 0, threshold: 0.05}, gradient-equivalents: 30",
            })
    void interruptedRun_endsWhereAnUninterruptedOneDoes(String budget) {
        int moments = run(budget).momentsOf(results, "whole");
        Random random = new Random(budget.hashCode());
        for (int i = 0; i < MOMENTS; i++) {
            int moment = i == 0 ? moments - 2 : random.nextInt(moments);
            String id = "stopped" + i;
            Ending ending = run(budget).stopAtMoment(moment).train(results, id);
            if (ending.state() == RunState.PREEMPTED) {
                ending = run(budget).resume(results, id);
            }
            assertEquals(RunState.COMPLETED, ending.state());
            assertEquals(List.of(), Differences.of(folder("whole"), folder(id)), budget + ", moment " + moment);
            Path best = Path.of("checkpoints/best-weights.npz");
            assertEquals(
                    Files.exists(folder("whole").resolve(best)),
                    Files.exists(folder(id).resolve(best)));
            if (Files.exists(folder(id).resolve(best))) {
                assertEquals(
                        NpzFile.read(folder("whole").resolve(best)),
                        NpzFile.read(folder(id).resolve(best)),
                        "moment " + moment);
            }
        }
    }

    @Test
    void bestWeights_areThoseOfTheBestEpoch() {
        Ending ending = new SmallRun()
                .stepSize(1.5)
                .with("training={epochs: 6, batch-size: 64, budget: {early-stopping: {metric: val-loss, patience: 6}}}")
                .train(results, "a");
        assertEquals(RunState.COMPLETED, ending.state());
        double[] losses = metrics("a").numbers("val_loss");
        int best = 0;
        for (int i = 1; i < losses.length; i++) {
            best = losses[i] < losses[best] ? i : best;
        }
        // a run that is as long as the best epoch ends with these weights
        new SmallRun()
                .stepSize(1.5)
                .with("training={epochs: " + best + ", batch-size: 64}")
                .train(results, "b");
        NpzFile.read(folder("b").resolve("checkpoints/weights.npz"))
                .forEach((name, weights) -> assertArrayEquals(
                        weights.doubles(),
                        NpzFile.read(folder("a").resolve("checkpoints/best-weights.npz"))
                                .get(name)
                                .doubles(),
                        name));
    }

    @Test
    void keepBest_canBeLeftOut() {
        run("early-stopping: {metric: val-loss, keep-best: false}").train(results, "a");
        assertFalse(Files.exists(folder("a").resolve("checkpoints/best-weights.npz")));
    }

    @Test
    void experimentWithoutABudget_isTheSameAsBefore() {
        Experiment experiment = SmallRun.experiment();
        assertFalse(SpecWriter.toYaml(experiment).contains("budget"));
        assertNotEquals(
                experiment.runId(7),
                SmallRun.experiment("training.budget={seconds: 5}").runId(7));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.budget={seconds: 0} | must be > 0",
                "training.budget={target: {metric: val_los, value: 1}} | val-loss",
                "training.budget={early-stopping: {patience: -1}} | must be ≥ 0",
            })
    void mistakes_areLocated(String override, String words) {
        RuntimeException e = assertThrows(RuntimeException.class, () -> SmallRun.experiment(override));
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }
}
