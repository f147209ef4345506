package soopt.experiment.folder;

import java.util.List;
import java.util.Locale;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Partition;
import soopt.file.CsvStream;
import soopt.file.JsonObject;
import soopt.file.Numbers;

/**
 * The derivatives along each group and the learning rates η that the cubic step makes of them, as a table.
 *
 * @param groups what the rows stand for [S]
 * @param summary ḡ, H̄, D̄³
 * @param step η, or why there is none
 */
public record GroupRates(List<Partition.Group> groups, CurvatureSummary summary, CubicStep.Outcome step) {
    private static final List<String> COLUMNS =
            List.of("group", "role", "parameters", "g", "h_diagonal", "d3", "d", "eta");

    public GroupRates {
        groups = List.copyOf(groups);
    }

    /** A row per group. */
    public String csv() {
        StringBuilder text = new StringBuilder(CsvStream.line(COLUMNS)).append('\n');
        double[] scale = step.model().scale();
        for (int s = 0; s < groups.size(); s++) {
            Partition.Group group = groups.get(s);
            text.append(CsvStream.line(List.of(
                            group.name(),
                            group.role(),
                            Integer.toString(group.size()),
                            Numbers.csv(summary.gradient()[s]),
                            Numbers.csv(summary.hessian()[s][s]),
                            Numbers.csv(summary.third()[s]),
                            Numbers.csv(scale[s]),
                            Numbers.csv(step.eta()[s]))))
                    .append('\n');
        }
        return text.toString();
    }

    /** Puts loss, names, ḡ, D̄³, D, η and how it was solved behind what is there. */
    JsonObject putTo(JsonObject object) {
        return object.put("loss", summary.loss())
                .put("names", groups.stream().map(Partition.Group::name).toList())
                .put("g", summary.gradient())
                .put("d3", summary.third())
                .put("d", step.model().scale())
                .put("eta", step.eta())
                .put("lambda_int", step.model().damping())
                .put("r", step.r())
                .put("root_status", step.status().name().toLowerCase(Locale.ROOT));
    }
}
