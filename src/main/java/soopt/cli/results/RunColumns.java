package soopt.cli.results;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import soopt.cli.terminal.Figures;
import soopt.cli.terminal.Table;
import soopt.experiment.folder.Status;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Standing;
import soopt.experiment.results.Varied;
import soopt.file.CsvStream;
import soopt.file.JsonObject;
import soopt.file.Numbers;

/** Runs of one experiment as a table, as CSV and as JSON. */
final class RunColumns {
    /** Of an id; so many tell it from others, and commands take them. */
    private static final int SHORT_ID = 7;

    private static final List<String> BEFORE = List.of(
            "experiment",
            "run_id",
            "state",
            "epoch",
            "epochs",
            "train_loss",
            "best_metric",
            "best_value",
            "best_epoch");

    private RunColumns() {}

    /** @param varied the keys to show */
    static Table table(List<ResultRun> runs, List<String> varied) {
        List<String> header = new ArrayList<>(List.of("run", "state", "epoch", "loss", "best"));
        header.addAll(Varied.shortNames(varied).values());
        header.addAll(List.of("seed", ""));
        Table table = new Table(header.toArray(String[]::new));
        for (ResultRun run : runs) {
            List<String> cells = new ArrayList<>(List.of(
                    shortId(run),
                    run.standing().name(),
                    run.epoch() + (run.epochs().isEmpty() ? "" : "/" + run.epochs()),
                    Figures.number(run.number("train_loss")),
                    run.best().map(RunColumns::words).orElse("-")));
            cells.addAll(Varied.values(run, varied));
            cells.add(run.seed());
            cells.add(run.standing() == Standing.COMPLETED ? "" : run.reason());
            table.row(cells.toArray());
        }
        return table;
    }

    static String shortId(ResultRun run) {
        return run.id().substring(0, SHORT_ID);
    }

    static String words(Status.Best best) {
        String value = best.metric().endsWith("acc") ? Figures.percent(best.value()) : Figures.number(best.value());
        return best.metric() + " " + value + " @" + best.epoch();
    }

    static String csvHeader(List<String> varied) {
        List<String> header = new ArrayList<>(BEFORE);
        header.add("seed");
        header.addAll(varied);
        header.add("reason");
        return CsvStream.line(header);
    }

    static String csv(ResultRun run, List<String> varied) {
        List<String> fields = new ArrayList<>(List.of(
                run.experiment(),
                run.id(),
                run.standing().name(),
                Integer.toString(run.epoch()),
                run.epochs(),
                Numbers.csv(run.number("train_loss")),
                run.best().map(Status.Best::metric).orElse(""),
                run.best().map(best -> Numbers.csv(best.value())).orElse(""),
                run.best().map(best -> Integer.toString(best.epoch())).orElse("")));
        fields.add(run.seed());
        fields.addAll(Varied.values(run, varied));
        fields.add(run.reason());
        return CsvStream.line(fields);
    }

    static JsonObject json(ResultRun run, List<String> varied) {
        JsonObject object = new JsonObject()
                .put("run_id", run.id())
                .put("folder", run.folder().toString())
                .put("state", run.standing().name())
                .put("reason", run.reason())
                .put("epoch", run.epoch())
                .put("epochs", run.epochs())
                .put("seed", run.seed())
                .put("train_loss", run.number("train_loss"));
        run.best()
                .ifPresent(best -> object.put(
                        "best",
                        new JsonObject()
                                .put("metric", best.metric())
                                .put("value", best.value())
                                .put("epoch", best.epoch())));
        JsonObject settings = new JsonObject();
        varied.forEach(key -> settings.put(key, run.settings().getOrDefault(key, "")));
        return object.put("varied", settings).put("problems", run.problems());
    }

    /** "48 runs: 40 COMPLETED, 8 STALE". */
    static String counts(List<ResultRun> runs) {
        Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
        runs.forEach(run -> counts.merge(run.standing(), 1, Integer::sum));
        String each = counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, "%d run%s", runs.size(), runs.size() == 1 ? "" : "s")
                + (each.isEmpty() ? "" : ": " + each);
    }
}
