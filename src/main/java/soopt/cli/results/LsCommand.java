package soopt.cli.results;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Standing;
import soopt.experiment.results.Varied;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.file.Shown;
import soopt.sweep.Plan;

/** Lists the runs of a results folder. */
@Command(
        name = "ls",
        mixinStandardHelpOptions = true,
        header = "List the runs of a results folder: how each stands, how far it is, and what varies between them.",
        description = {
            "A run is STALE if it was begun and nobody goes on with it: its process is gone, or was not heard of from"
                    + " another host for ten minutes. 'soopt resume' goes on with it."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt ls",
            "  soopt ls quickstart --state stale,failed",
            "  soopt ls quickstart --where optimizer.step-size=0.3 --sort -train_loss",
            "  soopt ls --csv > runs.csv"
        })
public final class LsCommand implements Callable<Integer> {
    private static final Set<String> SORTS = Set.of("state", "epoch", "seed", "best", "heartbeat");

    @Spec
    private CommandSpec spec;

    @Mixin
    private ResultsOptions options;

    @Option(names = "--state", split = ",", paramLabel = "STATE", description = "only these: ${COMPLETION-CANDIDATES}")
    private List<Standing> states = List.of();

    @Option(
            names = "--where",
            paramLabel = "KEY=VALUE",
            description = "only runs with this setting, e.g. optimizer.step-size=0.3; several must all hold")
    private List<String> where = List.of();

    @Option(
            names = "--varied",
            split = ",",
            paramLabel = "KEY",
            description = "settings to show instead of those that differ between runs")
    private List<String> keys = List.of();

    @Option(
            names = "--sort",
            paramLabel = "COLUMN",
            description = "by state, epoch, seed, best, heartbeat, a column of metrics.csv or a setting; -COLUMN falls")
    private String sort = "";

    @Option(names = "--csv", description = "print CSV on stdout")
    private boolean csv;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        if (csv && json) {
            throw new ParameterException(spec.commandLine(), "--csv and --json exclude each other: give one of them");
        }
        Map<String, String> settings = settings();
        Map<String, List<ResultRun>> found = new LinkedHashMap<>();
        Map<String, Integer> missing = new LinkedHashMap<>();
        for (Path experiment : options.experiments()) {
            String name = experiment.getFileName().toString();
            found.put(name, options.runs(experiment, run -> true));
            missing.put(name, missing(experiment, found.get(name)));
        }
        requireSort(found.values().stream().flatMap(List::stream).toList());
        Map<String, List<String>> varied = new LinkedHashMap<>();
        found.forEach((name, runs) -> varied.put(name, keys.isEmpty() ? Varied.keys(runs) : keys));
        found.replaceAll((name, runs) -> runs.stream()
                .filter(run -> states.isEmpty() || states.contains(run.standing()))
                .filter(run ->
                        settings.entrySet().stream().allMatch(each -> holds(run, each.getKey(), each.getValue())))
                .sorted(order(varied.get(name)))
                .toList());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(asJson(found, varied, missing));
        } else if (csv) {
            out.print(asCsv(found, varied));
        } else {
            out.print(asText(found, varied, missing));
        }
        out.flush();
        return ExitCode.OK;
    }

    /** How many runs of its plan have no folder yet. */
    private int missing(Path experiment, List<ResultRun> runs) {
        Set<String> ids = runs.stream().map(ResultRun::id).collect(Collectors.toSet());
        try {
            return (int) Plan.find(
                            options.folderOf(experiment),
                            experiment.getFileName().toString())
                    .stream()
                    .flatMap(plan -> plan.current().stream())
                    .filter(entry -> !ids.contains(entry.runId()))
                    .count();
        } catch (RunDirectoryException damaged) {
            spec.commandLine().getErr().println(Shown.line(damaged.getMessage()));
            return 0;
        }
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String each : where) {
            int at = each.indexOf('=');
            if (at <= 0) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--where takes KEY=VALUE, e.g. optimizer.step-size=0.3, but got " + Shown.quoted(each));
            }
            settings.put(each.substring(0, at).strip(), each.substring(at + 1).strip());
        }
        return settings;
    }

    /** Numbers are equal whatever they are written as. */
    private static boolean holds(ResultRun run, String key, String value) {
        String has = key.equals("seed") ? run.seed() : run.settings().getOrDefault(key, "");
        return has.equals(value) || Varied.sameNumber(has, value);
    }

    private String column() {
        return sort.startsWith("-") ? sort.substring(1) : sort;
    }

    private void requireSort(List<ResultRun> runs) {
        String column = column();
        boolean known = column.isEmpty()
                || SORTS.contains(column)
                || Column.names(MetricsRow.COLUMNS).contains(column)
                || runs.stream().anyMatch(run -> run.settings().containsKey(column));
        if (!known && !runs.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--sort must name one of state, epoch, seed, best, heartbeat, a column of metrics.csv or a setting"
                            + " such as optimizer.type, but is " + Shown.quoted(column));
        }
    }

    private Comparator<ResultRun> order(List<String> varied) {
        Comparator<ResultRun> usual = Varied.order(varied);
        String column = column();
        if (column.isEmpty()) {
            return usual;
        }
        Comparator<ResultRun> order = switch (column) {
            case "state" -> Comparator.comparing(ResultRun::standing);
            case "epoch" -> Comparator.comparingInt(ResultRun::epoch);
            case "seed" -> Comparator.comparing(ResultRun::seed, Varied::compare);
            case "best" ->
                Comparator.comparingDouble(
                        run -> run.best().map(best -> best.value()).orElse(Double.NaN));
            case "heartbeat" ->
                Comparator.comparing(run -> run.status()
                        .map(status -> status.heartbeat().toString())
                        .orElse(""));
            default ->
                Column.names(MetricsRow.COLUMNS).contains(column)
                        ? Comparator.comparingDouble(run -> run.number(column))
                        : Comparator.comparing(run -> run.settings().getOrDefault(column, ""), Varied::compare);
        };
        return (sort.startsWith("-") ? order.reversed() : order).thenComparing(usual);
    }

    private String asText(
            Map<String, List<ResultRun>> found, Map<String, List<String>> varied, Map<String, Integer> missing) {
        StringBuilder text = new StringBuilder();
        List<ResultRun> all = new ArrayList<>();
        found.forEach((name, runs) -> {
            if (!runs.isEmpty()) {
                text.append(name).append(System.lineSeparator());
                text.append(RunColumns.table(runs, varied.get(name)).shown("  "));
                text.append(System.lineSeparator());
                all.addAll(runs);
            }
        });
        int left = missing.values().stream().mapToInt(Integer::intValue).sum();
        text.append(RunColumns.counts(all))
                .append(left == 0 ? "" : "; " + left + " of their sweeps " + (left == 1 ? "is" : "are") + " not begun")
                .append(System.lineSeparator());
        advice(all).ifPresent(line -> text.append(line).append(System.lineSeparator()));
        return text.toString();
    }

    private Optional<String> advice(List<ResultRun> runs) {
        return runs.stream()
                .filter(run -> run.standing() == Standing.STALE || run.standing() == Standing.PREEMPTED)
                .findFirst()
                .map(run -> "'soopt resume " + RunColumns.shortId(run) + "' goes on with a run that was interrupted;"
                        + " 'soopt show' tells more of one");
    }

    private String asCsv(Map<String, List<ResultRun>> found, Map<String, List<String>> varied) {
        List<String> union =
                varied.values().stream().flatMap(List::stream).distinct().toList();
        StringBuilder text = new StringBuilder(RunColumns.csvHeader(union)).append('\n');
        found.values()
                .forEach(runs -> runs.forEach(
                        run -> text.append(RunColumns.csv(run, union)).append('\n')));
        return text.toString();
    }

    private String asJson(
            Map<String, List<ResultRun>> found, Map<String, List<String>> varied, Map<String, Integer> missing) {
        List<JsonObject> experiments = new ArrayList<>();
        found.forEach((name, runs) -> experiments.add(new JsonObject()
                .put("experiment", name)
                .put("varied", varied.get(name))
                .put("not_begun", missing.get(name))
                .putObjects(
                        "runs",
                        runs.stream()
                                .map(run -> RunColumns.json(run, varied.get(name)))
                                .toList())));
        return new JsonObject()
                .put("results", options.results().toString())
                .putObjects("experiments", experiments)
                .pretty();
    }
}
