package soopt.report.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import soopt.experiment.results.Results;

/** Folders of runs that nobody ran, of an experiment: settings, a loss by epoch, and how they stand. */
public final class ComparedRuns {
    private static final String HEADER =
            "epoch,step,samples_seen,train_loss,test_acc,gradient_equivalents,train_time_s,curvature_time_s";

    private final Path experiment;
    private int runs;

    /** Adds to those that are there. */
    public ComparedRuns(Path experiment) {
        this.experiment = experiment;
        this.runs = Results.runFolders(experiment).size();
    }

    /**
     * Writes a run of 10 steps and 20 gradient equivalents an epoch, which takes 3 s.
     *
     * @param settings as they stand in YAML behind "optimizer: {type: ", with the end of the braces and further lines
     * @param losses after each epoch from 0
     */
    public Path add(String settings, long seed, String state, double... losses) {
        return add("lenet", settings, seed, state, losses);
    }

    public Path add(String model, String settings, long seed, String state, double... losses) {
        Path run = experiment.resolve("runs").resolve(String.format("%012x", 0xabc000L + runs++));
        try {
            Files.createDirectories(run);
            Files.writeString(run.resolve("config.yaml"), """
                    experiment: %s
                    seeds: [%d]
                    dataset: {type: cifar10}
                    model: {type: %s}
                    training: {epochs: %d, batch-size: 100}
                    optimizer: {type: %s
                    """.formatted(
                            experiment.getFileName(), seed, model, losses.length - 1, settings));
            StringBuilder rows = new StringBuilder(HEADER + "\n");
            for (int epoch = 0; epoch < losses.length; epoch++) {
                rows.append(String.format(
                        Locale.ROOT,
                        "%d,%d,%d,%s,%s,%d.0,%d.0,%d.0%n",
                        epoch,
                        10 * epoch,
                        1000 * epoch,
                        losses[epoch],
                        1 - losses[epoch],
                        20 * epoch,
                        2 * epoch,
                        epoch));
            }
            Files.writeString(run.resolve("metrics.csv"), rows);
            Files.writeString(run.resolve("meta.json"), "{\"cpu\": \"a\", \"device\": \"CPU, 2 threads\"}");
            Files.writeString(run.resolve("status.json"), """
                    {"run_id": "%s", "state": "%s", "epoch": %d, "step": %d, "heartbeat": "2026-01-02T03:04:05Z",
                    "message": "%s", "exit_code": 0, "warnings": [], "attempt": 1, "host": "h", "pid": 1}""".formatted(
                            run.getFileName(), state, losses.length - 1, 10 * (losses.length - 1), state));
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A run for each seed from 1, whose losses fall from 1 to these. */
    public void seeds(String settings, List<Double> losses) {
        for (int i = 0; i < losses.size(); i++) {
            add(settings, i + 1, "COMPLETED", 1, losses.get(i));
        }
    }
}
