package soopt.experiment.matrices;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Partition;
import soopt.file.Column;
import soopt.file.JsonObject;

/**
 * The derivatives along each group and the learning rates η that the cubic step makes of them, as a table.
 *
 * @param groups what the rows stand for [S]
 * @param summary ḡ, H̄, D̄³
 * @param step η, or why there is none
 */
public record GroupRates(List<Partition.Group> groups, CurvatureSummary summary, CubicStep.Outcome step) {
    public GroupRates {
        groups = List.copyOf(groups);
    }

    /** The columns of groups.csv; a row is the index of a group. */
    List<Column<Integer>> columns() {
        double[] scale = step.model().scale();
        return List.of(
                new Column<>("group_index", s -> s, "place of the group in H̄, from 0"),
                new Column<>("group", s -> groups.get(s).name(), "name of the group"),
                new Column<>("role", s -> groups.get(s).role(), "weight, bias or mixed"),
                new Column<>("parameters", s -> groups.get(s).size(), "number of parameters in the group"),
                new Column<>("g", s -> summary.gradient()[s], "ḡ: derivative of the loss along the group"),
                new Column<>("hbar_diagonal", s -> summary.hessian()[s][s], "diagonal of H̄: second derivative"),
                new Column<>("d3", s -> summary.third()[s], "D̄³: third derivative"),
                new Column<>("d", s -> scale[s], "D = |D̄³|^⅓, the scale of the group"),
                new Column<>("eta", s -> step.eta()[s], "η of the cubic step"));
    }

    /** A row per group. */
    public String csv() {
        return csv(columns());
    }

    private String csv(List<Column<Integer>> columns) {
        return Column.table(columns, IntStream.range(0, groups.size()).boxed().toList());
    }

    /** The first line of the groups.csv of a run, which has the rates of many moments. */
    String header() {
        return csv(columns(0, 0)).lines().findFirst().orElseThrow();
    }

    /** The rows of a moment in it, without the last line end. */
    String rows(long step, int epoch) {
        return csv(columns(step, epoch)).lines().skip(1).collect(Collectors.joining("\n"));
    }

    private List<Column<Integer>> columns(long step, int epoch) {
        List<Column<Integer>> columns = new ArrayList<>(List.of(
                new Column<>("step", s -> step, "steps done"), new Column<>("epoch", s -> epoch, "epochs done")));
        columns.addAll(columns());
        return columns;
    }

    /** Puts loss, groups, ḡ, D̄³, D, η and how it was solved behind what is there. */
    public JsonObject putTo(JsonObject object) {
        return object.put("loss", summary.loss())
                .put("groups", groups.stream().map(Partition.Group::name).toList())
                .put(
                        "parameters",
                        groups.stream().mapToInt(Partition.Group::size).toArray())
                .put("g", summary.gradient())
                .put("d3", summary.third())
                .put("d", step.model().scale())
                .put("eta", step.eta())
                .put("lambda_int", step.model().damping())
                .put("r", step.r())
                .put("root_status", step.status().name().toLowerCase(Locale.ROOT));
    }
}
