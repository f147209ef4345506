package soopt.experiment.folder;

import java.util.List;
import soopt.curvature.Partition;
import soopt.file.CsvStream;
import soopt.file.JsonLines;
import soopt.file.JsonObject;
import soopt.optimizer.Refresh;

/** learning_rates.csv (one row per refresh and group) and curvature.jsonl (one object per refresh). */
final class RefreshTables implements AutoCloseable {
    /** The columns of learning_rates.csv. */
    static final List<String> COLUMNS = List.of(
            "step",
            "epoch",
            "group",
            "group_name",
            "role",
            "params",
            "eta_raw",
            "eta_averaged",
            "eta_clipped",
            "eta_applied");

    private final CsvStream rates;
    private final JsonLines curvature;

    RefreshTables(RunDirectory directory) {
        this.rates = CsvStream.open(directory.file("learning_rates.csv"), COLUMNS);
        this.curvature = JsonLines.open(directory.file("curvature.jsonl"));
    }

    /**
     * @param step number of the step that used it first, from 1
     * @param epoch the epoch of that step, from 1
     */
    void add(long step, int epoch, Refresh refresh) {
        List<Partition.Group> groups = refresh.partition().groups();
        for (int s = 0; s < groups.size(); s++) {
            Partition.Group group = groups.get(s);
            rates.row(
                    step,
                    epoch,
                    s,
                    group.name(),
                    group.role(),
                    group.size(),
                    refresh.etaRaw()[s],
                    refresh.etaAveraged()[s],
                    refresh.etaClipped()[s],
                    refresh.etaApplied()[s]);
        }
        curvature.append(new JsonObject().put("step", step).put("epoch", epoch).putAll(CurvatureJson.of(refresh)));
    }

    void truncateAfter(long step) {
        rates.truncateAfter(step);
        curvature.truncateAfter(step);
    }

    @Override
    public void close() {
        rates.close();
        curvature.close();
    }
}
