package soopt.experiment.folder;

import java.util.List;
import soopt.curvature.Partition;
import soopt.experiment.file.CurvatureLog;
import soopt.file.Column;
import soopt.file.CsvStream;
import soopt.file.Growing;
import soopt.file.JsonLines;
import soopt.file.JsonObject;
import soopt.optimizer.step.Refresh;

/** learning_rates.csv (one row per refresh and group) and curvature.jsonl (one object per refresh). */
final class RefreshTables implements AutoCloseable {
    /** The learning rates of group s at a refresh. */
    record Rate(long step, int epoch, int s, Refresh refresh) {
        Partition.Group group() {
            return refresh.partition().groups().get(s);
        }
    }

    /** The columns of learning_rates.csv. */
    static final List<Column<Rate>> COLUMNS = List.of(
            new Column<>("step", Rate::step, "the step that uses the rates first, from 1"),
            new Column<>("epoch", Rate::epoch, "the epoch of that step, from 1"),
            new Column<>("group_index", Rate::s, "place of the group in H̄, from 0"),
            new Column<>("group", rate -> rate.group().name(), "name of the group, as in matrices/"),
            new Column<>("role", rate -> rate.group().role(), "weight, bias or mixed"),
            new Column<>("parameters", rate -> rate.group().size(), "number of parameters in the group"),
            new Column<>(
                    "eta_raw",
                    rate -> rate.refresh().etaRaw()[rate.s()],
                    "η of the cubic step; of a budget, what spends it"),
            new Column<>(
                    "eta_averaged",
                    rate -> rate.refresh().etaAveraged()[rate.s()],
                    "running average of the η, or of their positive parts with order: clip-then-average; of a budget, within the"
                            + " spread"),
            new Column<>(
                    "eta_used",
                    rate -> rate.refresh().etaUsed()[rate.s()],
                    "eta_averaged, or its positive part with clip-negative; of a budget, what has not grown too fast"),
            new Column<>(
                    "eta_applied",
                    rate -> rate.refresh().etaApplied()[rate.s()],
                    "step size × eta_used: the update is −eta_applied × direction"));

    private final CsvStream<Rate> rates;
    private final JsonLines curvature;
    private final CurvatureLog log;

    /** @param log what of a refresh curvature.jsonl tells */
    RefreshTables(RunDirectory directory, CurvatureLog log) {
        this.rates = CsvStream.open(directory.file("learning_rates.csv"), COLUMNS);
        this.curvature = JsonLines.open(directory.file("curvature.jsonl"));
        this.log = log;
    }

    /**
     * @param step number of the step that used it first, from 1
     * @param epoch the epoch of that step, from 1
     */
    void add(long step, int epoch, Refresh refresh) {
        for (int s = 0; s < refresh.partition().size(); s++) {
            rates.add(new Rate(step, epoch, s, refresh));
        }
        if (log != CurvatureLog.NEVER) {
            JsonObject at = new JsonObject().put("step", step).put("epoch", epoch);
            curvature.append(at.putAll(CurvatureJson.of(
                    refresh, log.tellsMatrices(refresh.partition().size()))));
        }
    }

    /** learning_rates.csv, then curvature.jsonl. */
    List<Growing> streams() {
        return List.of(rates, curvature);
    }

    @Override
    public void close() {
        rates.close();
        curvature.close();
    }
}
