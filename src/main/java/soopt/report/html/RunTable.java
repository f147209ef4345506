package soopt.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import soopt.experiment.folder.Status;
import soopt.experiment.results.ResultRun;

/** A row per run: what varies, how it stands, what it reached and what that took. */
final class RunTable {
    private final Runs runs;
    private final boolean severalExperiments;
    private final List<Metric> metrics;
    /** The metric of all best values; empty if they are of several. */
    private final String best;

    RunTable(Runs runs) {
        this.runs = runs;
        this.severalExperiments = runs.isOfSeveralExperiments();
        this.metrics = runs.metrics().stream()
                .filter(metric ->
                        metric.name().endsWith("loss") || metric.name().endsWith("acc"))
                .toList();
        List<String> bests = runs.contents().stream()
                .flatMap(content -> content.run().best().stream())
                .map(Status.Best::metric)
                .distinct()
                .toList();
        this.best = bests.size() == 1 ? bests.get(0) : "";
    }

    String html() {
        Table table = new Table("runs-table", heads());
        for (int i = 0; i < runs.contents().size(); i++) {
            table.row("data-run=\"" + i + "\"", cells(i));
        }
        return table.html();
    }

    private List<Table.Head> heads() {
        List<Table.Head> heads = new ArrayList<>(List.of(Table.Head.words("run")));
        if (severalExperiments) {
            heads.add(Table.Head.words("experiment"));
        }
        runs.keys().forEach((key, name) -> heads.add(Table.Head.number(name, key)));
        heads.add(Table.Head.number("seed", ""));
        heads.add(Table.Head.words("state"));
        heads.add(Table.Head.number("epoch", "epochs done, of those wanted"));
        heads.add(Table.Head.number(
                ("best " + best).strip(), "best value, at its epoch, of the metric that status.json names"));
        heads.add(Table.Head.number("at epoch", "epoch of the best value"));
        metrics.forEach(
                metric -> heads.add(Table.Head.number(metric.name(), "last " + metric.label() + " that was measured")));
        heads.add(Table.Head.number("cost", "gradient equivalents"));
        heads.add(Table.Head.number("seconds", "in steps and in derivatives of curvature"));
        return heads;
    }

    private List<Table.Cell> cells(int index) {
        Content content = runs.contents().get(index);
        ResultRun run = content.run();
        List<Table.Cell> cells = new ArrayList<>();
        cells.add(new Table.Cell("<code>" + Html.text(run.id()) + "</code>", run.id()));
        if (severalExperiments) {
            cells.add(Table.Cell.text(run.experiment()));
        }
        runs.configurations().get(runs.configurationOf(index)).values().stream()
                .map(Table.Cell::text)
                .forEach(cells::add);
        cells.add(Table.Cell.text(run.seed()));
        cells.add(Table.Cell.state(run.standing().name()));
        cells.add(Table.Cell.number(run.epoch()).and(run.epochs().isEmpty() ? "" : " / " + run.epochs()));
        Optional<Status.Best> known = run.best().filter(each -> Double.isFinite(each.value()));
        String name = best.isEmpty() ? known.map(each -> " " + each.metric()).orElse("") : "";
        cells.add(Table.Cell.number(known.map(Status.Best::value).orElse(Double.NaN))
                .and(name));
        cells.add(Table.Cell.number(
                known.map(Status.Best::epoch).map(Integer::doubleValue).orElse(Double.NaN)));
        metrics.forEach(metric -> cells.add(Table.Cell.number(content.last(metric.name()))));
        cells.add(Table.Cell.number(content.last("cost")));
        cells.add(Table.Cell.number(content.last("time")));
        return cells;
    }
}
