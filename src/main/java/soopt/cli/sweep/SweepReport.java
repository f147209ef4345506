package soopt.cli.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import soopt.cli.options.ExitCode;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.StopSignal;
import soopt.file.JsonObject;
import soopt.file.Shown;
import soopt.sweep.Entry;
import soopt.sweep.Names;
import soopt.sweep.local.Report;

/**
 * What the command says at its end of all runs of a sweep.
 *
 * @param ends of the runs that were begun, by index
 * @param stopped why the command ended before all were done, if somebody asked for it
 * @param folder of the experiment
 */
record SweepReport(
        List<SweepRun> runs,
        Names names,
        Map<Integer, Report.Ended> ends,
        Optional<StopSignal.Reason> stopped,
        String folder) {
    private static final int MOST_FAILURES = 20;

    int exitCode() {
        if (stopped.isPresent()) {
            return stopped.get().state().exitCode();
        }
        return failed().isEmpty() && left().isEmpty() ? ExitCode.OK : ExitCode.SOME_FAILED;
    }

    private String state(SweepRun run) {
        return Optional.ofNullable(ends.get(run.entry().index()))
                .map(Report.Ended::state)
                .orElseGet(() -> run.isFinished() ? run.standing().orElseThrow().name() : "");
    }

    private List<Report.Ended> failed() {
        return ends.values().stream()
                .filter(end -> end.state().equals(RunState.FAILED.name()))
                .toList();
    }

    /** Runs that are not over. */
    private List<SweepRun> left() {
        return runs.stream().filter(run -> isOpen(state(run))).toList();
    }

    private static boolean isOpen(String state) {
        return state.isEmpty()
                || state.equals(RunState.PREEMPTED.name())
                || state.equals(RunState.CANCELLED.name())
                || state.equals(RunState.TIMED_OUT.name())
                || state.equals(Report.ELSEWHERE);
    }

    /** How many ended how, those of one kind together. */
    private Map<String, Long> counts() {
        return runs.stream()
                .map(this::state)
                .collect(Collectors.groupingBy(
                        state -> isOpen(state) ? "left" : state.toLowerCase(Locale.ROOT),
                        TreeMap::new,
                        Collectors.counting()));
    }

    String asText() {
        List<String> lines = new ArrayList<>();
        long before = runs.stream()
                .filter(SweepRun::isFinished)
                .filter(run -> Optional.ofNullable(ends.get(run.entry().index()))
                        .filter(end -> !end.existed())
                        .isEmpty())
                .count();
        String words = counts().entrySet().stream()
                .map(each -> each.getValue() + " " + (each.getKey().equals("left") ? "not done" : each.getKey()))
                .collect(Collectors.joining(", "));
        lines.add(runs.size()
                + (runs.size() == 1 ? " run: " : " runs: ")
                + words
                + (before > 0 ? " (" + before + " before)" : ""));
        List<Report.Ended> failed = failed();
        if (!failed.isEmpty()) {
            lines.add(failed.size() + " of " + runs.size() + " failed: "
                    + failed.stream()
                            .limit(MOST_FAILURES)
                            .map(end -> end.index() + " (" + entry(end.index()).runId() + ")")
                            .collect(Collectors.joining(", "))
                    + (failed.size() > MOST_FAILURES ? ", …" : ""));
            failed.stream()
                    .limit(MOST_FAILURES)
                    .forEach(end -> lines.add("  run " + end.index() + " (" + names.of(entry(end.index())) + "): "
                            + Shown.line(end.message())));
        }
        if (!left().isEmpty()) {
            lines.add("the same command goes on with what is not done");
        }
        lines.add("results in " + folder);
        return lines.stream().map(line -> line + System.lineSeparator()).collect(Collectors.joining());
    }

    private Entry entry(int index) {
        return runs.stream()
                .map(SweepRun::entry)
                .filter(entry -> entry.index() == index)
                .findFirst()
                .orElseThrow();
    }

    String asJson() {
        JsonObject counts = new JsonObject();
        counts().forEach(counts::put);
        return new JsonObject()
                .put("folder", folder)
                .putObjects("runs", runs.stream().map(this::json).toList())
                .put("counts", counts)
                .put("exit_code", exitCode())
                .pretty();
    }

    private JsonObject json(SweepRun run) {
        JsonObject varied = new JsonObject();
        run.entry().varied().forEach(varied::put);
        Optional<Report.Ended> end = Optional.ofNullable(ends.get(run.entry().index()));
        String state = state(run);
        return new JsonObject()
                .put("index", run.entry().index())
                .put("run_id", run.entry().runId())
                .put("combination", run.entry().combination())
                .put("seed", run.entry().seed())
                .put("roles", run.entry().roles())
                .put("varied", varied)
                .put("state", state.isEmpty() ? "NOT_STARTED" : state)
                .put("existed", end.map(Report.Ended::existed).orElse(run.isFinished()))
                .put("message", end.map(Report.Ended::message).orElse(""));
    }
}
