package soopt.report.html;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.results.ResultRun;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.report.read.Selection;

/** Folders of runs that nobody ran, of any length and with any names. */
final class ReportRuns {
    private static final String[] ROLES = {"weight", "bias"};

    private final Path results;
    private int runs;

    ReportRuns(Path results) {
        this.results = results;
    }

    Path results() {
        return results;
    }

    List<ResultRun> all() {
        return Selection.runs(results, List.of());
    }

    /** A run as a test asks for it. */
    record Run(String experiment, long seed, double stepSize, double momentum, String state, String message) {
        static Run completed(long seed, double stepSize, double momentum) {
            return new Run("grid", seed, stepSize, momentum, "COMPLETED", "completed");
        }

        Run named(String name) {
            return new Run(name, seed, stepSize, momentum, state, message);
        }

        Run ended(String newState, String newMessage) {
            return new Run(experiment, seed, stepSize, momentum, newState, newMessage);
        }
    }

    /** Settings, metrics of so many epochs, how it stands, provenance. */
    Path add(Run run, int epochs) {
        Path folder =
                results.resolve(run.experiment).resolve("runs").resolve(String.format("%012x", 0xabc000L + runs++));
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("config.yaml"), """
                    experiment: %s
                    seeds: [%d]
                    dataset: {type: mnist-sample}
                    model: {type: mlp, hidden: [8]}
                    optimizer:
                      type: sgd
                      step-size: %s
                      momentum: %s
                    training: {epochs: 30, batch-size: 4}
                    """.formatted(
                            quoted(run.experiment), run.seed, run.stepSize, run.momentum));
            Files.writeString(folder.resolve("metrics.csv"), metrics(run, epochs));
            Files.writeString(
                    folder.resolve("status.json"),
                    new JsonObject()
                            .put("run_id", folder.getFileName().toString())
                            .put("state", run.state)
                            .put("epoch", epochs)
                            .put("step", 10L * epochs)
                            .put("heartbeat", "2026-01-02T03:04:05Z")
                            .put("message", run.message)
                            .put(
                                    "best",
                                    new JsonObject()
                                            .put("metric", "val_acc")
                                            .put("value", 0.9)
                                            .put("epoch", epochs))
                            .put("exit_code", 0)
                            .put("warnings", List.of())
                            .put("attempt", 1)
                            .put("host", "h")
                            .put("pid", 1)
                            .pretty());
            Files.writeString(
                    folder.resolve("meta.json"),
                    new JsonObject()
                            .put("run_id", folder.getFileName().toString())
                            .put("command", List.of("soopt", "run"))
                            .put("cpu", "a <b>processor</b>")
                            .pretty());
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String metrics(Run run, int epochs) {
        List<String> columns = Column.names(MetricsRow.COLUMNS);
        StringBuilder csv = new StringBuilder(String.join(",", columns) + "\n");
        for (int epoch = 0; epoch <= epochs; epoch++) {
            double loss =
                    2.3 * Math.exp(-run.stepSize * epoch) + 0.01 * run.seed + 0.003 * Math.sin(epoch * 1.7 + run.seed);
            StringBuilder row = new StringBuilder();
            for (String column : columns) {
                String value = switch (column) {
                    case "epoch" -> "" + epoch;
                    case "step", "grad_evals", "gradient_equivalents" -> "" + 10 * epoch;
                    case "samples_seen" -> "" + 40 * epoch;
                    case "train_loss" -> "" + loss;
                    case "val_loss" -> "" + 1.2 * loss;
                    case "val_acc" -> "" + (0.9 - 0.2 * loss / 2.3);
                    case "test_loss", "test_acc", "train_acc" -> "NaN";
                    case "step_size" -> "" + run.stepSize;
                    case "train_time_s" -> String.format(Locale.ROOT, "%.3f", epoch * (0.5 + 0.01 * run.seed));
                    default -> "0";
                };
                row.append(row.isEmpty() ? "" : ",").append(value);
            }
            csv.append(row).append('\n');
        }
        return csv.toString();
    }

    /** Learning rates and matrices of these groups: of each one rate is negative at times. */
    static void addCurvature(Path run, List<String> groups, int computations, int moments) {
        double shift = run.hashCode() % 1000 / 1e3;
        try {
            StringBuilder csv = new StringBuilder(
                    "step,epoch,group_index,group,role,parameters,eta_raw,eta_averaged,eta_used,eta_applied\n");
            for (int i = 0; i < computations; i++) {
                for (int s = 0; s < groups.size(); s++) {
                    double eta = Math.pow(10, s % 4 - 2)
                            * (1 + 0.3 * Math.sin(i + s + shift))
                            * (s == 1 && i % 5 == 3 ? -1 : 1);
                    csv.append(1 + 10 * i)
                            .append(',')
                            .append(1 + i)
                            .append(',')
                            .append(s)
                            .append(",\"");
                    csv.append(groups.get(s).replace("\"", "\"\""))
                            .append("\",")
                            .append(ROLES[s % 2])
                            .append(",4,");
                    csv.append(2 * eta)
                            .append(',')
                            .append(eta)
                            .append(',')
                            .append(eta)
                            .append(',');
                    csv.append(0.1 * eta).append('\n');
                }
            }
            Files.writeString(run.resolve("learning_rates.csv"), csv);
            Path matrices = Files.createDirectories(run.resolve("matrices"));
            StringBuilder lines = new StringBuilder();
            for (int m = 0; m < moments; m++) {
                lines.append(new JsonObject()
                                .put("step", 10L * m)
                                .put("epoch", m)
                                .put("moment", String.format("e%04d", m))
                                .put("source", "refresh")
                                .put("groups", groups)
                                .put("hbar_averaged", matrix(groups.size(), m, 1))
                                .put("hbar_averaged_inverse", matrix(groups.size(), m, -100))
                                .line())
                        .append('\n');
            }
            Files.writeString(matrices.resolve("matrices.jsonl"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double[][] matrix(int size, int moment, double scale) {
        double[][] rows = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                rows[i][j] = scale
                        * (1 + moment)
                        * Math.pow(10, -Math.abs(i - j))
                        * ((i + j) % 3 == 1 ? -1 : 1)
                        / (1 + i + j);
            }
        }
        return rows;
    }
}
