package soopt.sweep.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.data.fetch.Store;
import soopt.experiment.Runner;
import soopt.experiment.SmallRun;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.file.CsvTable;

class EstimatorTest {
    private static final Store STORE = new Store(Path.of("datasets"), true);

    @TempDir
    Path results;

    /** The steps and the multiply-adds of training are those that the run itself counts. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "optimizer={type: sgd, step-size: 0.1}",
                "optimizer={type: newton-summary, step-size: 0.1, period: 2, partition: weights-biases}",
                "optimizer={type: newton-summary, step-size: 0.1, period: 5, partition: canonical}"
            })
    void estimatedWork_isWhatARunCounts(String optimizer) {
        Experiment experiment = SmallRun.experiment(
                optimizer, "training.epochs=6", "record.curvature.every=never", "record.steps.every=never");
        Estimate estimate;
        double gradient;
        try (Estimator estimator = new Estimator(1, STORE)) {
            estimate = estimator.of(experiment);
            Experiment none = SmallRun.experiment("training.epochs=0", "record.curvature.every=never");
            gradient = 3.0 * 784 * 6 + 3.0 * 6 * 10 - 784 * 6;
            assertTrue(estimator.multiplyAdds(none) > 0);
        }
        RunResult result = Runner.run(
                new Runner.Request(experiment, 7, results, STORE, "", List.of(), List.of("soopt"), Runner.Again.GO_ON),
                RunListener.SILENT,
                new StopSignal());
        CsvTable metrics = RunFolder.open(result.folder()).metrics();

        assertEquals(result.step(), estimate.steps());
        double counted = 64 * metrics.number(metrics.size() - 1, "gradient_equivalents");
        int test = experiment.dataset().load(STORE).test().size();
        double evaluations = 7 * (100 + test) / 3.0 + 400 / 3.0;
        assertEquals(counted + evaluations, estimate.multiplyAdds() / gradient, 0.05 * counted);
        assertTrue(estimate.seconds() > 0 && estimate.bytes() > 0);
    }

    @Test
    void diskOfARun_isAboutWhatItTakes() throws IOException {
        Experiment experiment = SmallRun.experiment(
                "optimizer={type: newton-summary, step-size: 0.01, period: 3}", "record.checkpoint.every=1 epoch");
        Estimate estimate;
        try (Estimator estimator = new Estimator(1, STORE)) {
            estimate = estimator.of(experiment);
        }
        RunResult result = Runner.run(
                new Runner.Request(experiment, 7, results, STORE, "", List.of(), List.of("soopt"), Runner.Again.GO_ON),
                RunListener.SILENT,
                new StopSignal());
        try (Stream<Path> files = Files.walk(result.folder())) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            double bytes =
                    all.stream().mapToDouble(file -> file.toFile().length()).sum();
            assertTrue(estimate.bytes() > bytes / 2 && estimate.bytes() < 2 * bytes, estimate + " but " + bytes);
            assertTrue(Math.abs(all.size() - Estimate.FILES) <= 5, all.toString());
        }
    }

    @Test
    void dataThatAreNotThere_leaveTheTimeOpen() {
        Experiment experiment = SmallRun.experiment(
                "dataset={type: dl4j, iterator: emnist-mnist}", "model.hidden=[4]", "dataset.limit=10");
        try (Estimator estimator = new Estimator(1, new Store(results, true))) {
            assertEquals(Estimate.UNKNOWN, estimator.of(experiment));
        }
    }
}
