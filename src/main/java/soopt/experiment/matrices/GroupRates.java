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

    /** A row of groups.csv. */
    private record Row(GroupRates rates, int s) {
        Partition.Group group() {
            return rates.groups().get(s);
        }
    }

    /** A row of the groups.csv of a run. */
    private record Moment(long step, int epoch, Row row) {}

    private static final List<Column<Row>> COLUMNS = List.of(
            new Column<>("group_index", Row::s, "place of the group in H̄, from 0"),
            new Column<>("group", row -> row.group().name(), "name of the group"),
            new Column<>("role", row -> row.group().role(), "weight, bias or mixed"),
            new Column<>("parameters", row -> row.group().size(), "number of parameters in the group"),
            new Column<>(
                    "g", row -> row.rates().summary().gradient()[row.s()], "ḡ: derivative of the loss along the group"),
            new Column<>(
                    "hbar_diagonal",
                    row -> row.rates().summary().hessian()[row.s()][row.s()],
                    "diagonal of H̄: second derivative"),
            new Column<>("d3", row -> row.rates().summary().third()[row.s()], "D̄³: third derivative"),
            new Column<>(
                    "d", row -> row.rates().step().model().scale()[row.s()], "D = |D̄³|^⅓, the scale of the group"),
            new Column<>("eta", row -> row.rates().step().eta()[row.s()], "η of the cubic step"));

    private static final List<Column<Moment>> COLUMNS_OF_A_RUN = ofMoments();

    private static List<Column<Moment>> ofMoments() {
        List<Column<Moment>> columns = new ArrayList<>(List.of(
                new Column<>("step", Moment::step, "steps done"), new Column<>("epoch", Moment::epoch, "epochs done")));
        COLUMNS.forEach(column -> columns.add(
                new Column<>(column.name(), moment -> column.value().apply(moment.row()), column.meaning())));
        return List.copyOf(columns);
    }

    /** The columns of matrices/groups.csv of a run; those of soopt curvature lack the first two. */
    public static List<? extends Column<?>> columnsOfARun() {
        return COLUMNS_OF_A_RUN;
    }

    /** A row per group. */
    public String csv() {
        return Column.table(COLUMNS, rows());
    }

    private List<Row> rows() {
        return IntStream.range(0, groups.size()).mapToObj(s -> new Row(this, s)).toList();
    }

    /** The first line of the groups.csv of a run, which has the rates of many moments. */
    static String header() {
        return Column.table(COLUMNS_OF_A_RUN, List.of()).strip();
    }

    /** The rows of a moment in it, without the last line end. */
    String rows(long step, int epoch) {
        List<Moment> moments =
                rows().stream().map(row -> new Moment(step, epoch, row)).toList();
        return Column.table(COLUMNS_OF_A_RUN, moments).lines().skip(1).collect(Collectors.joining("\n"));
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
