package soopt.cli.results;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import soopt.cli.terminal.Figures;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Text;
import soopt.experiment.results.Course;
import soopt.experiment.results.Ranking;
import soopt.experiment.results.Ranking.Configuration;
import soopt.experiment.results.Ranking.Reason;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Varied;
import soopt.file.JsonObject;
import soopt.file.ShellWord;

/**
 * A ranking for the user and as JSON.
 *
 * @param top configurations to show
 */
record RankingReport(String experiment, Ranking ranking, Ranking.Statistic statistic, Ranking.Moment moment, int top) {
    private static String value(String name, double value) {
        return name.endsWith("acc") ? Figures.percent(value) : Figures.number(value);
    }

    String asText() {
        String end = System.lineSeparator();
        StringBuilder text = new StringBuilder(experiment + ": " + ranking.metric() + ", " + statistic + " over seeds, "
                + (ranking.maximize() ? "the larger the better" : "the smaller the better") + end);
        if (ranking.configurations().isEmpty()) {
            text.append("  no run counts").append(end);
        } else {
            text.append(table().shown("  "));
            text.append(best());
        }
        excluded().ifPresent(line -> text.append(Text.shown(line)).append(end));
        return text.append(end).toString();
    }

    private Table table() {
        List<String> header = new ArrayList<>(List.of("", ranking.metric(), "from", "to", "seeds", "epoch"));
        header.addAll(Varied.shortNames(ranking.varied()).values());
        Table table = new Table(header.toArray(String[]::new));
        for (int i = 0; i < Math.min(top, ranking.configurations().size()); i++) {
            Configuration each = ranking.configurations().get(i);
            List<Object> cells = new ArrayList<>(List.of(
                    i + 1,
                    value(ranking.metric(), each.value()),
                    value(ranking.metric(), each.range()[0]),
                    value(ranking.metric(), each.range()[1]),
                    each.runs().size()
                            + (each.excluded() == 0 ? "" : " of " + (each.runs().size() + each.excluded())),
                    epochs(each)));
            cells.addAll(each.settings().values());
            table.row(cells.toArray());
        }
        return table;
    }

    /** When its runs had their values: "12", or "9-14". */
    private static String epochs(Configuration configuration) {
        int least = configuration.runs().stream()
                .mapToInt(Ranking.Scored::epoch)
                .min()
                .orElse(0);
        int most = configuration.runs().stream()
                .mapToInt(Ranking.Scored::epoch)
                .max()
                .orElse(0);
        return least == most ? Integer.toString(least) : least + "-" + most;
    }

    private String best() {
        String end = System.lineSeparator();
        Configuration first = ranking.configurations().get(0);
        return "the best again: " + command(first) + end
                + (first.settings().isEmpty() ? "" : "  which is " + String.join(" ", overrides(first)) + end);
    }

    /** The settings of a configuration as words of a command line. */
    private static List<String> overrides(Configuration configuration) {
        return configuration.settings().entrySet().stream()
                .filter(setting -> !setting.getValue().isEmpty())
                .map(setting -> ShellWord.quoted(setting.getKey() + "=" + setting.getValue()))
                .toList();
    }

    private static String command(Configuration configuration) {
        ResultRun one = configuration.runs().get(0).run();
        String seeds = configuration.runs().stream()
                .map(scored -> scored.run().seed())
                .collect(Collectors.joining(",", "seeds=[", "]"));
        return "soopt run "
                + ShellWord.quoted(one.folder().resolve("config.yaml").toString()) + " " + ShellWord.quoted(seeds);
    }

    private Optional<String> excluded() {
        Map<Reason, Integer> counts = new EnumMap<>(Reason.class);
        ranking.excluded().forEach(each -> counts.merge(each.reason(), 1, Integer::sum));
        if (counts.isEmpty()) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        counts.forEach((reason, count) -> parts.add(count + " " + words(reason)));
        return Optional.of(ranking.excluded().size() + " of "
                + (ranking.excluded().size()
                        + ranking.configurations().stream()
                                .mapToInt(each -> each.runs().size())
                                .sum())
                + " runs do not count: " + String.join(", ", parts));
    }

    private static String words(Reason reason) {
        return switch (reason) {
            case DIVERGED -> "diverged";
            case JUMP -> "with a loss that rose " + (int) Course.JUMP + " times or more at once";
            case UNFINISHED -> "not finished";
            case NOT_MEASURED -> "without the metric";
        };
    }

    JsonObject asJson() {
        List<JsonObject> configurations = new ArrayList<>();
        for (Configuration each : ranking.configurations().stream().limit(top).toList()) {
            JsonObject settings = new JsonObject();
            each.settings().forEach(settings::put);
            configurations.add(new JsonObject()
                    .put("value", each.value())
                    .put("from", each.range()[0])
                    .put("to", each.range()[1])
                    .put("settings", settings)
                    .put("overrides", overrides(each))
                    .put("command", command(each))
                    .put("excluded", each.excluded())
                    .putObjects(
                            "runs",
                            each.runs().stream()
                                    .map(scored -> new JsonObject()
                                            .put("run_id", scored.run().id())
                                            .put("seed", scored.run().seed())
                                            .put("value", scored.value())
                                            .put("epoch", scored.epoch()))
                                    .toList()));
        }
        return new JsonObject()
                .put("experiment", experiment)
                .put("metric", ranking.metric())
                .put("maximize", ranking.maximize())
                .put("statistic", statistic.name())
                .put("at", moment.name())
                .put("varied", ranking.varied())
                .putObjects("configurations", configurations)
                .putObjects(
                        "excluded",
                        ranking.excluded().stream()
                                .map(each -> new JsonObject()
                                        .put("run_id", each.run().id())
                                        .put("seed", each.run().seed())
                                        .put("reason", each.reason().name())
                                        .put("message", each.words()))
                                .toList());
    }
}
