package soopt.experiment.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.experiment.RunFiles;
import soopt.experiment.file.CurvatureLog;
import soopt.experiment.file.Every;
import soopt.experiment.file.Keep;
import soopt.experiment.file.RecordSettings;
import soopt.experiment.matrices.GroupRates;
import soopt.experiment.matrices.RecordedMatrices;
import soopt.file.JsonObject;
import soopt.npy.NpzFile;
import soopt.optimizer.step.RateSolution;
import soopt.optimizer.step.Refresh;
import soopt.optimizer.step.Trial;
import soopt.solver.Solve;

/** What the recorder is told stands in the files, without any training. */
class RecorderTest {
    private static final Partition PARTITION = new Partition(
            new ParameterLayout.Builder()
                    .add("w", ParameterLayout.Role.WEIGHT, 0, 2, 2, 2)
                    .add("b", ParameterLayout.Role.BIAS, 0, 2, 2)
                    .build(),
            List.of(
                    new Partition.Group("w", "weight", List.of(new Partition.Slice(0, 0, 4))),
                    new Partition.Group("b", "bias", List.of(new Partition.Slice(1, 0, 2)))));

    @TempDir
    Path results;

    private Path folder() {
        return results.resolve("x/runs/a");
    }

    /** φ(t) has ḡ = (1, 2), H̄ = (4 1; 1 3), D̄³ = (0.6, −6); the averages are half as large. */
    private static Refresh refresh(double... third) {
        double[][] hessian = {{4, 1}, {1, 3}};
        CurvatureSummary sample = new CurvatureSummary(0.5, new double[] {1, 2}, hessian, third, new double[0][][]);
        CurvatureSummary averaged = new CurvatureSummary(
                0.25, new double[] {0.5, 1}, new double[][] {{2, 0.5}, {0.5, 1.5}}, third, new double[0][][]);
        CubicStep.Outcome solution =
                CubicStep.solve(averaged.hessian(), averaged.gradient(), new double[] {0.6, -6}, 1);
        return new Refresh(
                PARTITION,
                sample,
                averaged,
                new RateSolution.Cubic(solution),
                new double[] {0.1, 0.2},
                new double[] {0.3, -0.4},
                new double[] {0.3, 0},
                new double[] {0.5, 0.25},
                50,
                1.5);
    }

    private static MetricsRow metrics(int epoch, long step, double train, double validation, double accuracy) {
        return new MetricsRow(
                epoch, step, 0, train, 0, validation, accuracy, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private static StepRow step(long step, Optional<Trial> trial) {
        return new StepRow(step, 1, 3, 4, 5, 6, -0.5, -0.25, -1, 0.1, trial);
    }

    private static RecordSettings settings(CurvatureLog log, String keep) {
        return new RecordSettings(
                new RecordSettings.Curvature(Every.parse("1 epoch"), false, 1, Keep.parse(keep), log),
                new RecordSettings.Steps(Every.parse("100 steps")),
                new RecordSettings.Checkpoints(Every.parse("5 min")),
                Optional.empty());
    }

    private Recorder recorder(CurvatureLog log) {
        return recorder(settings(log, "all"));
    }

    private Recorder recorder(RecordSettings settings) {
        return new Recorder(
                RunDirectory.claim(results, "x", "a", false).create(), new JsonObject().put("dataset", "d"), settings);
    }

    private static void close(Recorder recorder) {
        recorder.close();
        recorder.directory().close();
    }

    private JsonNode status() {
        return RunFiles.json(folder().resolve("status.json"));
    }

    private List<String> temporaries() {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains(".tmp"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRunThatBegins_saysSo_andKeepsRoomForItsEnd() {
        Recorder recorder = recorder(CurvatureLog.FULL);
        assertEquals("RUNNING", status().path("state").asText());
        assertEquals(
                "d",
                RunFiles.json(folder().resolve("meta.json")).path("dataset").asText());
        assertFalse(RunFiles.json(folder().resolve("meta.json")).has("ended_at"));
        assertEquals(1, temporaries().size());
        assertEquals(1 << 15, folder().resolve(temporaries().get(0)).toFile().length());
        recorder.heartbeat(7, 70);
        assertEquals(0, status().path("epoch").asInt(), "a heart that has just beaten");
        close(recorder);
        assertEquals(List.of(), temporaries());
    }

    @ParameterizedTest
    @CsvSource({"COMPLETED, 0", "FAILED, 1", "DIVERGED, 6", "PREEMPTED, 75"})
    void theEnd_standsInEveryFileThatTellsIt(RunState state, int exitCode) {
        Recorder recorder = recorder(CurvatureLog.FULL);
        recorder.metrics(metrics(2, 20, 3, 0.5, 0.75));
        assertEquals(20, status().path("step").asInt(), "a reader sees how far it is");
        RefreshCount count = RefreshCount.NONE
                .with(CubicStep.Status.CONVERGED)
                .with(CubicStep.Status.UNBOUNDED)
                .with(CubicStep.Status.UNBOUNDED);
        recorder.finish(new Ending(state, "over").with(List.of("beware"), count), 2, 21);
        assertEquals(List.of(), temporaries(), "the room is free");

        List<JsonNode> events = RunFiles.jsonLines(folder().resolve("events.jsonl"));
        assertEquals(2, events.size());
        assertEquals("run_warning", events.get(0).path("event").asText());
        assertEquals("beware", events.get(0).path("message").asText());
        assertEquals("warning", events.get(0).path("level").asText());
        assertEquals(21, events.get(0).path("step").asInt());
        assertEquals(
                state == RunState.COMPLETED ? "info" : state == RunState.FAILED ? "error" : "warning",
                events.get(1).path("level").asText());
        for (JsonNode end : List.of(events.get(1), status())) {
            assertEquals(state.name(), end.path("state").asText());
            assertEquals(21, end.path("step").asInt());
            assertEquals(2, end.path("epoch").asInt());
            assertEquals("over", end.path("message").asText());
            assertEquals(exitCode, end.path("exit_code").asInt());
            assertEquals(
                    "{\"metric\":\"val_acc\",\"value\":0.75,\"epoch\":2}",
                    end.path("best").toString());
            assertEquals(
                    "{\"computed\":3,\"without_learning_rates\":2,\"reasons\":{\"unbounded\":2}}",
                    end.path("curvature").toString());
        }
        assertEquals(
                count,
                Status.read(folder()).orElseThrow().ending().orElseThrow().refreshes());
        assertFalse(Instant.parse(RunFiles.json(folder().resolve("meta.json"))
                        .path("ended_at")
                        .asText())
                .isBefore(recorder.status().heartbeat()));
        close(recorder);
    }

    @Test
    void aStackTrace_standsInTheLog_inTheRoomKeptForIt() {
        Recorder recorder = recorder(CurvatureLog.NEVER);
        recorder.event("epoch_finished", new JsonObject().put("epoch", 1), "one");
        recorder.warning("loss_grows", new JsonObject(), "two");
        recorder.trace(new IllegalStateException("boom"));
        assertEquals(List.of(), temporaries());
        List<String> log = RunFiles.text(folder().resolve("run.log")).lines().toList();
        assertTrue(log.get(0).endsWith(" info one") && log.get(1).endsWith(" warning two"), log.toString());
        assertEquals("java.lang.IllegalStateException: boom", log.get(2));
        assertTrue(log.get(3).startsWith("\tat "));
        assertEquals(
                List.of("info", "warning"),
                RunFiles.jsonLines(folder().resolve("events.jsonl")).stream()
                        .map(event -> event.path("level").asText())
                        .toList());
        close(recorder);
    }

    @Test
    void runThatGoesOn_hasTheNumbersUpToItsMarks_andTheBestOfThem() {
        Recorder recorder = recorder(CurvatureLog.FULL);
        double[] marks = new double[0];
        for (int step = 1; step <= 3; step++) {
            marks = step == 3 ? recorder.marks() : marks;
            recorder.metrics(metrics(step, step, 1, 1, step));
            recorder.step(step(step, Optional.empty()));
            recorder.matrices(matrices(step, OptionalLong.empty(), false));
            recorder.refresh(step, 1, refresh(0.6, -6));
            recorder.solver(step, 1, new JsonObject().put("shift", 0.5));
        }
        assertEquals(3, recorder.status().best().orElseThrow().value());
        recorder.goOn(marks, 2, 2, true);
        assertEquals(2, recorder.status().best().orElseThrow().value());
        assertEquals(2, recorder.status().step());
        close(recorder);
        assertEquals(8, NpzFile.names(folder().resolve("matrices/matrices.npz")).size());
        for (String name : List.of("matrices.csv", "groups.csv")) {
            List<Double> left = RunFiles.column(folder().resolve("matrices/" + name), "epoch");
            assertEquals(Set.of(1.0, 2.0), Set.copyOf(left), name);
        }
        assertEquals(List.of("e0001", "e0002"), moments());
        assertEquals(List.of(1.0, 2.0), RunFiles.column(folder().resolve("metrics.csv"), "step"));
        assertEquals(List.of(1.0, 2.0), RunFiles.column(folder().resolve("steps.csv"), "step"));
        assertEquals(List.of(1.0, 1.0, 2.0, 2.0), RunFiles.column(folder().resolve("learning_rates.csv"), "step"));
        assertEquals(2, RunFiles.jsonLines(folder().resolve("curvature.jsonl")).size());
        assertEquals(
                List.of("{\"step\":1,\"epoch\":1,\"shift\":0.5}", "{\"step\":2,\"epoch\":1,\"shift\":0.5}"),
                RunFiles.text(folder().resolve("solver.jsonl")).lines().toList());
    }

    @Test
    void streams_areClosed() {
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        close(recorder(CurvatureLog.FULL));
        long before = system.getOpenFileDescriptorCount();
        for (int i = 0; i < 20; i++) {
            Recorder recorder = recorder(CurvatureLog.FULL);
            recorder.matrices(matrices(i, OptionalLong.empty(), false));
            close(recorder);
        }
        assertTrue(system.getOpenFileDescriptorCount() < before + 15);
    }

    @Test
    void incident_isAFileOfItsFolder() {
        Recorder recorder = recorder(CurvatureLog.FULL);
        recorder.incident("incident.json", new JsonObject().put("loss", 3));
        assertEquals(
                3,
                RunFiles.json(folder().resolve("incident/incident.json"))
                        .path("loss")
                        .asInt());
        close(recorder);
    }

    // ---- refreshes ----

    @Test
    void refresh_isARowPerGroup_andAnObject() {
        Recorder recorder = recorder(CurvatureLog.FULL);
        Refresh refresh = refresh(0.6, -6);
        recorder.refresh(11, 2, refresh);
        close(recorder);
        assertEquals(
                List.of(
                        "step,epoch,group_index,group,role,parameters,eta_raw,eta_averaged,eta_used,eta_applied",
                        "11,2,0,w,weight,4,0.1,0.3,0.3,0.5",
                        "11,2,1,b,bias,2,0.2,-0.4,0.0,0.25"),
                RunFiles.text(folder().resolve("learning_rates.csv")).lines().toList());
        JsonNode object =
                RunFiles.jsonLines(folder().resolve("curvature.jsonl")).get(0);
        assertEquals("[\"w\",\"b\"]", object.path("groups").toString());
        assertEquals("[[4.0,1.0],[1.0,3.0]]", object.path("hbar").toString());
        assertEquals("[[2.0,0.5],[0.5,1.5]]", object.path("hbar_averaged").toString());
        assertEquals("[1.0,2.0]", object.path("g").toString());
        assertEquals("[0.5,1.0]", object.path("g_averaged").toString());
        assertEquals("converged", object.path("root_status").asText());
        assertEquals(
                ((RateSolution.Cubic) refresh.solution()).outcome().iterations(),
                object.path("iterations").asInt());
        assertTrue(object.path("hbar_positive_definite").asBoolean());
        assertEquals(1.75 - Math.sqrt(0.3125), object.path("min_eigenvalue").asDouble(), 1e-14);
        assertEquals(1.75 + Math.sqrt(0.3125), object.path("max_eigenvalue").asDouble(), 1e-14);
        assertEquals(50, object.path("batch_size").asInt());
        assertEquals(1.5, object.path("curvature_time_s").asDouble());
    }

    /** At t = −η with η = (0.5, 0.25): ḡ·t = −1; ½ tᵀH̄t = 0.5 + 0.125 + 0.09375; Σ D̄³t³/6 = −0.0125 + 0.015625. */
    @Test
    void predictions_areThoseOfTheTaylorModelOfTheBatch() {
        Recorder recorder = recorder(CurvatureLog.VECTORS);
        recorder.refresh(1, 1, refresh(0.6, -6));
        recorder.refresh(2, 1, refresh());
        close(recorder);
        List<JsonNode> objects = RunFiles.jsonLines(folder().resolve("curvature.jsonl"));
        JsonNode object = objects.get(0);
        assertEquals(-1, object.path("predicted_change_1").asDouble(), 1e-15);
        assertEquals(-0.28125, object.path("predicted_change_2").asDouble(), 1e-15);
        assertEquals(-0.278125, object.path("predicted_change_3_diagonal").asDouble(), 1e-15);
        assertFalse(object.has("hbar") || object.has("hbar_averaged"));
        assertEquals(-0.28125, objects.get(1).path("predicted_change_2").asDouble(), 1e-15);
        assertTrue(objects.get(1).path("predicted_change_3_diagonal").isNull(), "no third derivatives");
    }

    @Test
    void curvatureLogNever_leavesTheRates() {
        Recorder recorder = recorder(CurvatureLog.NEVER);
        recorder.refresh(1, 1, refresh(0.6, -6));
        close(recorder);
        assertEquals("", RunFiles.text(folder().resolve("curvature.jsonl")));
        assertEquals(2, RunFiles.rows(folder().resolve("learning_rates.csv")).size());
    }

    // ---- steps ----

    @Test
    void step_hasItsRatios_andWhatTheMethodKnows() {
        Recorder recorder = recorder(CurvatureLog.NEVER);
        recorder.step(step(1, Optional.empty()));
        recorder.step(step(
                2,
                Optional.of(new Trial(
                        0.5, -4, -1, 0.125, 3, true, Optional.of(new Solve(Solve.Ending.CONVERGED, 9, 1e-3))))));
        recorder.step(step(3, Optional.of(new Trial(Double.NaN, -4, 2, Double.NaN, 1, false, Optional.empty()))));
        close(recorder);
        List<String> rows = RunFiles.text(folder().resolve("steps.csv")).lines().toList();
        assertEquals("1,1,3.0,4.0,5.0,6.0,-0.5,-0.25,-1.0,2.0,4.0,0.1,,,,,,", rows.get(1));
        assertEquals("2,1,3.0,4.0,5.0,6.0,-0.5,-0.25,-1.0,2.0,4.0,0.1,0.5,0.25,1,9,3,0.125", rows.get(2));
        assertEquals("3,1,3.0,4.0,5.0,6.0,-0.5,-0.25,-1.0,2.0,4.0,0.1,,-0.5,0,,1,", rows.get(3));
    }

    // ---- matrices ----

    private static RecordedMatrices matrices(int epoch, OptionalLong refreshStep, boolean byStep) {
        CurvatureSummary summary = refresh(0.6, -6).sample();
        CubicStep.Outcome outcome = CubicStep.solve(summary.hessian(), summary.gradient(), summary.third(), 1);
        return new RecordedMatrices(
                epoch,
                10 * epoch,
                refreshStep,
                List.of("w", "b"),
                refreshStep.isPresent() ? RecordedMatrices.Source.REFRESH : RecordedMatrices.Source.TRAINING_SET,
                summary.hessian(),
                new double[][] {{5, 0}, {0, 4}},
                refreshStep.isPresent()
                        ? Optional.empty()
                        : Optional.of(new GroupRates(PARTITION.groups(), summary, outcome)),
                byStep);
    }

    @Test
    void matrices_areRowsOfOneTable_linesOfOneFile_andArraysOfOneArchive() {
        Recorder recorder = recorder(CurvatureLog.NEVER);
        recorder.matrices(matrices(3, OptionalLong.of(29), false));
        assertFalse(Files.exists(folder().resolve("matrices/groups.csv")));
        recorder.matrices(matrices(4, OptionalLong.empty(), true));
        close(recorder);
        Path matrices = folder().resolve("matrices");
        List<String> rows =
                RunFiles.text(matrices.resolve("matrices.csv")).lines().toList();
        assertEquals(1 + 2 * 4 * 2, rows.size());
        assertEquals("step,epoch,matrix,group,w,b", rows.get(0));
        assertEquals("30,3,hbar_averaged,w,4.0,1.0", rows.get(1));
        assertEquals("30,3,hbar_averaged,b,1.0,3.0", rows.get(2));
        assertEquals("40,4,regularized,b,0.0,4.0", rows.get(14));
        List<JsonNode> lines = RunFiles.jsonLines(matrices.resolve("matrices.jsonl"));
        assertEquals(
                "{\"step\":30,\"epoch\":3,\"moment\":\"e0003\",\"source\":\"refresh\",\"refresh_step\":29,"
                        + "\"groups\":[\"w\",\"b\"],\"hbar_averaged\":[[4.0,1.0],[1.0,3.0]]",
                lines.get(0).toString().split(",\"hbar_averaged_inverse")[0]);
        assertEquals("[[5.0,0.0],[0.0,4.0]]", lines.get(0).path("regularized").toString());
        assertEquals("training_set", lines.get(1).path("source").asText());
        RunFolder run = RunFolder.open(folder());
        assertEquals(8, run.matrices().size());
        assertArrayEquals(
                new double[] {0.2, 0, 0, 0.25},
                run.matrices().get("e0003.regularized_inverse").doubles(),
                1e-15);
        assertArrayEquals(
                new double[] {3 / 11.0, -1 / 11.0, -1 / 11.0, 4 / 11.0},
                run.matrices().get("s000040.hbar_inverse").doubles(),
                1e-15);
    }

    @Test
    void ratesOfGroups_standBesideTheMatrices_whereNoRefreshTellsThem() {
        Recorder recorder = recorder(CurvatureLog.NEVER);
        RecordedMatrices recorded = matrices(4, OptionalLong.empty(), false);
        recorder.matrices(recorded);
        close(recorder);
        CubicStep.Outcome step = recorded.rates().orElseThrow().step();
        Path matrices = folder().resolve("matrices");
        List<String> rows =
                RunFiles.text(matrices.resolve("groups.csv")).lines().toList();
        assertEquals("step,epoch,group_index,group,role,parameters,g,hbar_diagonal,d3,d,eta", rows.get(0));
        assertEquals("40,4,1,b,bias,2,2.0,3.0,-6.0," + step.model().scale()[1] + "," + step.eta()[1], rows.get(2));
        JsonNode object = RunFiles.jsonLines(matrices.resolve("matrices.jsonl")).get(0);
        assertEquals("[4,2]", object.path("parameters").toString());
        assertEquals(step.eta()[0], object.path("eta").get(0).asDouble());
        assertEquals(step.r(), object.path("r").asDouble());
        assertEquals("converged", object.path("root_status").asText());
    }

    @Test
    void matricesAfterACheckpoint_takeThePlaceOfThoseBehindIt() {
        Recorder first = recorder(CurvatureLog.NEVER);
        double[] marks = new double[0];
        for (int epoch = 1; epoch <= 3; epoch++) {
            first.matrices(matrices(epoch, OptionalLong.of(epoch), false));
            marks = epoch == 1 ? first.marks() : marks;
        }
        first.close();
        try (Recorder again = new Recorder(first.directory(), new JsonObject(), settings(CurvatureLog.NEVER, "all"))) {
            again.goOn(marks, 1, 10, true);
            again.matrices(matrices(2, OptionalLong.of(7), false));
        }
        first.directory().close();
        assertEquals(
                List.of("e0001", "e0001", "e0001", "e0001", "e0002", "e0002", "e0002", "e0002"),
                RunFolder.open(folder()).matrices().keySet().stream()
                        .map(name -> name.substring(0, 5))
                        .toList());
        assertEquals(List.of("e0001", "e0002"), moments());
    }

    private List<String> moments() {
        return RunFiles.jsonLines(folder().resolve("matrices/matrices.jsonl")).stream()
                .map(line -> line.path("moment").asText())
                .toList();
    }

    /** The moments in every file of matrices/. */
    private Set<List<Double>> keptEpochs() {
        Path matrices = folder().resolve("matrices");
        List<Double> lines = RunFiles.jsonLines(matrices.resolve("matrices.jsonl")).stream()
                .map(line -> line.path("epoch").asDouble())
                .toList();
        List<Double> rows = RunFiles.column(matrices.resolve("matrices.csv"), "epoch").stream()
                .distinct()
                .toList();
        List<Double> rates = RunFiles.column(matrices.resolve("groups.csv"), "epoch").stream()
                .distinct()
                .toList();
        List<Double> arrays = NpzFile.names(matrices.resolve("matrices.npz")).stream()
                .map(name -> Double.parseDouble(name.substring(1, 5)))
                .distinct()
                .toList();
        return new HashSet<>(List.of(lines, rows, rates, arrays));
    }

    @Test
    void keptMoments_areTheLastOnes_andThoseThatTheCheckpointBeforeTheNewestNeeds() {
        Recorder recorder = recorder(settings(CurvatureLog.NEVER, "2"));
        List<List<Double>> kept = new ArrayList<>();
        for (int epoch = 1; epoch <= 6; epoch++) {
            recorder.matrices(matrices(epoch, OptionalLong.empty(), false));
            if (epoch % 2 == 0) {
                recorder.checkpointed(recorder.marks());
                recorder.force();
                kept.add(moments().stream()
                        .map(name -> Double.parseDouble(name.substring(1)))
                        .toList());
            }
        }
        assertEquals(List.of(List.of(1.0, 2.0), List.of(1.0, 2.0, 3.0, 4.0), List.of(3.0, 4.0, 5.0, 6.0)), kept);
        recorder.finish(new Ending(RunState.COMPLETED, "done"), 6, 60);
        close(recorder);
        assertEquals(Set.of(List.of(5.0, 6.0)), keptEpochs());
    }

    @Test
    void keptMoments_areCutBackToACheckpoint() {
        Recorder recorder = recorder(settings(CurvatureLog.NEVER, "last"));
        double[] marks = new double[0];
        for (int epoch = 1; epoch <= 5; epoch++) {
            recorder.matrices(matrices(epoch, OptionalLong.empty(), false));
            marks = epoch < 4 ? recorder.marks() : marks;
            if (epoch < 4) {
                recorder.checkpointed(marks);
            }
        }
        recorder.close();
        recorder.directory().close();
        assertEquals(Optional.empty(), Recorder.misfit(folder(), marks));
        try (RunDirectory directory =
                        RunDirectory.claim(results, "x", "a", false).reopen();
                Recorder again = new Recorder(directory, new JsonObject(), settings(CurvatureLog.NEVER, "last"))) {
            again.goOn(marks, 3, 30, true);
            assertEquals(marks[marks.length - 1], again.marks()[marks.length - 1]);
            assertEquals(List.of("e0002", "e0003"), moments());
            again.matrices(matrices(4, OptionalLong.empty(), false));
            again.finish(new Ending(RunState.COMPLETED, "done"), 4, 40);
        }
        assertEquals(Set.of(List.of(4.0)), keptEpochs());
    }

    // ---- the best epoch ----

    private static Status running() {
        return new Status("a", RunState.RUNNING, 0, 0, Instant.EPOCH, "", Optional.empty(), 1, "h", 1);
    }

    private static String best(Status status) {
        return status.best()
                .map(best -> best.metric() + " " + best.value() + " " + best.epoch())
                .orElse("none");
    }

    @Test
    void best_isTheHighestAccuracy_elseTheLowestLoss_theFirstOfEquals() {
        double nan = Double.NaN;
        Status byAccuracy = running().after(metrics(1, 10, 5, 3, 0.5));
        assertEquals("val_acc 0.5 1", best(byAccuracy));
        assertEquals("val_acc 0.5 1", best(byAccuracy.after(metrics(2, 20, 1, 1, 0.5))));
        assertEquals("val_acc 0.5 1", best(byAccuracy.after(metrics(2, 20, 1, 1, 0.4))));
        assertEquals("val_acc 0.75 2", best(byAccuracy.after(metrics(2, 20, 9, 9, 0.75))));
        assertEquals("val_acc 0.5 1", best(byAccuracy.after(metrics(2, 20, 1, 1, nan))), "the metric stays");
        Status byLoss = running().after(metrics(1, 10, 5, 3, nan));
        assertEquals("val_loss 3.0 1", best(byLoss));
        assertEquals("val_loss 3.0 1", best(byLoss.after(metrics(2, 20, 1, 3, nan))));
        assertEquals("val_loss 2.5 2", best(byLoss.after(metrics(2, 20, 9, 2.5, nan))));
        assertEquals("val_loss 3.0 1", best(byLoss.after(metrics(2, 20, 1, 4, nan))));
        assertEquals("none", best(running().after(metrics(1, 10, nan, nan, nan))));
        Status after = byLoss.after(metrics(4, 40, 1, 1, nan));
        assertEquals(4, after.epoch());
        assertEquals(40, after.step());
        assertTrue(after.heartbeat().isAfter(Instant.EPOCH));
    }

    /** The training loss of half an epoch is of other examples than that of a whole one. */
    @Test
    void trainingLoss_isBestOfWholeEpochsOnly() {
        double nan = Double.NaN;
        Status start = running().after(metrics(0, 0, 5, nan, nan));
        assertEquals("train_loss 5.0 0", best(start), "before training all examples are seen");
        assertEquals("train_loss 5.0 0", best(start.after(metrics(0, 3, 1, nan, nan))), "within the first epoch");
        assertEquals("train_loss 4.0 1", best(start.after(metrics(1, 10, 4, nan, nan))));
        assertEquals("none", best(running().after(metrics(0, 3, 1, nan, nan))));
        Status validated = running().after(metrics(0, 0, 5, 3, nan)).after(metrics(0, 3, 5, 2, nan));
        assertEquals("val_loss 2.0 0", best(validated), "the validation set is whole at any moment");
    }

    @Test
    void countOfRefreshes_survivesACheckpoint_andTellsItsReasons() {
        RefreshCount count = RefreshCount.NONE
                .with(CubicStep.Status.CONVERGED)
                .with(CubicStep.Status.HARD_CASE)
                .with(CubicStep.Status.NOT_FINITE)
                .with(CubicStep.Status.HARD_CASE);
        assertEquals(4, count.computed());
        assertEquals(3, count.withoutRates());
        assertEquals(count, RefreshCount.restore(count.save()));
        assertEquals(
                List.of("1 × " + CubicStep.Status.NOT_FINITE.words(), "2 × " + CubicStep.Status.HARD_CASE.words()),
                count.reasons());
    }
}
