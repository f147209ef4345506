package soopt.experiment.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.InMemory;
import soopt.experiment.RunFiles;
import soopt.experiment.SmallRun;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.results.Results;
import soopt.file.CsvTable;
import soopt.npy.NpzFile;

/** fidelity.csv of a run. */
class FidelityRecordTest {
    private static final String ASKED = "record.fidelity={every: 2 steps}";

    @TempDir(factory = InMemory.class)
    Path results;

    private Path folder(String id) {
        return results.resolve("small/runs").resolve(id);
    }

    private CsvTable table(String id) {
        return RunFolder.open(folder(id)).fidelity();
    }

    /** Curvature is computed at steps 1, 4, 7, 10 and 13. */
    @Test
    void updatesAreMeasured_whereCurvatureIsComputedNext() {
        new SmallRun().with(ASKED).train(results, "a");
        CsvTable rows = table("a");
        assertEquals(5 * 5, rows.size());
        for (int i = 0; i < 25; i++) {
            assertEquals(1 + 3 * (i / 5), rows.number(i, "step"));
            assertEquals(
                    i % 5 == 0 ? "all" : "layers." + (i % 5 - 1) / 2 + (i % 5 % 2 == 1 ? ".weight" : ".bias"),
                    rows.text(i, "group"));
        }
    }

    @Test
    void withoutCurvature_theStepsOfTheIntervalAreMeasured() {
        new SmallRun().period(0).with(ASKED).train(results, "a");
        assertEquals(
                List.of(1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0),
                RunFiles.column(folder("a").resolve("fidelity.csv"), "step").stream()
                        .distinct()
                        .filter(step -> step <= 14)
                        .toList());
    }

    @Test
    void modelsOfSmallSteps_areRightOnTheirBatchAndDifferOnAnother() {
        new SmallRun().stepSize(1e-3).with(ASKED).train(results, "a");
        CsvTable rows = table("a");
        double held = 0;
        for (int i = 0; i < rows.size(); i++) {
            double actual = rows.number(i, "actual_change");
            assertEquals(actual, rows.number(i, "predicted_change_2"), 1e-2 * Math.abs(actual), "row " + i);
            assertEquals(actual, rows.number(i, "predicted_change_3"), 1e-4 * Math.abs(actual), "row " + i);
            held = Math.max(held, Math.abs(rows.number(i, "held_out_change") / actual - 1));
        }
        assertTrue(held > 0.01, "largest difference " + held);
    }

    /** Without an average, ridge and momentum the method's own model is Taylor's, to the last digits. */
    @Test
    void modelsOfNewtonSummary_areTaylorsOfItsBatch() {
        Path file = results.resolve("a.yaml");
        try {
            Files.writeString(file, SmallRun.YAML);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Cli.run(
                        "run",
                        file,
                        "--results",
                        results,
                        "--progress",
                        "none",
                        "optimizer={type: newton-summary, step-size: 0.5, period: 2, average: {type: none},"
                                + " direction: {type: sgd, momentum: 0.9}}",
                        "training.epochs=1",
                        ASKED)
                .expect(ExitCode.OK);
        Path run = Results.runFolders(results.resolve("small")).get(0);
        CsvTable rows = RunFolder.open(run).fidelity();
        assertTrue(rows.size() >= 15, "rows: " + rows.size());
        for (int i = 0; i < rows.size(); i++) {
            double taylor = rows.number(i, "predicted_change_2");
            assertEquals(taylor, rows.number(i, "model_change_2"), 1e-9 * Math.abs(taylor), "row " + i);
            boolean alone = rows.number(i, "group_index") >= 0;
            double third = rows.number(i, "predicted_change_3");
            if (alone) {
                assertEquals(third, rows.number(i, "model_change_3"), 1e-9 * Math.abs(third), "row " + i);
            }
        }
    }

    @Test
    void whatIsMeasured_changesNoOtherNumber() {
        new SmallRun().train(results, "without");
        new SmallRun().with(ASKED).train(results, "with");
        assertFalse(Files.exists(folder("without").resolve("fidelity.csv")));
        for (String name : List.of("steps.csv", "learning_rates.csv")) {
            assertEquals(
                    RunFiles.withoutTimes(folder("without").resolve(name)),
                    RunFiles.withoutTimes(folder("with").resolve(name)),
                    name);
        }
        assertEquals(
                RunFiles.column(folder("without").resolve("metrics.csv"), "gradient_equivalents"),
                RunFiles.column(folder("with").resolve("metrics.csv"), "gradient_equivalents"));
        assertEquals(
                NpzFile.read(folder("without").resolve("checkpoints/last.npz")).get("theta"),
                NpzFile.read(folder("with").resolve("checkpoints/last.npz")).get("theta"));
        List<Double> counted = RunFiles.column(folder("with").resolve("metrics.csv"), "record_summary_evals");
        List<Double> usual = RunFiles.column(folder("without").resolve("metrics.csv"), "record_summary_evals");
        assertEquals(2 * 5, counted.get(2) - usual.get(2), 0, "two summaries for each of five measurements");
    }

    /** Stopped after step 9, when the measurement of step 8 is owed until step 10. */
    @Test
    void aRunThatGoesOn_hasTheRowsOfOneThatWasNotInterrupted() {
        new SmallRun().with(ASKED).train(results, "whole");
        new SmallRun().with(ASKED).stopAfter(9).train(results, "parts");
        assertEquals(3 * 5, table("parts").size());
        new SmallRun().with(ASKED).resume(results, "parts");
        assertEquals(
                RunFiles.text(folder("whole").resolve("fidelity.csv")),
                RunFiles.text(folder("parts").resolve("fidelity.csv")));
    }

    @Test
    void rowsAfterACheckpoint_areCutBack() {
        String often = "record.checkpoint.every=4 steps";
        new SmallRun().with(ASKED).with(often).train(results, "whole");
        new SmallRun().with(ASKED).with(often).stopAfter(9).train(results, "parts");
        Path file = folder("parts").resolve("fidelity.csv");
        append(file, "99,9,-1,all,NaN,1,1,1,1,1,1,1,1\n99,9,");
        new SmallRun().with(ASKED).with(often).resume(results, "parts");
        assertEquals(RunFiles.text(folder("whole").resolve("fidelity.csv")), RunFiles.text(file));
    }

    private static void append(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
