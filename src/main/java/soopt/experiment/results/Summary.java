package soopt.experiment.results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.folder.Status;
import soopt.file.Column;
import soopt.file.CsvTable;
import soopt.file.JsonObject;
import soopt.file.Numbers;
import soopt.file.WholeFile;

/**
 * summary.csv and summary.json of an experiment: a row for each run, by what varies and then by seed. Of equal runs the
 * rows are equal but for the columns from {@value #MACHINE} on, which tell of the machine and of interruptions.
 */
public final class Summary {
    /** The first column that the same runs may have different numbers in. */
    public static final String MACHINE = "train_time_s";

    private static final List<String> LAST = List.of(
            "train_loss",
            "train_acc",
            "val_loss",
            "val_acc",
            "test_loss",
            "test_acc",
            "samples_seen",
            "loss_evals",
            "grad_evals",
            "hvp_evals",
            "summary_evals",
            "gradient_equivalents",
            "rejected_steps");

    private static final List<String> OF_THE_MACHINE = List.of(
            MACHINE,
            "curvature_time_s",
            "record_time_s",
            "eval_time_s",
            "wall_time_s",
            "peak_memory_bytes",
            "restart_count");

    private Summary() {}

    /**
     * A row; of metrics.csv it keeps what is told, however long that is.
     *
     * @param last the fields of the last evaluation by their columns; none if there is none
     * @param bestTestLoss at the best epoch; NaN if it is not known
     * @param bestTestAccuracy the same
     */
    private record Row(ResultRun run, Map<String, String> last, double bestTestLoss, double bestTestAccuracy) {
        static Row of(ResultRun run) {
            CsvTable metrics = RunFolder.open(run.folder()).metrics();
            int end = metrics.size() - 1;
            while (end > 0
                    && Double.isNaN(metrics.number(end, "val_loss"))
                    && Double.isNaN(metrics.number(end, "test_loss"))) {
                end--;
            }
            Map<String, String> last = new HashMap<>();
            for (List<String> names : List.of(LAST, OF_THE_MACHINE)) {
                for (String name : end < 0 ? List.<String>of() : names) {
                    last.put(name, metrics.text(end, name));
                }
            }
            int best = run.best().map(known -> rowOf(metrics, known)).orElse(-1);
            return new Row(
                    run,
                    last,
                    best < 0 ? Double.NaN : metrics.number(best, "test_loss"),
                    best < 0 ? Double.NaN : metrics.number(best, "test_acc"));
        }

        private static int rowOf(CsvTable metrics, Status.Best best) {
            for (int row = 0; row < metrics.size(); row++) {
                boolean isBest = (int) metrics.number(row, "epoch") == best.epoch()
                        && metrics.number(row, best.metric()) == best.value();
                if (isBest) {
                    return row;
                }
            }
            return -1;
        }

        /** As it is written in metrics.csv; NaN without a row. */
        Object last(String column) {
            String text = last.getOrDefault(column, "");
            return text.isEmpty() ? Double.NaN : text;
        }
    }

    /** The columns of summary.csv; a column for each key that varies stands where one with dots does here. */
    public static List<? extends Column<?>> columns() {
        return columns(List.of("…"));
    }

    private static List<Column<Row>> columns(List<String> varied) {
        List<Column<Row>> columns = new ArrayList<>();
        columns.add(new Column<>("run_id", row -> row.run.id(), "name of its folder"));
        columns.add(new Column<>("seed", row -> row.run.seed(), "seed"));
        for (String key : varied) {
            columns.add(new Column<>(key, row -> row.run.settings().getOrDefault(key, ""), "setting that varies"));
        }
        columns.add(new Column<>("state", row -> row.run.standing().name(), "how it stands"));
        columns.add(new Column<>("epochs", row -> row.run.epochs(), "epochs that it is to have"));
        columns.add(new Column<>("epoch", row -> row.run.epoch(), "epochs done"));
        columns.add(
                new Column<>("step", row -> row.run.status().map(Status::step).orElse(0L), "steps done"));
        columns.add(new Column<>(
                "best_metric", row -> row.run.best().map(Status.Best::metric).orElse(""), "what best is by"));
        columns.add(new Column<>(
                "best_value", row -> row.run.best().map(Status.Best::value).orElse(Double.NaN), "its best value"));
        columns.add(new Column<>(
                "best_epoch",
                row -> row.run.best().<Object>map(Status.Best::epoch).orElse(""),
                "epoch of that"));
        columns.add(new Column<>("best_test_loss", Row::bestTestLoss, "test_loss at best_epoch"));
        columns.add(new Column<>("best_test_acc", Row::bestTestAccuracy, "test_acc at best_epoch"));
        addLast(columns, LAST);
        addLast(columns, OF_THE_MACHINE);
        columns.add(new Column<>("reason", row -> row.run.reason(), "in words"));
        return columns;
    }

    /** With the digits that they are written with in metrics.csv: whole numbers are no decimals. */
    private static void addLast(List<Column<Row>> columns, List<String> names) {
        for (String name : names) {
            Column<MetricsRow> known = MetricsRow.COLUMNS.stream()
                    .filter(column -> column.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            columns.add(new Column<>(name, row -> row.last(name), known.meaning() + "; at the last evaluation"));
        }
    }

    /**
     * Writes both files, each at once.
     *
     * @param runs of one experiment
     * @return their paths
     */
    public static List<Path> write(Path experiment, List<ResultRun> runs) {
        List<String> varied = Varied.keys(runs);
        List<Column<Row>> columns = columns(varied);
        StringBuilder csv = new StringBuilder(Column.table(columns, List.of()));
        List<JsonObject> objects = new ArrayList<>();
        List<ResultRun> sorted = runs.stream().sorted(Varied.order(varied)).toList();
        try (Stream<Row> rows = sorted.parallelStream().map(Row::of)) {
            rows.forEachOrdered(row -> {
                String table = Column.table(columns, List.of(row));
                csv.append(table, table.indexOf('\n') + 1, table.length());
                objects.add(json(row, columns, varied));
            });
        }
        Path table = experiment.resolve("summary.csv");
        WholeFile.write(table, csv.toString());
        Path json = experiment.resolve("summary.json");
        String name = experiment.getFileName().toString();
        WholeFile.write(
                json,
                new JsonObject()
                        .put("experiment", name)
                        .put("varied", varied)
                        .putObjects("runs", objects)
                        .pretty());
        return List.of(table, json);
    }

    private static JsonObject json(Row row, List<Column<Row>> columns, List<String> varied) {
        JsonObject object = new JsonObject();
        for (Column<Row> column : columns) {
            Object value = column.value().apply(row);
            boolean isNumber = LAST.contains(column.name()) || OF_THE_MACHINE.contains(column.name());
            if (value instanceof Integer || value instanceof Long) {
                object.put(column.name(), ((Number) value).longValue());
            } else if (value instanceof Double number) {
                object.put(column.name(), number);
            } else if (isNumber) {
                put(object, column.name(), value.toString());
            } else if (!varied.contains(column.name())) {
                object.put(column.name(), value.toString());
            }
        }
        JsonObject settings = new JsonObject();
        varied.forEach(key -> settings.put(key, row.run.settings().getOrDefault(key, "")));
        return object.put("settings", settings);
    }

    private static void put(JsonObject object, String name, String text) {
        if (text.matches("-?[0-9]+")) {
            object.put(name, Long.parseLong(text));
        } else {
            object.put(name, Numbers.parse(text));
        }
    }
}
