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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;
import soopt.experiment.claim.Claim;
import soopt.experiment.claim.Owner;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.file.Temporary;
import soopt.file.WriteException;
import soopt.optimizer.step.Refresh;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

class RunnerTest {
    private static final String SUMMARY =
            "optimizer={type: newton-summary, step-size: 0.5, period: 2, partition: weights-biases, cubic: {damping: 3.0}}";

    @TempDir
    Path results;

    private Runner.Request request(boolean force, String... overrides) {
        return request(results, force, overrides);
    }

    private static Runner.Request request(Path results, boolean force, String... overrides) {
        return new Runner.Request(
                SmallRun.experiment(overrides),
                7,
                results,
                new Store(Path.of("datasets"), true),
                SmallRun.YAML,
                List.of(overrides),
                List.of("soopt", "run", "small.yaml"),
                force ? Runner.Again.FORCE : Runner.Again.GO_ON);
    }

    private static RunResult run(Runner.Request request) {
        return Runner.run(request, RunListener.SILENT, new StopSignal());
    }

    @Test
    void newtonSummary_recordsItsOwnGroupsAndMatrices() {
        RunResult result = run(request(false, SUMMARY));

        assertEquals(RunState.COMPLETED, result.state(), result.message());
        assertEquals(0, result.exitCode());
        assertEquals(14, result.step());
        JsonNode refresh =
                RunFiles.jsonLines(result.folder().resolve("curvature.jsonl")).get(0);
        assertEquals("[\"weights\",\"biases\"]", refresh.path("groups").toString());
        assertEquals(3.0, refresh.path("lambda_int").asDouble());
        assertEquals("converged", refresh.path("root_status").asText());
        JsonNode first = RunFiles.jsonLines(result.folder().resolve("matrices/matrices.jsonl"))
                .get(0);
        assertEquals(refresh.path("hbar_averaged"), first.path("hbar_averaged"));
        assertEquals(refresh.path("groups"), first.path("groups"));
        List<Double> losses = RunFiles.column(result.folder().resolve("metrics.csv"), "train_loss");
        assertTrue(losses.get(2) < losses.get(0), losses.toString());
    }

    @Test
    void ratesOfABudget_areRecordedAsTheyWereFound() {
        RunResult result = run(request(
                false,
                "optimizer={type: newton-summary, direction: adam, rates: {type: budget, shares: layers,"
                        + " calibrate: 0.3}}"));

        assertEquals(RunState.COMPLETED, result.state(), result.message());
        List<JsonNode> refreshes = RunFiles.jsonLines(result.folder().resolve("curvature.jsonl"));
        assertEquals(4, refreshes.size(), "steps 1, 2, 3 and 5 of the first 30 % of 14");
        JsonNode last = refreshes.get(3);
        assertTrue(last.path("frozen").asBoolean());
        assertEquals(0.02, last.path("kappa").asDouble());
        assertEquals(
                0.02 * last.path("initial_loss").asDouble(), last.path("budget").asDouble(), 1e-15);
        double spent = 0;
        for (int s = 0; s < 2; s++) {
            for (int t = 0; t < 2; t++) {
                double b = last.path("b").path(s).path(t).asDouble();
                assertEquals(Math.abs(last.path("hbar_averaged").path(s).path(t).asDouble()), b);
                spent += last.path("eta_raw").path(s).asDouble()
                        * b
                        * last.path("eta_raw").path(t).asDouble();
            }
        }
        assertEquals(last.path("budget").asDouble(), spent, 1e-10 * spent);
        Path rates = result.folder().resolve("learning_rates.csv");
        assertEquals(8, RunFiles.column(rates, "eta_applied").size());
        assertEquals(
                last.path("eta_applied").path(1).asDouble(),
                RunFiles.column(rates, "eta_applied").get(7));
        JsonNode matrices = RunFiles.jsonLines(result.folder().resolve("matrices/matrices.jsonl"))
                .get(2);
        assertEquals(last.path("hbar_averaged"), matrices.path("hbar_averaged"));
        assertEquals(last.path("b"), matrices.path("regularized"));
        List<Double> losses = RunFiles.column(result.folder().resolve("metrics.csv"), "train_loss");
        assertTrue(losses.get(2) < losses.get(0), losses.toString());
    }

    @Test
    void folder_holdsTheSpecAsWrittenAndAsResolved() {
        RunResult result = run(request(false, "training.epochs=1"));

        assertEquals(SmallRun.YAML, RunFiles.text(result.folder().resolve("source.yaml")));
        assertEquals("training.epochs=1\n", RunFiles.text(result.folder().resolve("overrides.txt")));
        Experiment resolved = Binder.bind(SpecSource.read(result.folder().resolve("config.yaml")), Experiment.class);
        assertEquals(SmallRun.experiment("training.epochs=1").run(7), resolved);
        assertEquals(resolved.runId(7), result.folder().getFileName().toString());
        JsonNode meta = RunFiles.json(result.folder().resolve("meta.json"));
        for (String key : List.of(
                "run_id",
                "experiment",
                "seed",
                "dataset",
                "soopt_version",
                "command",
                "host",
                "cpu",
                "java",
                "backend",
                "device",
                "precision",
                "threads",
                "nd4j_version",
                "started_at",
                "ended_at")) {
            assertTrue(meta.has(key), key);
        }
        assertEquals("mnist-sample", meta.path("dataset").asText());
        assertEquals("[\"soopt\",\"run\",\"small.yaml\"]", meta.path("command").toString());
    }

    @Test
    void finishedRun_isNotRunAgain_unlessForced() {
        RunResult first = run(request(false, "training.epochs=1"));
        RunResult again = run(request(false, "training.epochs=1"));
        RunResult forced = run(request(true, "training.epochs=1"));

        assertFalse(first.existed());
        assertTrue(again.existed());
        assertEquals(0, again.exitCode());
        assertTrue(again.message().startsWith("run " + first.runId() + " exists already (completed "), again.message());
        assertFalse(forced.existed());
        assertTrue(Files.exists(first.folder().resolveSibling(first.runId() + ".attempt-1/metrics.csv")));
        assertEquals(
                2,
                RunFiles.json(first.folder().resolve("status.json"))
                        .path("attempt")
                        .asInt());
    }

    @Test
    void unwritableResults_areReportedBeforeDataIsDecoded() throws IOException {
        Path file = Files.writeString(results.resolve("file"), "");
        Path damaged = Files.writeString(results.resolve("damaged.npz"), "");
        Runner.Request request = request(file, false, "dataset={type: npz, train: " + damaged + "}");

        assertThrows(RunDirectoryException.class, () -> run(request));
    }

    @Test
    void missingData_makesNoRunFolder() throws IOException {
        String missing = "dataset={type: npz, train: missing.npz, test: missing.npz}";

        assertThrows(DatasetException.class, () -> run(request(false, missing)));
        assertFalse(Files.exists(results.resolve("small")), "its id is not known without the data");
    }

    @Test
    void failure_isWrittenIntoTheFolderAndThrown() {
        RunListener broken = new RunListener() {
            @Override
            public void epoch(MetricsRow row) {
                throw new IllegalStateException("the listener broke");
            }
        };

        assertThrows(IllegalStateException.class, () -> Runner.run(request(false), broken, new StopSignal()));
        Path folder =
                results.resolve("small/runs").resolve(SmallRun.experiment().runId(7));
        assertEquals(
                "FAILED",
                RunFiles.json(folder.resolve("status.json")).path("state").asText());
        assertTrue(RunFiles.text(folder.resolve("run.log")).contains("at soopt.experiment."));
    }

    /** As a process that was stopped finds it when it goes on. */
    @Test
    void runThatWasTakenOver_stops_andLeavesTheFolderAlone() throws IOException {
        Path folder =
                results.resolve("small/runs").resolve(SmallRun.experiment().runId(7));
        Owner elsewhere = new Owner("elsewhere", "i", "b", "m", 1, "1", "");
        List<String> files = List.of("status.json", "meta.json", "run.log", "events.jsonl");
        List<String> before = new ArrayList<>();
        RunListener taken = new RunListener() {
            @Override
            public void epoch(MetricsRow row) {
                if (row.epoch() == 1) {
                    try {
                        Files.delete(RunDirectory.claimFile(folder));
                        Claim.acquire(RunDirectory.claimFile(folder), elsewhere, false);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    files.forEach(file -> before.add(RunFiles.text(folder.resolve(file))));
                }
            }
        };

        RunResult result = Runner.run(request(false), taken, new StopSignal());

        assertEquals(RunState.PREEMPTED, result.state());
        assertEquals(75, result.exitCode());
        assertTrue(
                result.message()
                        .matches("run \\w+ was taken over by elsewhere \\(pid 1\\) while this process was silent;"
                                + " this process stops after step 14 and leaves the folder alone"),
                result.message());
        assertEquals(
                before,
                files.stream().map(file -> RunFiles.text(folder.resolve(file))).toList());
        assertFalse(Files.exists(folder.resolve("checkpoints/last.npz")));
        assertTrue(Files.exists(RunDirectory.claimFile(folder)));
    }

    @Test
    void resultsFolderRemovedInMidRun_isAFailureToWrite() {
        RunListener removes = new RunListener() {
            @Override
            public void epoch(MetricsRow row) {
                Temporary.discard(results.resolve("small"));
            }
        };

        WriteException e =
                assertThrows(WriteException.class, () -> Runner.run(request(false), removes, new StopSignal()));
        assertTrue(e.getMessage().endsWith(": no such file or folder"), e.getMessage());
        assertFalse(Files.exists(results.resolve("small")));
    }

    @Test
    void cuda_withoutAGpuBackend_isADeviceError() {
        DeviceException e = assertThrows(DeviceException.class, () -> run(request(false, "device=cuda")));

        assertTrue(e.getMessage().contains("use device: cpu"), e.getMessage());
    }

    @Test
    void partitionThatDoesNotFit_isAnErrorOfTheSpec() {
        String partition = "optimizer.partition={groups: [{name: a, match: ['*', nothing]}]}";
        SpecException e = assertThrows(SpecException.class, () -> run(request(false, SUMMARY, partition)));

        assertEquals(1, e.problems().size(), e.getMessage());
        assertTrue(
                e.problems()
                        .get(0)
                        .startsWith(
                                "optimizer.partition: pattern 'nothing' of group 'a' matches no tensor; there are layers.0"),
                e.getMessage());
        assertFalse(Files.exists(results.resolve(
                "small/runs/" + SmallRun.experiment(SUMMARY, partition).runId(7))));
    }

    @Test
    void listener_hearsEveryStageInOrder() {
        List<String> heard = new ArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public void started(Start start) {
                heard.add("started " + start.steps());
            }

            @Override
            public void step(Progress progress) {
                if (progress.stepInEpoch() == progress.stepsPerEpoch()) {
                    heard.add("steps of epoch " + progress.epoch());
                }
            }

            @Override
            public void refreshed(long step, Refresh refresh) {
                heard.add("refreshed " + step);
            }

            @Override
            public void epoch(MetricsRow row) {
                heard.add("row " + row.epoch());
            }

            @Override
            public void finished(RunResult result) {
                heard.add("finished " + result.state());
            }
        };
        Runner.run(request(false, SUMMARY, "optimizer.period=7", "training.epochs=1"), listener, new StopSignal());

        assertEquals(
                List.of("started 7", "row 0", "refreshed 1", "steps of epoch 1", "row 1", "finished COMPLETED"), heard);
    }
}
