package soopt.report.html;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import soopt.experiment.results.Ranking;

/** A row per configuration, best first: the mean of a metric over the seeds that count, and between which values. */
final class RankingTable {
    private final Runs runs;
    private final Ranking ranking;

    private RankingTable(Runs runs) {
        this.runs = runs;
        this.ranking = runs.ranking();
    }

    /**
     * A configuration.
     *
     * @param values in order, of the runs that count
     */
    private record Row(Runs.Member member, String experiment, double[] values) {
        double mean() {
            return Arrays.stream(values).average().orElse(Double.NaN);
        }

        /** The smallest value is the 0th; NaN where none counts. */
        double value(int index) {
            return values.length == 0 ? Double.NaN : values[index];
        }
    }

    /** All configurations, best first; those of which no run counts are last. */
    static List<Runs.Member> order(Runs runs) {
        return new RankingTable(runs).rows().stream().map(Row::member).toList();
    }

    /** A section of the page; empty where there is nothing to rank. */
    static String section(Runs runs) {
        boolean isRanked = runs.configurations().size() > 1
                && !runs.ranking().configurations().isEmpty();
        return isRanked ? new RankingTable(runs).html() : "";
    }

    private String html() {
        boolean several = runs.isOfSeveralExperiments();
        List<Table.Head> heads = new ArrayList<>(List.of(Table.Head.number("rank", "")));
        if (several) {
            heads.add(Table.Head.words("experiment"));
        }
        runs.keys().forEach((key, name) -> heads.add(Table.Head.number(name, key)));
        heads.add(Table.Head.number("mean", "over the runs that count"));
        heads.add(Table.Head.number("smallest", ""));
        heads.add(Table.Head.number("largest", ""));
        heads.add(Table.Head.number("runs", "that count"));
        heads.add(Table.Head.number("out", "runs that do not count"));
        Table table = new Table("ranking-table", heads);
        int rank = 0;
        for (Row row : rows()) {
            int counted = row.values.length;
            List<Table.Cell> cells = new ArrayList<>(List.of(Table.Cell.number(counted == 0 ? Double.NaN : ++rank)));
            if (several) {
                cells.add(Table.Cell.text(row.experiment));
            }
            row.member.values().stream().map(Table.Cell::text).forEach(cells::add);
            cells.add(Table.Cell.number(row.mean()));
            cells.add(Table.Cell.number(row.value(0)));
            cells.add(Table.Cell.number(row.value(counted - 1)));
            cells.add(Table.Cell.number(counted));
            cells.add(Table.Cell.number(row.member.runs().size() - counted));
            table.row("", cells);
        }
        return section(table);
    }

    private List<Row> rows() {
        Comparator<Row> order = Comparator.comparingDouble(row -> (ranking.maximize() ? -1 : 1) * row.mean());
        return runs.configurations().stream().map(this::row).sorted(order).toList();
    }

    private Row row(Runs.Member member) {
        double[] values = ranking.configurations().stream()
                .flatMap(each -> each.runs().stream())
                .filter(each -> member.runs().contains(runs.numberOf(each.run())))
                .mapToDouble(Ranking.Scored::value)
                .sorted()
                .toArray();
        return new Row(member, runs.contents().get(member.runs().get(0)).run().experiment(), values);
    }

    private String section(Table table) {
        int out = ranking.excluded().size();
        String lost = out == 0
                ? ""
                : " %d %s not count: diverged, unstable, not finished or not measured."
                        .formatted(out, out == 1 ? "run does" : "runs do");
        return """
                <section id="ranking" data-name="Configurations">
                  <h2>Configurations by %s</h2>
                  <p class="caption">%s of each run, mean over its seeds.%s What a difference means, soopt compare tells.</p>
                  <div class="wide" tabindex="0" role="region" aria-label="Table of configurations">%s</div>
                </section>
                """.formatted(
                        Html.text(ranking.metric()),
                        ranking.maximize() ? "The largest value" : "The smallest value",
                        lost,
                        table.html());
    }
}
