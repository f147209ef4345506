package soopt.cli.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import soopt.cli.terminal.Table;
import soopt.file.JsonObject;
import soopt.sweep.Names;
import soopt.sweep.Plan;

/** The runs of a sweep and what they will take. */
record SweepList(List<SweepRun> runs, Names names, int repeated) {
    /** Of a run relative to others. */
    static double work(SweepRun run) {
        return run.member().experiment().training().epochs();
    }

    String asText() {
        List<String> header = new ArrayList<>(List.of("run", "combination"));
        header.addAll(names.keys().values());
        header.addAll(List.of("seed", "id", "state"));
        Table table = new Table(header.toArray(String[]::new));
        for (SweepRun run : runs) {
            List<Object> row =
                    new ArrayList<>(List.of(run.entry().index(), run.entry().combination()));
            names.keys()
                    .keySet()
                    .forEach(key -> row.add(names.value(run.entry(), key).orElse("")));
            row.addAll(List.of(run.entry().seed(), run.entry().runId(), state(run)));
            table.row(row.toArray());
        }
        return table.shown("") + String.format(Locale.ROOT, "%d runs%n", runs.size());
    }

    private static String state(SweepRun run) {
        boolean goesOn = !run.isFinished() && run.step() > 0;
        return run.state() + (goesOn ? " at step " + run.step() : "");
    }

    String asJson(Plan plan) {
        return new JsonObject()
                .put("experiment", plan.experiment())
                .putObjects("runs", runs.stream().map(this::json).toList())
                .put("exit_code", 0)
                .pretty();
    }

    private JsonObject json(SweepRun run) {
        JsonObject varied = new JsonObject();
        run.entry().varied().forEach(varied::put);
        return new JsonObject()
                .put("index", run.entry().index())
                .put("run_id", run.entry().runId())
                .put("combination", run.entry().combination())
                .put("seed", run.entry().seed())
                .put("roles", run.entry().roles())
                .put("varied", varied)
                .put("state", run.state());
    }
}
