package soopt.report.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.results.ResultRun;
import soopt.report.SyntheticRuns;
import soopt.report.export.tensorboard.Events;
import soopt.report.read.Selection;

/** What TensorBoard would find of runs. */
class TensorBoardExportTest {
    @TempDir
    private Path results;

    @TempDir
    private Path out;

    private void export() {
        List<ResultRun> runs = Selection.runs(results, List.of());
        TensorBoardExport.write(runs, ExportFolder.open(out, false, () -> {}));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(out)) {
            return all.filter(file -> file.toString().contains("tfevents"))
                    .map(out::relativize)
                    .sorted()
                    .toList();
        }
    }

    private Map<String, List<Events.Event>> only() throws IOException {
        assertEquals(1, files().size());
        return Events.read(out.resolve(files().get(0)));
    }

    @Test
    void metrics_areCurvesByStepAndByEpoch_atTheirWallTimes() throws IOException {
        Path run = new SyntheticRuns(results).run("sweep").epochs(3).write();
        Files.writeString(run.resolve("meta.json"), "{\"started_at\": \"2026-01-02T00:00:00.25Z\"}");
        export();
        Map<String, List<Events.Event>> tags = only();
        List<Events.Event> loss = tags.get("metrics/train_loss");
        assertEquals(
                List.of(0L, 10L, 20L, 30L),
                loss.stream().map(Events.Event::step).toList());
        assertEquals(
                List.of(0L, 1L, 2L, 3L),
                tags.get("metrics_by_epoch/train_loss").stream()
                        .map(Events.Event::step)
                        .toList());
        for (int epoch = 0; epoch <= 3; epoch++) {
            assertEquals(
                    (float) (2 * Math.exp(-0.3 * epoch) * 1.1),
                    loss.get(epoch).value().getSimpleValue());
            assertEquals(1767312000.25 + 2 * epoch, loss.get(epoch).wallTime(), 1e-6);
        }
        assertFalse(tags.containsKey("metrics/test_loss"), "it was not measured");
        assertFalse(tags.containsKey("metrics/epoch"));
        assertTrue(files().get(0).toString().endsWith("events.out.tfevents.1767312000.soopt"));
    }

    @Test
    void ratesEigenvaluesAndSteps_areCurves() throws IOException {
        new SyntheticRuns(results).run("sweep").epochs(4).writeAll();
        export();
        Map<String, List<Events.Event>> tags = only();
        List<Events.Event> rates = tags.get("eta_used/conv1.bias");
        assertEquals(
                List.of(1L, 11L, 21L, 31L),
                rates.stream().map(Events.Event::step).toList());
        for (int epoch = 0; epoch < 4; epoch++) {
            double eta = SyntheticRuns.Run.eta(1, epoch);
            assertEquals((float) eta, rates.get(epoch).value().getSimpleValue());
            assertEquals(
                    (float) (2 * eta),
                    tags.get("eta_raw/conv1.bias").get(epoch).value().getSimpleValue());
            assertEquals(
                    (float) (0.1 * eta),
                    tags.get("eta_applied/conv1.bias").get(epoch).value().getSimpleValue());
        }
        assertEquals(4, tags.get("curvature/condition").size());
        assertEquals(4, tags.get("curvature/min_eigenvalue").size());
        assertEquals(
                (float) (-0.1 * Math.exp(-0.2)),
                tags.get("steps/actual_change").get(1).value().getSimpleValue());
        // between the rows of metrics.csv: step 11 of 10 a 2 s
        assertEquals(2.2, rates.get(1).wallTime(), 1e-9);
    }

    /** Signs of H̄ at an epoch as colours: red above 0, blue below. */
    @Test
    void matrices_arePicturesOfEachMoment_onOneScale() throws IOException {
        new SyntheticRuns(results).run("sweep").epochs(2).writeAll();
        export();
        Map<String, List<Events.Event>> tags = only();
        List<Events.Event> pictures = tags.get("matrices/hessian");
        assertEquals(
                List.of(0L, 10L, 20L), pictures.stream().map(Events.Event::step).toList());
        assertEquals(3, tags.get("matrices/inverse").size());
        for (int epoch = 0; epoch <= 2; epoch++) {
            double[][] hessian = SyntheticRuns.Run.hessian(6, epoch);
            BufferedImage image = image(pictures.get(epoch));
            int cell = image.getWidth() / 6;
            for (int s = 0; s < 6; s++) {
                for (int t = 0; t < 6; t++) {
                    int rgb = image.getRGB(t * cell + cell / 2, s * cell + cell / 2);
                    assertEquals(Math.signum(hessian[s][t]), Math.signum((rgb >> 16 & 0xff) - (rgb & 0xff)));
                }
            }
            assertEquals(
                    image(pictures.get(0)).getRGB(1, 1),
                    image.getRGB(1, 1),
                    "the largest entry is the same at all moments");
        }
        String description = pictures.get(0).value().getMetadata().getSummaryDescription();
        assertTrue(description.contains("`conv1.weight`, `conv1.bias`"), description);
        assertTrue(description.contains("±10.0"), description);
    }

    private static BufferedImage image(Events.Event event) throws IOException {
        byte[] png = event.value().getTensor().getStringVal(2).toByteArray();
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    @Test
    void runs_areFoldersOfReadableNames_perExperiment() throws IOException {
        SyntheticRuns runs = new SyntheticRuns(results);
        runs.run("sweep").optimizer("step-size", 0.3).seed(1).write();
        runs.run("sweep").optimizer("step-size", 0.1).seed(2).write();
        runs.run("other one").write();
        export();
        assertEquals(
                List.of(
                        "other_one/seed_1,feed0000",
                        "sweep/step-size_0.1,seed_2,feed0000",
                        "sweep/step-size_0.3,seed_1," + "feed0000"),
                files().stream().map(file -> file.getParent().toString()).toList());
    }

    @Test
    void theSameExport_givesTheSameBytes_andFollowsARunThatGoesOn() throws IOException {
        SyntheticRuns.Run run = new SyntheticRuns(results).run("sweep").epochs(2);
        run.writeAll();
        export();
        Path file = out.resolve(files().get(0));
        byte[] once = Files.readAllBytes(file);
        export();
        assertArrayEquals(once, Files.readAllBytes(file));
        run.epochs(3).write();
        export();
        assertEquals(4, only().get("metrics/train_loss").size());
    }

    @Test
    void brokenFolders_areExportedAsFarAsTheyAre() throws IOException {
        SyntheticRuns runs = new SyntheticRuns(results);
        Path torn = runs.run("a").epochs(2).writeAll();
        Path metrics = torn.resolve("metrics.csv");
        Files.writeString(metrics, Files.readString(metrics) + "3,30,1");
        Files.writeString(torn.resolve("curvature.jsonl"), "{\"step\": 1, \"cond");
        Files.writeString(torn.resolve("matrices/matrices.jsonl"), "{");
        Files.write(torn.resolve("config.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff, '\n'});
        Path empty = runs.run("b").write();
        for (String file : List.of("metrics.csv", "config.yaml")) {
            Files.delete(empty.resolve(file));
        }
        export();
        assertEquals(2, files().size());
        Map<String, List<Events.Event>> tags = Events.read(out.resolve(files().get(0)));
        assertEquals(3, tags.get("metrics/train_loss").size());
        assertFalse(tags.containsKey("curvature/condition"));
        assertFalse(tags.containsKey("matrices/hessian"));
        assertTrue(Events.read(out.resolve(files().get(1))).containsKey("run/about"));
    }
}
