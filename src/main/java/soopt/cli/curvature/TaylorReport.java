package soopt.cli.curvature;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import soopt.cli.terminal.Table;
import soopt.curvature.TaylorTerms;
import soopt.file.Column;
import soopt.file.JsonObject;
import soopt.file.WholeFile;

/**
 * Terms of the Taylor series of the loss, as a table, CSV and JSON.
 *
 * @param names of the groups [S]
 */
record TaylorReport(List<String> names, TaylorTerms terms) {
    TaylorReport {
        names = List.copyOf(names);
    }

    /** Writes taylor.csv and taylor_groups.csv. */
    void write(Path folder) {
        WholeFile.write(folder.resolve("taylor.csv"), csv());
        WholeFile.write(folder.resolve("taylor_groups.csv"), groupsCsv());
    }

    private String csv() {
        double[] coefficients = terms.coefficients();
        List<Column<Integer>> columns = List.of(
                new Column<>("order", k -> k, "k"),
                new Column<>(
                        "derivative", k -> k == 0 ? terms.loss() : terms.whole()[k - 1], "DᵏL[u, …, u]; L at k = 0"),
                new Column<>("coefficient", k -> coefficients[k], "DᵏL[u, …, u] / k!"));
        return Column.table(
                columns, IntStream.rangeClosed(0, terms.order()).boxed().toList());
    }

    private String groupsCsv() {
        List<Column<Integer>> columns = new ArrayList<>();
        columns.add(new Column<>("group", names::get, "name of the group"));
        for (int k = 1; k <= terms.order(); k++) {
            double[] derivatives = terms.groups()[k - 1];
            columns.add(new Column<>("d" + k, s -> derivatives[s], "derivative of this order along the group"));
        }
        return Column.table(columns, IntStream.range(0, names.size()).boxed().toList());
    }

    String text() {
        String[] head = new String[terms.order() + 1];
        head[0] = "DᵏL[u_s,…,u_s]";
        for (int k = 1; k < head.length; k++) {
            head[k] = "k = " + k;
        }
        Table table = new Table(head);
        for (int s = 0; s < names.size(); s++) {
            String[] row = new String[head.length];
            row[0] = names.get(s);
            for (int k = 1; k < head.length; k++) {
                row[k] = CurvatureReport.number(terms.groups()[k - 1][s]);
            }
            table.row((Object[]) row);
        }
        String[] whole = new String[head.length];
        whole[0] = "DᵏL[u,…,u]/k!";
        for (int k = 1; k < head.length; k++) {
            whole[k] = CurvatureReport.number(terms.coefficients()[k]);
        }
        table.row((Object[]) whole);
        return System.lineSeparator() + table.shown("");
    }

    JsonObject json() {
        return new JsonObject()
                .put("order", terms.order())
                .put("coefficients", terms.coefficients())
                .put("derivatives", terms.whole())
                .put("groups", terms.groups());
    }
}
