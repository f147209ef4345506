package soopt.report.fidelity;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import soopt.experiment.folder.FidelityRow;
import soopt.experiment.results.ResultRun;
import soopt.file.CsvTable;
import soopt.report.read.Configuration;
import soopt.report.table.Spread;

/**
 * Changes of the loss that came over those that a model predicted, out of fidelity.csv and steps.csv.
 *
 * @param lines of each configuration, group, model and batch
 * @param sums of each configuration with fidelity.csv: what the changes of groups that move alone sum to, over that of
 *     all
 */
public record Ledger(List<Line> lines, Map<String, Spread> sums) {
    /** What predicts. */
    public enum Model {
        /** DL[δ] + D²L[δ,δ]/2 of the batch. */
        TAYLOR_2("Δ₂", "predicted_change_2"),
        /** That and D³L[δ,δ,δ]/6. */
        TAYLOR_3("Δ₃", "predicted_change_3"),
        /** The averages that the method solved with, to second order. */
        METHOD_2("Δ₂ of the averages", "model_change_2"),
        METHOD_3("Δ₃ of the averages", "model_change_3");

        private final String symbol;
        private final String column;

        Model(String symbol, String column) {
            this.symbol = symbol;
            this.column = column;
        }

        public String symbol() {
            return symbol;
        }
    }

    /** Where the change came. */
    public enum Batch {
        SAME("same batch", "actual_change", "batch_loss"),
        HELD_OUT("held-out batch", "held_out_change", "held_out_loss"),
        /** Of steps.csv. */
        TRAINING("training batch", "actual_change", "batch_loss");

        private final String words;
        private final String change;
        private final String loss;

        Batch(String words, String change, String loss) {
            this.words = words;
            this.change = change;
            this.loss = loss;
        }

        public String words() {
            return words;
        }
    }

    /**
     * Ratios of changes that came over those predicted.
     *
     * @param count how many; a group whose η is 0 gives none
     * @param below how many more are left out, because a change is no larger than the loss is exact
     * @param lower their first quartile
     * @param upper their third
     * @param within share of them in [½, 2]
     * @param sign share of them above 0: both changes have the same sign
     */
    public record Line(
            String configuration,
            String group,
            Model model,
            Batch batch,
            int count,
            int below,
            double lower,
            double median,
            double upper,
            double within,
            double sign) {}

    /** So many units in the last place of a loss its changes are exact to. */
    private static final double UNITS = 16;

    private record Key(String configuration, String group, Model model, Batch batch) {}

    /** Ratios of a key. */
    private static final class Ratios {
        private final List<Double> known = new ArrayList<>();
        private int below;

        void add(double actual, double predicted, double resolution) {
            boolean rests = actual == 0 && predicted == 0;
            if (rests || !Double.isFinite(actual) || !Double.isFinite(predicted)) {
                return;
            }
            if (Math.abs(actual) <= resolution || Math.abs(predicted) <= resolution) {
                below++;
            } else {
                known.add(actual / predicted);
            }
        }

        Line line(Key key) {
            double[] sorted =
                    known.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            ToDoubleFunction<double[]> within =
                    all -> Arrays.stream(all).filter(r -> r >= 0.5 && r <= 2).count() / (double) all.length;
            return new Line(
                    key.configuration,
                    key.group,
                    key.model,
                    key.batch,
                    sorted.length,
                    below,
                    quantile(sorted, 0.25),
                    quantile(sorted, 0.5),
                    quantile(sorted, 0.75),
                    within.applyAsDouble(sorted),
                    Arrays.stream(sorted).filter(r -> r > 0).count() / (double) sorted.length);
        }
    }

    /** Runs of a configuration together. */
    public static Ledger of(List<Configuration> configurations) {
        Map<Key, Ratios> ratios = new LinkedHashMap<>();
        Map<String, Spread> sums = new LinkedHashMap<>();
        for (Configuration configuration : configurations) {
            List<Double> shares = new ArrayList<>();
            for (ResultRun run : configuration.runs()) {
                boolean exact =
                        run.settings().getOrDefault("precision", "float32").equals("float64");
                double unit = UNITS * (exact ? Math.ulp(1.0) : Math.ulp(1f));
                addGroups(configuration.label(), run.folder(), unit, ratios, shares);
                addSteps(configuration.label(), run.folder(), unit, ratios);
            }
            if (!shares.isEmpty()) {
                sums.put(
                        configuration.label(),
                        Spread.of(
                                shares.stream().mapToDouble(Double::doubleValue).toArray()));
            }
        }
        List<Line> lines = new ArrayList<>();
        ratios.forEach((key, each) -> lines.add(each.line(key)));
        return new Ledger(List.copyOf(lines), sums);
    }

    private static void addGroups(
            String configuration, Path run, double unit, Map<Key, Ratios> ratios, List<Double> shares) {
        CsvTable table = CsvTable.read(run.resolve("fidelity.csv"));
        double whole = Double.NaN;
        double sum = 0;
        for (int row = 0; row < table.size(); row++) {
            String group = table.text(row, "group");
            for (Model model : Model.values()) {
                for (Batch batch : List.of(Batch.SAME, Batch.HELD_OUT)) {
                    add(new Key(configuration, group, model, batch), table, row, unit, ratios);
                }
            }
            boolean all = table.number(row, "group_index") < 0;
            whole = all ? table.number(row, "actual_change") : whole;
            sum = all ? 0 : sum + table.number(row, "actual_change");
            boolean last = row + 1 == table.size() || table.number(row + 1, "group_index") < 0;
            if (last && !all && Math.abs(whole) > unit * Math.abs(table.number(row, "batch_loss"))) {
                shares.add(sum / whole);
            }
        }
    }

    private static void addSteps(String configuration, Path run, double unit, Map<Key, Ratios> ratios) {
        CsvTable table = CsvTable.read(
                run.resolve("steps.csv"),
                List.of("predicted_change_2", "predicted_change_3", "actual_change", "batch_loss"));
        for (int row = 0; row < table.size(); row++) {
            for (Model model : List.of(Model.TAYLOR_2, Model.TAYLOR_3)) {
                add(new Key(configuration, FidelityRow.ALL, model, Batch.TRAINING), table, row, unit, ratios);
            }
        }
    }

    private static void add(Key key, CsvTable table, int row, double unit, Map<Key, Ratios> ratios) {
        double predicted = table.number(row, key.model.column);
        if (!Double.isNaN(predicted)) {
            ratios.computeIfAbsent(key, each -> new Ratios())
                    .add(
                            table.number(row, key.batch.change),
                            predicted,
                            unit * Math.abs(table.number(row, key.batch.loss)));
        }
    }

    /** Linear between order statistics; NaN of none. */
    private static double quantile(double[] sorted, double part) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = part * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
