package soopt.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntToDoubleFunction;
import soopt.curvature.Matrices;
import soopt.experiment.file.Keep;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.matrices.MatrixFiles;
import soopt.experiment.matrices.RecordedMatrices;
import soopt.file.Column;
import soopt.file.CsvStream;
import soopt.file.JsonObject;
import soopt.file.Numbers;

/** Folders of runs that nobody ran, with every file that pictures are made of; their numbers are formulas. */
public final class SyntheticRuns {
    /** Of every epoch. */
    public static final int STEPS = 10;

    private static final List<String> GROUPS =
            List.of("conv1.weight", "conv1.bias", "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias");

    private final Path results;
    private long runs = 0xfeed00000000L;

    public SyntheticRuns(Path results) {
        this.results = results;
    }

    /** A run to be written; the id of each is one more than that of the last. */
    public Run run(String experiment) {
        return new Run(experiment, results.resolve(experiment).resolve("runs").resolve(String.format("%012x", runs++)));
    }

    /** What is written of it. */
    public static final class Run {
        private final String experiment;
        private final Path folder;
        private final Map<String, String> optimizer = new LinkedHashMap<>(Map.of("type", "sgd"));
        private long seed = 1;
        private int epochs = 4;
        private String state = "COMPLETED";
        private List<String> groups = GROUPS;
        private IntToDoubleFunction loss = epoch -> 2 * Math.exp(-0.3 * epoch) * (1 + seed / 10.0);

        Run(String experiment, Path folder) {
            this.experiment = experiment;
            this.folder = folder;
        }

        /** A key of its optimizer. */
        public Run optimizer(String key, Object value) {
            optimizer.put(key, String.valueOf(value));
            return this;
        }

        public Run seed(long value) {
            seed = value;
            return this;
        }

        public Run epochs(int value) {
            epochs = value;
            return this;
        }

        public Run state(String value) {
            state = value;
            return this;
        }

        public Run groups(List<String> names) {
            groups = List.copyOf(names);
            return this;
        }

        /** The training loss after each epoch from 0. */
        public Run loss(IntToDoubleFunction value) {
            loss = value;
            return this;
        }

        /** config.yaml, status.json and metrics.csv. */
        public Path write() {
            try {
                Files.createDirectories(folder);
                StringBuilder config = new StringBuilder("experiment: " + experiment + "\nseeds: [" + seed
                        + "]\ndataset: {type: mnist-sample}\noptimizer:\n");
                optimizer.forEach((key, value) -> config.append("  " + key + ": " + value + "\n"));
                config.append("training: {epochs: " + epochs + ", batch-size: 4}\n");
                Files.writeString(folder.resolve("config.yaml"), config);
                Files.writeString(folder.resolve("status.json"), status());
                StringBuilder csv = new StringBuilder(String.join(",", Column.names(MetricsRow.COLUMNS)) + "\n");
                for (int epoch = 0; epoch <= epochs; epoch++) {
                    csv.append(metrics(epoch)).append('\n');
                }
                Files.writeString(folder.resolve("metrics.csv"), csv);
                return folder;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private String status() {
            return String.format(
                    Locale.ROOT,
                    "{\"run_id\":\"%s\",\"state\":\"%s\",\"epoch\":%d,\"step\":%d,\"heartbeat\":"
                            + "\"2026-01-02T03:04:05Z\",\"message\":\"it %s\",\"best\":{\"metric\":\"val_acc\","
                            + "\"value\":0.9,\"epoch\":%d},\"exit_code\":0,\"warnings\":[],\"attempt\":1,"
                            + "\"host\":\"h\",\"pid\":1}",
                    folder.getFileName(),
                    state,
                    epochs,
                    STEPS * epochs,
                    state,
                    epochs - 1);
        }

        private String metrics(int epoch) {
            int step = STEPS * epoch;
            double accuracy = 1 - 0.9 / (1 + epoch);
            return String.join(
                    ",",
                    "" + epoch,
                    "" + step,
                    "" + 4 * step,
                    Numbers.csv(loss.applyAsDouble(epoch)),
                    Numbers.csv(accuracy),
                    Numbers.csv(1.1 * loss.applyAsDouble(epoch)),
                    Numbers.csv(0.9 * accuracy),
                    "NaN,NaN,0.1,0," + step + ",0," + epoch + "," + Numbers.csv(1.5 * step) + ",0,0,0",
                    Numbers.csv(epoch * (1 + seed / 100.0)),
                    Numbers.csv(0.5 * epoch),
                    "0.0,0.1," + Numbers.csv(2.0 * epoch) + ",1000,0");
        }

        /**
         * The same and steps.csv, learning_rates.csv, curvature.jsonl and matrices/, as of an optimizer with curvature.
         */
        public Path writeAll() {
            optimizer.put("type", "newton-summary");
            write();
            try {
                Files.writeString(folder.resolve("steps.csv"), steps());
                Files.writeString(folder.resolve("learning_rates.csv"), rates());
                StringBuilder lines = new StringBuilder();
                for (int epoch = 0; epoch < epochs; epoch++) {
                    lines.append(refresh(epoch)).append('\n');
                }
                Files.writeString(folder.resolve("curvature.jsonl"), lines);
                Files.createDirectories(folder.resolve("matrices"));
                try (MatrixFiles files = new MatrixFiles(folder.resolve("matrices"), Keep.parse("all"))) {
                    for (int epoch = 0; epoch <= epochs; epoch++) {
                        files.write(matrices(epoch));
                    }
                }
                return folder;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private String steps() {
            StringBuilder csv = new StringBuilder(
                    String.join(",", Column.names(RunFolder.columns().get("steps.csv"))) + "\n");
            for (int epoch = 0; epoch < epochs; epoch++) {
                double actual = -0.1 * Math.exp(-0.2 * epoch);
                double second = actual * (1 + 0.2 * Math.sin(epoch));
                double third = actual * (1 + 0.02 * Math.cos(epoch));
                csv.append(STEPS * epoch + 1 + "," + (epoch + 1) + ",1.0,1.0,0.1,10.0," + second + "," + third + ","
                        + actual + "," + actual / second + "," + actual / third + ",0.1,,,,,,\n");
            }
            return csv.toString();
        }

        /** η of group s at the refresh of an epoch; that of group 1 is negative in every third. */
        public static double eta(int s, int epoch) {
            double size = Math.pow(10, -2 + 0.3 * s) * (1 + 0.5 * Math.sin(epoch + s));
            return s == 1 && epoch % 3 == 2 ? -size : size;
        }

        private String rates() {
            StringBuilder csv = new StringBuilder(
                    String.join(",", Column.names(RunFolder.columns().get("learning_rates.csv"))) + "\n");
            for (int epoch = 0; epoch < epochs; epoch++) {
                for (int s = 0; s < groups.size(); s++) {
                    double eta = eta(s, epoch);
                    String name = groups.get(s);
                    String role = name.contains("bias") ? "bias" : name.contains("weight") ? "weight" : "mixed";
                    csv.append(CsvStream.line(List.of(
                                    "" + (STEPS * epoch + 1),
                                    "" + (epoch + 1),
                                    "" + s,
                                    name,
                                    role,
                                    "100",
                                    "" + 2 * eta,
                                    "" + eta,
                                    "" + eta,
                                    "" + 0.1 * eta)))
                            .append('\n');
                }
            }
            return csv.toString();
        }

        private String refresh(int epoch) {
            double[][] hessian = hessian(groups.size(), epoch);
            Matrices.Spectrum spectrum = Matrices.spectrum(hessian);
            return new JsonObject()
                    .put("step", STEPS * epoch + 1)
                    .put("epoch", epoch + 1)
                    .put("groups", groups)
                    .put("hbar_averaged", hessian)
                    .put("root_status", "converged")
                    .put("hbar_positive_definite", spectrum.smallest() > 0)
                    .put("min_eigenvalue", spectrum.smallest())
                    .put("max_eigenvalue", spectrum.largest())
                    .put("condition", spectrum.condition())
                    .line();
        }

        /** H̄_st = 10^(1 − (s + t)/4), off the diagonal times ±0.5/(|s − t| (1 + epoch)). */
        public static double[][] hessian(int size, int epoch) {
            double[][] hessian = new double[size][size];
            for (int s = 0; s < size; s++) {
                for (int t = 0; t < size; t++) {
                    double scale = Math.pow(10, 1 - (s + t) / 4.0);
                    double sign = (s + t + epoch) % 3 == 0 ? -1 : 1;
                    hessian[s][t] = s == t ? scale : sign * scale * 0.5 / Math.abs(s - t) / (1 + epoch);
                }
            }
            return hessian;
        }

        private RecordedMatrices matrices(int epoch) {
            double[][] hessian = hessian(groups.size(), epoch);
            double[][] regularized = hessian(groups.size(), epoch);
            for (int s = 0; s < regularized.length; s++) {
                regularized[s][s] *= 2;
            }
            return new RecordedMatrices(
                    epoch,
                    (long) STEPS * epoch,
                    OptionalLong.of(Math.max(1, STEPS * (epoch - 1) + 1)),
                    new ArrayList<>(groups),
                    RecordedMatrices.Source.REFRESH,
                    hessian,
                    regularized,
                    Optional.empty(),
                    false);
        }
    }
}
