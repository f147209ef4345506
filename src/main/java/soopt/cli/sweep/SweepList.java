package soopt.cli.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import soopt.cli.terminal.Figures;
import soopt.cli.terminal.Table;
import soopt.experiment.file.Experiment;
import soopt.file.JsonObject;
import soopt.sweep.Names;
import soopt.sweep.Plan;
import soopt.sweep.cost.Estimate;

/**
 * The runs of a sweep and what they will take.
 *
 * @param repeated runs that are left out as they are the same as earlier ones
 * @param workers runs at the same time
 * @param estimates what a run takes
 */
record SweepList(
        List<SweepRun> runs, Names names, int repeated, int workers, Function<Experiment, Estimate> estimates) {

    private Estimate estimate(SweepRun run) {
        return estimates.apply(run.member().run());
    }

    /** The part of a run that is not done. */
    private static double left(SweepRun run, Estimate estimate) {
        double done = estimate.steps() > 0 ? Math.min(1.0, (double) run.step() / estimate.steps()) : 0;
        return run.isFinished() ? 0 : 1 - done;
    }

    String asText() {
        List<String> header = new ArrayList<>(List.of("run", "combination"));
        header.addAll(names.keys().values());
        header.addAll(List.of("seed", "id", "state", "S", "time", "disk"));
        Table table = new Table(header.toArray(String[]::new));
        double seconds = 0;
        double longest = 0;
        double bytes = 0;
        boolean isLeast = false;
        long due = 0;
        for (SweepRun run : runs) {
            Estimate estimate = estimate(run);
            List<Object> row =
                    new ArrayList<>(List.of(run.entry().index(), run.entry().combination()));
            names.keys()
                    .keySet()
                    .forEach(key -> row.add(names.value(run.entry(), key).orElse("")));
            row.addAll(List.of(run.entry().seed(), run.entry().runId(), state(run)));
            row.addAll(List.of(
                    estimate.groups() == 0 ? "-" : estimate.groups(),
                    (estimate.isLeast() ? "≥ " : "") + Figures.hours(estimate.seconds()),
                    Figures.bytes(estimate.bytes())));
            table.row(row.toArray());
            double left = left(run, estimate);
            due += left > 0 ? 1 : 0;
            seconds += left == 0 ? 0 : left * estimate.seconds();
            longest = Math.max(longest, left == 0 ? 0 : left * estimate.seconds());
            bytes += estimate.bytes();
            isLeast |= estimate.isLeast() && left > 0;
        }
        double together = Math.max(longest, seconds / workers);
        return table.shown("") + total(due, seconds, together, isLeast, bytes);
    }

    private String total(long due, double seconds, double together, boolean isLeast, double bytes) {
        String time = Double.isNaN(seconds)
                ? ""
                : (isLeast ? ", at least " : ", about ") + Figures.hours(seconds) + " of computing, "
                        + Figures.hours(together) + " with " + workers + " at the same time";
        String disk = Double.isNaN(bytes)
                ? ""
                : ", " + Figures.bytes(bytes) + " in about " + Estimate.FILES * runs.size() + " files";
        String repetitions = repeated == 0 ? "" : ", " + repeated + " more that are the same as one of these";
        return String.format(
                Locale.ROOT,
                "%d run%s%s; %d to do%s%s%n",
                runs.size(),
                runs.size() == 1 ? "" : "s",
                repetitions,
                due,
                time,
                disk);
    }

    private static String state(SweepRun run) {
        boolean goesOn = !run.isFinished() && run.step() > 0;
        return run.state() + (goesOn ? " at step " + run.step() : "");
    }

    String asJson(Plan plan) {
        return new JsonObject()
                .put("experiment", plan.experiment())
                .putObjects("runs", runs.stream().map(this::json).toList())
                .put("workers", workers)
                .put("exit_code", 0)
                .pretty();
    }

    private JsonObject json(SweepRun run) {
        JsonObject varied = new JsonObject();
        run.entry().varied().forEach(varied::put);
        Estimate estimate = estimate(run);
        return new JsonObject()
                .put("index", run.entry().index())
                .put("run_id", run.entry().runId())
                .put("combination", run.entry().combination())
                .put("seed", run.entry().seed())
                .put("roles", run.entry().roles())
                .put("varied", varied)
                .put("state", run.state())
                .put("step", run.step())
                .put("steps", estimate.steps())
                .put("parameters", estimate.parameters())
                .put("groups", estimate.groups())
                .put("multiply_adds", estimate.multiplyAdds())
                .put("seconds", estimate.seconds())
                .put("seconds_are_least", estimate.isLeast())
                .put("bytes", estimate.bytes());
    }
}
