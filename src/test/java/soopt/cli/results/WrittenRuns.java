package soopt.cli.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import soopt.experiment.folder.MetricsRow;
import soopt.file.Column;

/** Folders of runs that nobody ran: settings, losses and accuracies by epoch, and how they stand. */
final class WrittenRuns {
    private final Path results;
    private int runs;

    WrittenRuns(Path results) {
        this.results = results;
    }

    Path results() {
        return results;
    }

    Path experiment() {
        return results.resolve("written");
    }

    /**
     * Writes a run.
     *
     * @param rows train_loss and val_acc after each epoch from 0
     */
    Path add(double stepSize, long seed, String state, double[]... rows) {
        Path run = experiment().resolve("runs").resolve(String.format("%012x", 0xabc000L + runs++));
        try {
            Files.createDirectories(run);
            Files.writeString(run.resolve("config.yaml"), """
                    experiment: written
                    seeds: [%d]
                    dataset: {type: mnist-sample}
                    optimizer:
                      type: sgd
                      step-size: %s
                    training: {epochs: %d, batch-size: 4}
                    """.formatted(seed, stepSize, rows.length - 1));
            StringBuilder csv = new StringBuilder(String.join(",", Column.names(MetricsRow.COLUMNS)) + "\n");
            double best = -1;
            int bestEpoch = 0;
            for (int epoch = 0; epoch < rows.length; epoch++) {
                double accuracy = rows[epoch][1];
                bestEpoch = accuracy > best ? epoch : bestEpoch;
                best = Math.max(best, accuracy);
                csv.append(epoch + "," + 10 * epoch + ",0," + rows[epoch][0] + ",NaN,0.5," + accuracy + ",0.6,"
                        + accuracy / 2 + ",0.1,0," + 10 * epoch + ",0,0," + 10.0 * epoch + ",0,0,0," + runs
                        + ".5,0.0,0.0,0.1," + runs + ".75,1000,0\n");
            }
            Files.writeString(run.resolve("metrics.csv"), csv);
            Files.writeString(
                    run.resolve("status.json"),
                    String.format(
                            Locale.ROOT,
                            "{\"run_id\":\"%s\",\"state\":\"%s\",\"epoch\":%d,\"step\":%d,"
                                    + "\"heartbeat\":\"2026-01-02T03:04:05Z\",\"message\":\"%s\",\"best\":"
                                    + "{\"metric\":\"val_acc\",\"value\":%s,\"epoch\":%d},\"exit_code\":0,\"warnings\":[],"
                                    + "\"attempt\":1,\"host\":\"h\",\"pid\":1}",
                            run.getFileName(),
                            state,
                            rows.length - 1,
                            10 * (rows.length - 1),
                            state.equals("COMPLETED") ? "completed" : "it " + state,
                            best,
                            bestEpoch));
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
