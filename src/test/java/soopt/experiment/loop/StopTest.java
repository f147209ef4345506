package soopt.experiment.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.experiment.RunFiles;
import soopt.experiment.SmallRun;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.RunState;
import soopt.npy.NpzFile;

/** A stop at any moment, between two steps or in the middle of longer work. */
class StopTest {
    private static final List<String> STREAMS = List.of("metrics.csv", "steps.csv", "learning_rates.csv");
    private static final int MOMENTS = 6;

    @TempDir
    Path results;

    private Path folder(String id) {
        return results.resolve("small/runs").resolve(id);
    }

    /** Runs whose work between the steps is in many pieces. */
    private static SmallRun run(String kind) {
        SmallRun run = new SmallRun()
                .with("training.evaluation-batch-size=40")
                .with("evaluate={every: 3 steps, limit: 120}")
                .with("record.checkpoint.every=1 step");
        return switch (kind) {
            case "refreshes" -> run.with("record.curvature.every=4 steps");
            case "full-batch-matrices" -> run.with("record.curvature={every: 1 epoch, full-batch: true}");
            case "matrices-by-step" -> run.period(0).with("record.curvature={every: 2 steps, full-batch: true}");
            case "schedule" ->
                run.with("training.schedule={type: cosine, warm-up: 3 steps, to: 0.1}")
                        .with("training.plateau={patience: 0, factor: 0.3, threshold: 0.9}")
                        .with("training.epochs=3")
                        .with("record.steps.every=1 step");
            case "full-batch" -> run.with("training={full-batch: true, epochs: 5}");
            default -> throw new IllegalArgumentException(kind);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"refreshes", "full-batch-matrices", "matrices-by-step", "full-batch", "schedule"})
    void stopAtAnyMoment_leavesValidFiles_andAStateThatGoesOnToTheSameNumbers(String kind) {
        int moments = run(kind).momentsOf(results, "whole");
        Random random = new Random(5);
        for (int i = 0; i < MOMENTS; i++) {
            String id = "stopped" + i;
            int moment = i == 0 ? 0 : random.nextInt(moments);
            String where = kind + ", moment " + moment + " of " + moments;
            Ending ending = run(kind).stopAtMoment(moment).train(results, id);

            assertTrue(ending.state() == RunState.PREEMPTED || moment > moments - 5, where + ": " + ending);
            expectValid(id, where);
            if (ending.state() == RunState.PREEMPTED) {
                assertEquals(1, ending.message().split("the same command goes on", -1).length - 1, ending.message());
                assertEquals(RunState.COMPLETED, run(kind).resume(results, id).state(), where);
            }
            for (String stream : STREAMS) {
                assertEquals(numbers("whole", stream), numbers(id, stream), where + ": " + stream);
            }
            Path matrices = Path.of("matrices/matrices.npz");
            assertEquals(
                    NpzFile.read(folder("whole").resolve(matrices)),
                    NpzFile.read(folder(id).resolve(matrices)),
                    where);
        }
    }

    private String numbers(String id, String stream) {
        return RunFiles.withoutTimes(folder(id).resolve(stream));
    }

    private void expectValid(String id, String where) {
        for (String file : RunFiles.files(folder(id))) {
            Path path = folder(id).resolve(file);
            if (file.endsWith(".csv")) {
                RunFiles.rows(path);
            } else if (file.endsWith(".json")) {
                RunFiles.json(path);
            } else if (file.endsWith(".jsonl")) {
                RunFiles.jsonLines(path);
            } else if (file.endsWith(".npz")) {
                NpzFile.read(path);
            } else {
                assertTrue(file.endsWith("run.log"), where + " left " + file);
            }
        }
        assertTrue(Files.exists(folder(id).resolve("checkpoints/last.npz")), where);
        JsonNode status = RunFiles.json(folder(id).resolve("status.json"));
        assertNotEquals("RUNNING", status.path("state").asText(), where);
    }

    @Test
    void stopDuringAnEvaluation_writesNoRowOfIt() {
        // the first moment is the first batch of the evaluation before training
        Ending ending = run("refreshes").stopAtMoment(1).train(results, "a");

        assertEquals(RunState.PREEMPTED, ending.state());
        assertEquals(75, ending.exitCode());
        assertEquals(0, RunFiles.rows(folder("a").resolve("metrics.csv")).size());
        assertFalse(RunFiles.json(folder("a").resolve("status.json")).has("best"));
    }

    @Test
    void firstReason_counts() {
        StopSignal stop = new StopSignal();
        stop.request(StopSignal.Reason.PREEMPT);
        stop.request(StopSignal.Reason.CANCEL);

        assertEquals(StopSignal.Reason.PREEMPT, stop.requested().orElseThrow());
        assertEquals(
                StopSignal.Reason.PREEMPT,
                assertThrows(Stopped.class, stop::check).reason());
    }

    @Test
    void workThatAsksNobody_isLeftBehindAtOnce() {
        StopSignal stop = new StopSignal();
        CountDownLatch never = new CountDownLatch(1);
        List<String> done = new ArrayList<>();
        Thread asker = new Thread(() -> stop.request(StopSignal.Reason.PREEMPT));

        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThrows(
                        Stopped.class,
                        () -> stop.unlessAsked(() -> {
                            asker.start();
                            await(never);
                            return done.add("late");
                        })));
        assertEquals(List.of(), done);
        never.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void workThatNobodyStops_givesItsResultOrItsOwnException() {
        StopSignal stop = new StopSignal();

        assertEquals("done", stop.unlessAsked(() -> "done"));
        IllegalStateException own = new IllegalStateException("own");
        assertEquals(
                own,
                assertThrows(
                        IllegalStateException.class,
                        () -> stop.unlessAsked(() -> {
                            throw own;
                        })));
    }
}
